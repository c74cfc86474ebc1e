"""The terminal while single keys are read from it.

A terminal hands over whole lines and shows what is typed; to hear single keys, both have
to be switched off (cbreak mode), and must be on again for whoever uses the terminal next:
when the server ends, in whichever way, when it is suspended, and when a debugger asks. A
job in the background must not touch the mode at all, nor read what is meant for the shell.
"""

import contextlib
import os
import signal
import sys
import termios
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from types import FrameType
from typing import Any, Final

import attrs
import trio

_LFLAG, _CC = 3, 6  # places in what tcgetattr returns
_LOOK: Final = 0.5  # seconds between looks whether a job in the background is there still
_CHUNK: Final = 64  # bytes; nobody types faster than that


@attrs.define(eq=False)
class KeyTerminal:
    """The terminal behind the file descriptor *fd*. To be used in the main thread, under Trio."""

    _fd: int
    _usual: list[Any] | None = attrs.field(default=None, init=False)
    _closed: bool = attrs.field(default=False, init=False)
    _waiting: trio.CancelScope = attrs.field(factory=trio.CancelScope, init=False)
    _token: trio.lowlevel.TrioToken = attrs.field(
        factory=trio.lowlevel.current_trio_token, init=False
    )

    async def read(self) -> bytes:
        """Return what is typed next while the keys are ours; empty: the terminal is gone."""
        while True:
            with trio.CancelScope() as self._waiting:
                if self._is_taken():
                    await trio.lowlevel.wait_readable(self._fd)
                else:
                    # A shell that brings a running job to the front tells it nothing.
                    await trio.sleep(_LOOK)
                    self.enter()
                    continue
            if self._is_taken() and not self._waiting.cancelled_caught:
                try:
                    return os.read(self._fd, _CHUNK)
                except OSError:
                    return b""

    def enter(self) -> None:
        """Take the keys, unless the process is in the background; a signal handler may call."""
        if self._closed or self._usual is not None or not self._is_in_front():
            return
        with contextlib.suppress(termios.error):
            usual = termios.tcgetattr(self._fd)
            mode = termios.tcgetattr(self._fd)
            mode[_LFLAG] &= ~(termios.ICANON | termios.ECHO)
            mode[_CC][termios.VMIN], mode[_CC][termios.VTIME] = 1, 0
            # Without waiting for what is written: somebody may have paused the terminal.
            termios.tcsetattr(self._fd, termios.TCSANOW, mode)
            self._usual = usual
            self._wake()

    def leave(self) -> None:
        """Give the terminal back as it was; a signal handler may call."""
        usual, self._usual = self._usual, None
        if usual is not None and self._is_in_front():
            with contextlib.suppress(termios.error):
                termios.tcsetattr(self._fd, termios.TCSANOW, usual)
        self._wake()

    def close(self) -> None:
        """Give the terminal back for good."""
        self._closed = True
        self.leave()

    def _wake(self) -> None:
        """Let `read` look again whose the keys are."""
        with contextlib.suppress(trio.RunFinishedError):
            self._token.run_sync_soon(self._waiting.cancel)

    def _is_taken(self) -> bool:
        return self._usual is not None

    def _is_in_front(self) -> bool:
        try:
            return os.tcgetpgrp(self._fd) == os.getpgrp()
        except OSError:
            return False


@contextlib.contextmanager
def keys_from(fd: int) -> Iterator[KeyTerminal]:
    """Take the keys of the terminal behind *fd* for the length of the block.

    They are given back while the process is suspended (Ctrl-Z), when it is killed from the
    keyboard (SIGQUIT), and for good when code calls `breakpoint`. Whoever handles the
    signals that end the server closes the terminal first.
    """
    terminal = KeyTerminal(fd)
    with _handled(
        {
            signal.SIGTSTP: partial(_suspend, terminal),
            signal.SIGCONT: lambda *_: terminal.enter(),
            signal.SIGQUIT: partial(_quit, terminal),
        }
    ):
        debug = sys.breakpointhook

        def breakpoint_hook(*args: Any, **options: Any) -> Any:
            terminal.close()
            return debug(*args, **options)

        sys.breakpointhook = breakpoint_hook
        terminal.enter()
        try:
            yield terminal
        finally:
            terminal.close()
            sys.breakpointhook = debug


def _suspend(terminal: KeyTerminal, number: int, _: FrameType | None) -> None:
    terminal.leave()
    ours = signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)  # here it stands still until somebody continues it
    signal.signal(number, ours)
    terminal.enter()


def _quit(terminal: KeyTerminal, number: int, _: FrameType | None) -> None:
    terminal.close()
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


@contextlib.contextmanager
def _handled(handlers: Mapping[int, Callable[..., Any]]) -> Iterator[None]:
    """Handle signals for the length of the block, but for those that are ignored."""
    before = {number: signal.getsignal(number) for number in handlers}
    heeded = [number for number, handler in before.items() if handler != signal.SIG_IGN]
    for number in heeded:
        signal.signal(number, handlers[number])
    try:
        yield
    finally:
        for number in heeded:
            signal.signal(number, before[number])
