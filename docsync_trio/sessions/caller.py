"""How application code is called: in a thread or in the loop, for Trio or for asyncio.

A plain function runs in a worker thread, so that other sessions stay quick while it
computes; an ``async`` one runs in the loop, step by step. Both are watched, and what
they log is theirs.
"""

import inspect
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import partial
from types import FunctionType
from typing import Any

import attrs
import outcome
import trio

from docsync_trio.base.log_owner import LogOwner, logs_owned_by, owning
from docsync_trio.protocol.message import Outgoing
from docsync_trio.sessions.any_thread import HomeThread
from docsync_trio.sessions.call_times import CallTimes
from docsync_trio.sessions.environment import Environment
from docsync_trio.sessions.passage import Passage
from docsync_trio.sessions.steps import stepwise
from docsync_trio.sessions.thread_call import ThreadCall
from docsync_trio.sessions.watchdog import Stretch
from docsync_trio.sessions.workers import QUICK, Worker

PATIENCE = 1.0
"""Seconds to wait for the turn to fill a document exclusively. Then it is filled anyway:
one document that hangs must not keep all others from being filled."""


_RESULTS = frozenset({type(None), Outgoing})
"""What nearly all calls give, so that it need not be looked at closely."""


def name_of(function: Callable[..., Any]) -> str:
    """What its author calls *function*."""
    while isinstance(function, partial):
        function = function.func
    return getattr(function, "__qualname__", None) or type(function).__name__


@attrs.define(eq=False)
class Caller:
    """Calls the code of one application, for the session *session* or ("") for none.

    What will not end when it is cancelled has to be taken over with `take_left_behind`.
    """

    _environment: Environment
    _session: str
    _home: HomeThread = attrs.field(factory=HomeThread, init=False)
    _left_behind: list[ThreadCall] = attrs.field(factory=list, init=False)
    _quick: bool = attrs.field(default=False, init=False)
    _owner: LogOwner = attrs.field(init=False)
    _passage: Passage = attrs.field(factory=Passage, init=False)

    def __attrs_post_init__(self) -> None:
        self._owner = LogOwner(self._environment.application.path, self._session)

    @property
    def times(self) -> CallTimes:
        """Where it is counted how long its code takes."""
        return self._environment.times

    async def call(
        self,
        function: Callable[..., Any],
        *args: Any,
        on_pause: Callable[[], object] | None = None,
    ) -> Any:
        """The result of ``function(*args)``, awaited if it has to be; raises what it raises.

        *on_pause* is called whenever an ``async`` function waits for something.
        """
        with logs_owned_by(self._owner):
            if self._environment.threads is None or _is_async(function):
                result = self._in_loop(name_of(function), function, args)
            else:
                result = await self._in_thread(function, args)
            return await self._result(function, result, on_pause)

    def begin(
        self,
        function: Callable[..., Any],
        *,
        on_pause: Callable[[], object] | None = None,
        ours: str = "",
    ) -> outcome.Maybe[Any] | Coroutine[Any, Any, Any]:
        """What comes of ``function()``, if that needs no waiting to speak of.

        If it does, what has to be awaited for the result, which has begun or not. *ours* names a
        plain function of our own, which need not be looked at.
        """
        threads = self._environment.threads
        if (threads is not None and not self._quick) or (not ours and _is_async(function)):
            return self.call(function, on_pause=on_pause)
        name = ours or name_of(function)
        came: outcome.Maybe[Any]
        owned = owning.set(self._owner)
        try:
            if threads is None:
                came = outcome.capture(self._in_loop, name, function, ())
            else:
                workers = self._environment.facilities.workers
                call = self._thread_call(name, function)
                worker = workers.begin(call.run, places=threads)
                if worker is None:
                    return self.call(function, on_pause=on_pause)
                if not workers.is_over_soon(worker):
                    self._passage.close()
                    return self._hear_of(function, call, worker, on_pause)
                came = workers.outcome_of(worker)
                self._quick = call.seconds < QUICK
        finally:
            owning.reset(owned)
        if not ours and isinstance(came, outcome.Value) and _is_awaitable(came.value):
            return self._await(function, came.value, on_pause)
        return came

    async def _hear_of(
        self,
        function: Callable[..., Any],
        call: ThreadCall,
        worker: Worker,
        on_pause: Callable[[], object] | None,
    ) -> Any:
        end = self._environment.facilities.workers.hear_of(worker)
        return await self._await(function, await self._end_of(call, end), on_pause)

    @asynccontextmanager
    async def turn(self, *, needed: bool) -> AsyncIterator[None]:
        """Where it is *needed*, hold the turn to change what belongs to the process.

        If it cannot be had soon, go without it.
        """
        if not needed or self._environment.threads is None:
            yield
            return
        lock = self._environment.facilities.turn
        with trio.move_on_after(PATIENCE):
            await lock.acquire()
        mine = lock.statistics().owner is trio.lowlevel.current_task()
        try:
            yield
        finally:
            if mine:
                lock.release()

    def take_left_behind(self) -> ThreadCall | None:
        """One of the calls whose thread still runs; None when there is none (any more)."""
        while self._left_behind:
            call = self._left_behind.pop()
            if not call.has_ended():
                return call
        return None

    async def _await(
        self, function: Callable[..., Any], result: Any, on_pause: Callable[[], object] | None
    ) -> Any:
        with logs_owned_by(self._owner):
            return await self._result(function, result, on_pause)

    async def _result(
        self, function: Callable[..., Any], result: Any, on_pause: Callable[[], object] | None
    ) -> Any:
        if not _is_awaitable(result):
            return result
        if inspect.iscoroutine(result):
            result = self._watched(function, result, on_pause)
        bridge = self._environment.bridge
        return await (result if bridge is None else bridge.run(result))

    def _watched(
        self, function: Callable[..., Any], coroutine: Any, on_pause: Callable[[], object] | None
    ) -> Any:
        watchdog, name = self._environment.facilities.watchdog, name_of(function)
        stretch: Stretch

        def before() -> None:
            nonlocal stretch
            stretch = self._stretch(name)
            watchdog.begin(stretch)

        def after() -> None:
            watchdog.end(stretch)
            if on_pause is not None:
                on_pause()

        aside = self._environment.application.framework.steps_aside
        return stepwise(coroutine, before, after, self._passage if aside else None)

    def _in_loop(self, name: str, function: Callable[..., Any], args: tuple[Any, ...]) -> Any:
        watchdog = self._environment.facilities.watchdog
        stretch = self._stretch(name)
        watchdog.begin(stretch)
        try:
            return function(*args)
        finally:
            watchdog.end(stretch)

    async def _in_thread(self, function: Callable[..., Any], args: tuple[Any, ...]) -> Any:
        curfew, workers = self._environment.facilities.curfew, self._environment.facilities.workers
        call = self._thread_call(name_of(function), partial(function, *args))
        places = self._environment.threads
        if places is None or curfew.has_begun():
            places = curfew.threads
        self._passage.close()
        return await self._end_of(call, workers.run(call.run, places=places, quick=self._quick))

    def _thread_call(self, name: str, function: Callable[[], Any]) -> ThreadCall:
        environment = self._environment
        facilities = environment.facilities
        return ThreadCall(
            self._owner.application,
            self._session,
            name,
            environment.settings.blocking_alert,
            function,
            self._home,
            facilities.curfew,
            facilities.watchdog,
        )

    async def _end_of(self, call: ThreadCall, result: Coroutine[Any, Any, Any]) -> Any:
        try:
            return await result
        except trio.Cancelled:
            if not await call.ends_soon():
                self._left_behind.append(call)
            raise
        finally:
            self._passage.open()
            self._quick = 0 < call.seconds < QUICK

    def _stretch(self, name: str) -> Stretch:
        alert = self._environment.settings.blocking_alert
        return Stretch(self._owner.application, self._session, name, alert)


def _is_awaitable(result: Any) -> bool:
    return type(result) not in _RESULTS and inspect.isawaitable(result)


def _is_async(function: Callable[..., Any]) -> bool:
    while isinstance(function, partial):
        function = function.func
    if type(function) is FunctionType and not function.__dict__:  # nobody has wrapped it
        return bool(function.__code__.co_flags & inspect.CO_COROUTINE)
    return inspect.iscoroutinefunction(inspect.unwrap(function))
