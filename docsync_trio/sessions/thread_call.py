"""One call in a worker thread, which cannot be cancelled and has to be reckoned with."""

import threading
from collections.abc import Callable
from typing import Any

import attrs
import trio

from docsync_trio.sessions.any_thread import HomeThread
from docsync_trio.sessions.curfew import Curfew, Step
from docsync_trio.sessions.watchdog import stack_of

THREAD_GRACE = 5.0
"""Seconds to wait for a thread whose session has ended, before it is left behind."""


@attrs.define(eq=False)
class ThreadCall:
    """*function*, called by `run` in a thread; *what* names it."""

    _function: Callable[[], Any]
    what: str
    _home: HomeThread
    _curfew: Curfew
    _thread: int | None = attrs.field(default=None, init=False)
    _abandoned: bool = attrs.field(default=False, init=False)
    _ended: trio.Event = attrs.field(factory=trio.Event, init=False)
    _afterwards: list[Callable[[], object]] = attrs.field(factory=list, init=False)

    def run(self) -> tuple[Any]:
        """Call the function; the body of the thread.

        What it returns comes wrapped: a coroutine, which is run elsewhere, would have
        Trio believe that this was an async function.
        """
        self._thread = threading.get_ident()
        try:
            return (None if self._abandoned else self._function(),)
        finally:
            self._home.call(self._end)

    async def ends_soon(self) -> bool:
        """Wait for a thread that was abandoned; says whether it has ended, or never begun."""
        # In this order: a thread that begins just now sees it, or is seen.
        self._abandoned = True
        if self._thread is None:
            return True
        with self._curfew.grace(Step.THREADS, THREAD_GRACE, shield=True):
            await self._ended.wait()
        return self._ended.is_set()

    def has_ended(self) -> bool:
        """Whether the thread has ended."""
        return self._ended.is_set()

    def stack(self) -> str:
        """Where the thread is now."""
        return "" if self._thread is None else stack_of(self._thread)

    def afterwards(self, action: Callable[[], object]) -> None:
        """Call *action*, in Trio's thread, when the thread has ended after all."""
        self._afterwards.append(action)

    def _end(self) -> None:
        self._ended.set()
        for action in self._afterwards:
            action()
