"""One call in a worker thread, which cannot be cancelled and has to be reckoned with."""

from collections.abc import Callable
from typing import Any

import attrs
import trio

from docsync_trio.sessions.any_thread import HomeThread
from docsync_trio.sessions.curfew import Curfew, Step
from docsync_trio.sessions.watchdog import Stretch, Watchdog, stack_of

THREAD_GRACE = 5.0
"""Seconds to wait for a thread whose session has ended, before it is left behind."""


def _nothing() -> None:
    """What a call that is over would still do."""


@attrs.define(eq=False)
class ThreadCall(Stretch):
    """*function*, called by `run` in a thread, while *watchdog* looks on.

    *seconds* is how long it took, once it has ended.
    """

    _function: Callable[[], Any]
    _home: HomeThread
    _curfew: Curfew
    _watchdog: Watchdog
    seconds: float = attrs.field(default=0.0, init=False)
    _abandoned: bool = attrs.field(default=False, init=False)
    _over: bool = attrs.field(default=False, init=False)
    _ended: trio.Event | None = attrs.field(default=None, init=False)
    _afterwards: tuple[Callable[[], object], ...] = attrs.field(default=(), init=False)

    def run(self) -> Any:
        """The result of the function; the body of the thread."""
        self._watchdog.begin(self)
        try:
            return None if self._abandoned else self._function()
        finally:
            # The loop may know of this call for a moment longer than the session is there.
            self._function = _nothing
            self.seconds = self._watchdog.end(self)
            # In this order: it is seen that it is over, or that somebody waits for that.
            self._over = True
            if self._abandoned:
                self._home.call(self._end)

    async def ends_soon(self) -> bool:
        """Wait for a thread that was abandoned; says whether it has ended, or never begun."""
        self._ended = trio.Event()
        # In this order: a thread that begins or ends just now sees it, or is seen.
        self._abandoned = True
        if not self.thread or self._over:
            return True
        with self._curfew.grace(Step.THREADS, THREAD_GRACE, shield=True):
            await self._ended.wait()
        return self.has_ended()

    def has_ended(self) -> bool:
        """Whether the thread has ended."""
        return self._over

    def stack(self) -> str:
        """Where the thread is now."""
        return stack_of(self.thread) if self.thread else ""

    def afterwards(self, action: Callable[[], object]) -> None:
        """Call *action*, in Trio's thread, when the thread has ended after all."""
        self._afterwards += (action,)

    def _end(self) -> None:
        if self._ended is not None:
            self._ended.set()
        for action in self._afterwards:
            action()
