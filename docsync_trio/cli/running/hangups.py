"""SIGHUP: the terminal is gone, or somebody wants the files to be read anew.

Both come as the same signal. A server that somebody started by hand ends with its terminal, in
peace, as it does at Ctrl-C. Without one it is a daemon, and for those the signal has meant
"read your files" for decades; to end then would drop everybody.
"""

import contextlib
import os
import signal
import sys
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Final

import trio

GONE: Final = "the terminal is gone"
"""Why the server ends."""

_TERMINAL: Final = "/dev/tty"
"""The terminal that can send signals to a process, whatever its streams are."""


@contextlib.contextmanager
def hangups(
    stop: Callable[[str], None], at_once: Callable[[], None], look: Callable[[], None]
) -> Iterator[None]:
    """While the block runs, call *stop* with a reason when the terminal is gone, else *look*.

    Both are called in Trio's loop, and *at_once* before *stop*, also where the loop hangs. A
    handler that an application has stays, and so does nohup's wish that nothing happens. To be
    used in the main thread, under Trio. Windows has no such signal.
    """
    if sys.platform == "win32" or signal.getsignal(signal.SIGHUP) != signal.SIG_DFL:
        yield
        return
    token = trio.lowlevel.current_trio_token()
    by_hand = has_terminal()

    def hung_up(number: int, frame: FrameType | None) -> None:
        del frame
        if by_hand and not has_terminal():
            # A shell that ends says the same once more.
            signal.signal(number, signal.SIG_IGN)
            at_once()
            token.run_sync_soon(stop, GONE)
        else:
            token.run_sync_soon(look)

    signal.signal(signal.SIGHUP, hung_up)
    try:
        yield
    finally:
        signal.signal(signal.SIGHUP, signal.SIG_DFL)


def has_terminal() -> bool:
    """Whether there is a terminal that this process belongs to."""
    try:
        os.close(os.open(_TERMINAL, os.O_RDONLY | os.O_NOCTTY))
    except OSError:
        return False
    return True
