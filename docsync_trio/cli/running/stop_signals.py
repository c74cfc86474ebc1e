"""Ctrl-C and SIGTERM: the first asks the server to end in peace, the second ends it.

Trio's own way of receiving signals waits until the loop turns. A callback that
never returns stops the loop, and then even Ctrl-C would do nothing; so the second
signal is left to the operating system.
"""

import contextlib
import signal
from collections.abc import Callable, Iterator
from types import FrameType

import trio

NAMES = {signal.SIGINT: "Ctrl-C", signal.SIGTERM: "SIGTERM"}


@contextlib.contextmanager
def sigterm_like_ctrl_c() -> Iterator[None]:
    """While the block runs, SIGTERM raises KeyboardInterrupt wherever Ctrl-C would.

    To be used in the main thread; anew inside Trio, which has its own way to raise it.
    """
    ctrl_c = signal.getsignal(signal.SIGINT)
    # A shell's background jobs ignore Ctrl-C, and yet have to heed SIGTERM.
    handler = ctrl_c if callable(ctrl_c) else signal.default_int_handler
    before = signal.signal(signal.SIGTERM, handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextlib.contextmanager
def stop_signals(stop: Callable[[str], None], at_once: Callable[[], None]) -> Iterator[None]:
    """While the block runs, call *stop* in Trio's loop with the name of the first signal.

    *at_once* is called before, also where the loop hangs. The second signal has its
    usual effect: the process ends. Signals that are ignored stay so. To be used in the
    main thread, under Trio.
    """
    token = trio.lowlevel.current_trio_token()
    before = {number: signal.getsignal(number) for number in NAMES}
    heeded = [number for number, handler in before.items() if handler != signal.SIG_IGN]

    def asked(number: int, frame: FrameType | None) -> None:
        del frame
        for each in heeded:
            signal.signal(each, signal.SIG_DFL)
        at_once()
        token.run_sync_soon(stop, NAMES[signal.Signals(number)])

    for number in heeded:
        signal.signal(number, asked)
    try:
        yield
    finally:
        for number in heeded:
            signal.signal(number, before[number])
