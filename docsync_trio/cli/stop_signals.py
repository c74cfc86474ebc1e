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
def stop_signals(stop: Callable[[str], None]) -> Iterator[None]:
    """While the block runs, call *stop* in Trio's loop with the name of the first signal.

    The second signal has its usual effect: the process ends. To be used in the main
    thread, under Trio.
    """
    token = trio.lowlevel.current_trio_token()

    def asked(number: int, frame: FrameType | None) -> None:
        del frame
        for each in NAMES:
            signal.signal(each, signal.SIG_DFL)
        token.run_sync_soon(stop, NAMES[signal.Signals(number)])

    before = {number: signal.signal(number, asked) for number in NAMES}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
