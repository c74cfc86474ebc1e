"""Callbacks of an application that belong to no session, one at a time, in order."""

import itertools
from collections.abc import Callable
from functools import partial
from typing import Any

import attrs

from docsync_trio.sessions.any_thread import HomeThread
from docsync_trio.sessions.callbacks import Callbacks, SessionCallback
from docsync_trio.sessions.caller import name_of
from docsync_trio.sessions.fire_wall import contained
from docsync_trio.sessions.inbox import Inbox
from docsync_trio.sessions.tasks import Tasks

_numbers = itertools.count(1)


@attrs.frozen(eq=False)
class ServerCallback:
    """What `ServerContext.add_periodic_callback` and its like return, for removing it."""

    id: str
    callback: Callable[[], Any]


@attrs.frozen(eq=False)
class TimeoutCallback(ServerCallback):
    """Runs once; *timeout* in milliseconds."""

    timeout: float


@attrs.frozen(eq=False)
class PeriodicCallback(ServerCallback):
    """Runs again and again; *period* in milliseconds."""

    period: float


@attrs.define(eq=False)
class ServerCallbacks:
    """All callbacks of one application that belong to no session."""

    _tasks: Tasks
    _report: Callable[[str, BaseException], None]
    _inbox: Inbox = attrs.field(factory=Inbox, init=False)
    _callbacks: Callbacks = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self._callbacks = Callbacks(self.home, self._queue)

    @property
    def home(self) -> HomeThread:
        """The thread in which they run."""
        return self._tasks.home

    def add(
        self,
        callback: Callable[[], Any],
        *,
        timeout: float | None = None,
        period: float | None = None,
    ) -> ServerCallback:
        """Run *callback* after *timeout* or every *period* milliseconds, else at once."""
        key = f"server-{next(_numbers)}"
        entry: ServerCallback
        if period is not None:
            entry = PeriodicCallback(key, callback, period)
        elif timeout is not None:
            entry = TimeoutCallback(key, callback, timeout)
        else:
            entry = ServerCallback(key, callback)
        self._callbacks.added(entry)
        return entry

    def remove(self, callback: ServerCallback) -> None:
        """Forget *callback*; raises ValueError if it has run or was removed already."""
        if self.home.is_here() and not self._callbacks.is_live(callback):
            raise ValueError("callback already ran or was already removed, cannot be removed again")
        self._callbacks.removed(callback)

    async def keep_time(self) -> None:
        """Queue what comes due; runs until it is cancelled."""
        await self._callbacks.keep_time()

    async def work(self) -> None:
        """Run what is queued; runs until it is cancelled."""
        await self._inbox.work()

    def _queue(self, callback: SessionCallback, *, first: bool) -> None:  # noqa: ARG002
        self._inbox.post(partial(self._run, callback))

    async def _run(self, callback: SessionCallback) -> None:
        if not self._callbacks.is_live(callback):
            return
        self._callbacks.starts(callback)
        what = f"server callback {name_of(callback.callback)}"
        caller = self._tasks.caller
        with caller.times.measuring(what):
            await contained(partial(caller.call, callback.callback), partial(self._report, what))
        self._callbacks.ran(callback)
