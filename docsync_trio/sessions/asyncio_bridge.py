"""The one place where asyncio is known: applications whose ``async`` code is written for it.

One trio-asyncio loop serves the whole server; a loop per session would cost two file
descriptors each, and frameworks keep references to the loop beyond a session. What
the loop does by itself when application code misbehaves is changed here: its
exception handler would end the server, a `SystemExit` would hang every waiter, and a
task that swallows its cancellation would be waited for without end.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Generator
from concurrent.futures import Executor
from contextlib import asynccontextmanager
from contextvars import Context, ContextVar
from typing import Any, Generic, TypeVar

import attrs
import outcome
import sniffio
import trio

from docsync_trio.sessions.curfew import Curfew, Step

T = TypeVar("T")

CANCEL_AGAIN = 0.25
"""Seconds between two cancellations of a task that swallowed the first."""

CANCEL_GRACE = 3.0
"""Seconds until such a task is given up."""

log = logging.getLogger("docsync_trio.asyncio")

Tasks = set["asyncio.Task[Any]"]

_tasks_of_session: ContextVar[Tasks | None] = ContextVar("docsync_asyncio_tasks", default=None)


@attrs.frozen(eq=False)
class AsyncioBridge:
    """Runs awaitables that are written for asyncio, from Trio tasks."""

    loop: asyncio.AbstractEventLoop
    _curfew: Curfew

    async def run(self, awaitable: Awaitable[T]) -> T:
        """The result of *awaitable*, run as an asyncio task that ends when we are cancelled."""
        return await _wait_for(asyncio.ensure_future(awaitable, loop=self.loop), self._curfew)


@asynccontextmanager
async def open_bridge(curfew: Curfew) -> AsyncIterator[AsyncioBridge]:
    """An asyncio loop for the length of the block.

    Only tasks that are started inside the block, or in a copy of its context, see it
    as the running loop.
    """
    # It changes asyncio for the whole process, so a site that needs no bridge has none.
    import trio_asyncio  # type: ignore[import-untyped]

    async with trio_asyncio.open_loop() as loop:
        loop.set_exception_handler(_log_exception)
        loop.set_task_factory(_make_task)
        loop.run_in_executor = _with_any_executor(loop)
        loop.call_later = _also_in_the_past(loop.call_later)
        yield AsyncioBridge(loop, curfew)


def keep_tasks_in(tasks: Tasks) -> None:
    """From now on this context's code makes its asyncio tasks as members of *tasks*."""
    _tasks_of_session.set(tasks)


async def cancel_tasks(tasks: Tasks, curfew: Curfew) -> None:
    """End all *tasks*; one that will not end within `CANCEL_GRACE` is logged and left."""
    with curfew.grace(Step.THREADS, CANCEL_GRACE):
        while tasks:
            for task in list(tasks):
                task.cancel()
            with trio.move_on_after(CANCEL_AGAIN):
                for task in list(tasks):
                    await _end_of(task)
    for task in tasks:
        log.error("an asyncio task ignores its cancellation and was left behind: %r", task)


@attrs.frozen
class EitherWay(Generic[T]):
    """An awaitable for application code of either kind; *function* is written for Trio."""

    function: Callable[[], Awaitable[T]]

    def __await__(self) -> Generator[Any, Any, T]:
        """Run it in the way that suits whoever awaits."""
        if sniffio.current_async_library() == "asyncio":
            loop: Any = asyncio.get_running_loop()
            result: outcome.Outcome[T] = yield from loop.trio_as_future(self._captured).__await__()
            return result.unwrap()
        return (yield from self.function().__await__())

    async def _captured(self) -> outcome.Outcome[T]:
        # Of what is no Exception the loop would end.
        try:
            return outcome.Value(await self.function())
        except (SystemExit, KeyboardInterrupt) as error:
            return outcome.Error(error)


async def _wait_for(future: "asyncio.Future[T]", curfew: Curfew) -> T:
    try:
        await _end_of(future)
    except trio.Cancelled:
        with curfew.grace(Step.THREADS, CANCEL_GRACE, shield=True):
            while not future.done():
                future.cancel()
                with trio.move_on_after(CANCEL_AGAIN):
                    await _end_of(future)
        _tell_of_lost_error(future)
        raise
    return future.result()


async def _end_of(future: "asyncio.Future[Any]") -> None:
    done = trio.Event()
    future.add_done_callback(lambda _: done.set())
    await done.wait()


def _tell_of_lost_error(future: "asyncio.Future[Any]") -> None:
    if not future.done():
        log.error("an asyncio callback ignores its cancellation and was left behind: %r", future)
    elif not future.cancelled() and (error := future.exception()) is not None:
        log.error("an asyncio callback failed while it was cancelled", exc_info=error)


def _also_in_the_past(from_now: Callable[..., Any]) -> Callable[..., Any]:
    """``loop.call_later`` that takes a delay below zero, as asyncio's does: at once."""

    def call_later(delay: float, callback: Callable[..., Any], *args: Any, **more: Any) -> Any:
        return from_now(max(delay, 0), callback, *args, **more)

    return call_later


def _with_any_executor(loop: Any) -> Callable[..., "asyncio.Future[Any]"]:
    """``loop.run_in_executor`` that takes a thread or process pool, too, as asyncio's does."""
    in_trios_threads = loop.run_in_executor

    def run_in_executor(
        executor: Executor | None, function: Callable[..., Any], *arguments: Any
    ) -> "asyncio.Future[Any]":
        if isinstance(executor, Executor):
            return asyncio.wrap_future(executor.submit(function, *arguments), loop=loop)
        future: asyncio.Future[Any] = in_trios_threads(executor, function, *arguments)
        return future

    return run_in_executor


def _log_exception(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    log.error("asyncio: %s", context.get("message"), exc_info=context.get("exception"))


def _make_task(
    loop: asyncio.AbstractEventLoop,
    coroutine: "Coroutine[Any, Any, Any] | Generator[Any, None, Any]",
    context: Context | None = None,
    **more: Any,
) -> "asyncio.Task[Any]":
    """Make a task, booked to the session whose code makes it."""
    if asyncio.iscoroutine(coroutine):
        coroutine = _WithoutExit(coroutine)
    task = asyncio.Task(coroutine, loop=loop, context=context, **more)
    tasks = _tasks_of_session.get()
    if tasks is not None:
        tasks.add(task)
        task.add_done_callback(tasks.discard)
    return task


class _WithoutExit(Coroutine[Any, Any, T]):
    """A coroutine whose ``sys.exit()`` fails its task alone.

    No coroutine of ours round the author's: if its task is cancelled before it begins,
    the author's would never be awaited, which Python warns of.
    """

    def __init__(self, coroutine: Coroutine[Any, Any, T]) -> None:
        self._coroutine = coroutine

    def __getattr__(self, name: str) -> Any:
        return getattr(self._coroutine, name)

    def __await__(self) -> Generator[Any, Any, T]:
        return self._coroutine.__await__()

    def send(self, value: Any) -> Any:
        try:
            return self._coroutine.send(value)
        except (SystemExit, KeyboardInterrupt) as error:
            raise _failed(error) from error

    def throw(self, *error: Any) -> Any:
        try:
            return self._coroutine.throw(*error)
        except (SystemExit, KeyboardInterrupt) as exit_:
            raise _failed(exit_) from exit_

    def close(self) -> None:
        self._coroutine.close()


def _failed(error: BaseException) -> RuntimeError:
    return RuntimeError(f"{type(error).__name__} raised in an asyncio task")
