"""Where exceptions of application code end.

An application may raise anything: an error, an `ExceptionGroup` out of a nursery of
its own, ``sys.exit()``, ``KeyboardInterrupt``, a `trio.Cancelled` that it kept from
earlier. All of that is reported and goes no further. What must go on is our own
cancellation, and only that.
"""

import math
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

import outcome
import trio

A = TypeVar("A")
R = TypeVar("R")
T = TypeVar("T")

Report = Callable[[BaseException], None]


async def contained(run: Callable[[], Awaitable[T]], report: Report) -> T | None:
    """The result of *run*, or None after its exception was given to *report*."""
    try:
        return await run()
    except BaseException as error:
        fault = fault_of_the_application(error)
        if fault is None:
            raise
        report(fault)
        await trio.lowlevel.checkpoint_if_cancelled()
        return None


async def outcome_of(rest: Awaitable[T]) -> outcome.Outcome[T]:
    """What comes of *rest*: its result, or what the application raised."""
    try:
        return outcome.Value(await rest)
    except BaseException as error:
        fault = fault_of_the_application(error)
        if fault is None:
            raise
        return outcome.Error(fault)


def raised_later(run: Callable[[A], R | None], argument: A) -> R | Coroutine[Any, Any, None] | None:
    """The result of ``run(argument)``, or a coroutine that raises what that has raised."""
    try:
        return run(argument)
    except BaseException as fault:  # noqa: BLE001 - whoever awaits it has to deal with it
        return _raise(outcome.Error(fault))


def fault_of_the_application(error: BaseException) -> BaseException | None:
    """What of *error* the application raised; None where it is all our cancellation.

    A group that holds both is split; the caller has to go on being cancelled.
    """
    if isinstance(error, GeneratorExit):
        return None
    if not _being_cancelled():
        return error
    if isinstance(error, BaseExceptionGroup):
        return error.split(trio.Cancelled)[1]
    return None if isinstance(error, trio.Cancelled) else error


def _being_cancelled() -> bool:
    return trio.current_effective_deadline() == -math.inf


async def _raise(came: outcome.Error) -> None:
    came.unwrap()
