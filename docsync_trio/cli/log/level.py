"""Changing what is logged while the server runs, by a signal."""

import signal
import sys

import trio

from docsync_trio.cli.log.stream import Log


async def switch_level_by_signal(log: Log) -> None:
    """Switch the level of *log* to debug and back whenever SIGUSR1 comes, for ever.

    A handler that an application has for it stays. Windows has no such signal.
    """
    if sys.platform == "win32" or signal.getsignal(signal.SIGUSR1) != signal.SIG_DFL:
        return
    with trio.open_signal_receiver(signal.SIGUSR1) as signals:
        async for _ in signals:
            log.switch_level()
