"""Functions that are written for Trio, in an application whose other code is not.

Panel makes asyncio tasks of all ``async`` functions that it is given. One that is marked here
runs on Trio all the same: whoever awaits it, from Trio or from asyncio, waits for its end.
"""

import inspect
from collections.abc import AsyncIterator, Callable
from functools import partial, wraps
from typing import Any, TypeVar

from docsync_trio.sessions.asyncio_bridge import EitherWay

F = TypeVar("F", bound=Callable[..., Any])


def for_trio(function: F) -> F:
    """Mark an ``async def`` function as written for Trio, as a decorator.

    It can then be given to Panel, or to any other code that awaits it from asyncio, as a
    callback, a bound function or a task. Where its task is cancelled it is cancelled in Trio's
    way. An async generator may be marked as well; no cancel scope and no nursery may span one of
    its yields. Raises ``TypeError`` for a plain function.
    """
    made: Any
    if inspect.isasyncgenfunction(function):
        made = _generator(function)
    elif inspect.iscoroutinefunction(function):
        made = _coroutine(function)
    else:
        name = getattr(function, "__qualname__", repr(function))
        raise TypeError(f"{name} is no async function; for_trio is for those alone")
    return made  # type: ignore[no-any-return]


def _coroutine(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    async def on_trio(*args: Any, **kwargs: Any) -> Any:
        return await EitherWay(partial(function, *args, **kwargs))

    return on_trio


def _generator(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    async def on_trio(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        values = function(*args, **kwargs)
        while True:
            try:
                value = await EitherWay(values.__anext__)
            except StopAsyncIteration:
                return
            enough: GeneratorExit | None = None
            try:
                yield value
            except GeneratorExit as leaving:
                enough = leaving
            if enough is not None:
                await EitherWay(values.aclose)
                raise enough

    return on_trio
