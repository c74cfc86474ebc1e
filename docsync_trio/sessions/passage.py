"""Where ``async`` code waits while a thread runs a plain function of the same session.

Bokeh's own rule is that only what has the turn may change a document, and that ``async`` code
without it goes by. Panel's does more: it holds the document, changes it and lets go of it, in the
loop and in threads. Two that do so at once leave the document held for ever.
"""

from collections.abc import Generator
from typing import Any

import attrs
import trio

from docsync_trio.sessions.asyncio_bridge import EitherWay


@attrs.define(eq=False)
class Passage:
    """It is closed by each thread that begins to work, and opened when the last has ended."""

    _threads: int = attrs.field(default=0, init=False)
    _opened: trio.Event | None = attrs.field(default=None, init=False)

    def close(self) -> None:
        """A thread begins."""
        self._threads += 1

    def open(self) -> None:
        """A thread has ended."""
        self._threads -= 1
        if not self._threads and self._opened is not None:
            self._opened.set()
            self._opened = None

    def way(self) -> Generator[Any, Any, None]:
        """Wait until no thread works; for coroutines of Trio and of asyncio."""
        while self._threads:
            if self._opened is None:
                self._opened = trio.Event()
            yield from EitherWay(self._opened.wait).__await__()
