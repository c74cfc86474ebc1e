"""How application code is called: in a thread or in the loop, for Trio or for asyncio.

A plain function runs in a worker thread, so that other sessions stay quick while it
computes; an ``async`` one runs in the loop, step by step. Both are watched, and what
they log is theirs.
"""

import inspect
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import attrs
import trio

from docsync_trio.base.log_owner import LogOwner, logs_owned_by
from docsync_trio.sessions.any_thread import HomeThread
from docsync_trio.sessions.environment import Environment
from docsync_trio.sessions.steps import stepwise
from docsync_trio.sessions.thread_call import ThreadCall
from docsync_trio.sessions.watchdog import Stretch
from docsync_trio.sessions.workers import QUICK

PATIENCE = 1.0
"""Seconds to wait for the turn to fill a document exclusively. Then it is filled anyway:
one document that hangs must not keep all others from being filled."""


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

    async def call(
        self,
        function: Callable[..., Any],
        *args: Any,
        on_pause: Callable[[], object] | None = None,
    ) -> Any:
        """The result of ``function(*args)``, awaited if it has to be; raises what it raises.

        *on_pause* is called whenever an ``async`` function waits for something.
        """
        with logs_owned_by(LogOwner(self._environment.application.path, self._session)):
            if self._environment.threads is None or _is_async(function):
                result = self._in_loop(function, args)
            else:
                result = await self._in_thread(function, args)
            return await self._result(function, result, on_pause)

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

    async def _result(
        self, function: Callable[..., Any], result: Any, on_pause: Callable[[], object] | None
    ) -> Any:
        if not inspect.isawaitable(result):
            return result
        if inspect.iscoroutine(result):
            result = self._watched(function, result, on_pause)
        bridge = self._environment.bridge
        return await (result if bridge is None else bridge.run(result))

    def _watched(
        self, function: Callable[..., Any], coroutine: Any, on_pause: Callable[[], object] | None
    ) -> Any:
        watchdog = self._environment.facilities.watchdog
        stretch: Stretch

        def before() -> None:
            nonlocal stretch
            stretch = watchdog.begin(self._stretch(function))

        def after() -> None:
            watchdog.end(stretch)
            if on_pause is not None:
                on_pause()

        return stepwise(coroutine, before, after)

    def _in_loop(self, function: Callable[..., Any], args: tuple[Any, ...]) -> Any:
        watchdog = self._environment.facilities.watchdog
        stretch = watchdog.begin(self._stretch(function))
        try:
            return function(*args)
        finally:
            watchdog.end(stretch)

    async def _in_thread(self, function: Callable[..., Any], args: tuple[Any, ...]) -> Any:
        curfew, workers = self._environment.facilities.curfew, self._environment.facilities.workers
        run = partial(self._in_loop, function, args)
        call = ThreadCall(run, name_of(function), self._home, curfew)
        limiter = self._environment.threads
        if limiter is None or curfew.has_begun():
            limiter = curfew.threads
        try:
            result = await workers.run(call.run, limiter=limiter, quick=self._quick)
        except trio.Cancelled:
            if not await call.ends_soon():
                self._left_behind.append(call)
            raise
        finally:
            self._quick = 0 < call.seconds < QUICK
        return result

    def _stretch(self, function: Callable[..., Any]) -> Stretch:
        environment = self._environment
        alert = environment.settings.blocking_alert
        return Stretch(environment.application.path, self._session, name_of(function), alert)


def _is_async(function: Callable[..., Any]) -> bool:
    while isinstance(function, partial):
        function = function.func
    return inspect.iscoroutinefunction(inspect.unwrap(function))
