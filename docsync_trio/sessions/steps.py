"""A coroutine seen step by step: what runs between two awaits, and what happens in between."""

import types
from collections.abc import Callable, Coroutine, Generator
from typing import Any, TypeVar

from docsync_trio.sessions.passage import Passage

T = TypeVar("T")


async def stepwise(
    coroutine: Coroutine[Any, Any, T],
    before: Callable[[], object],
    after: Callable[[], object],
    passage: Passage | None = None,
) -> T:
    """The result of *coroutine*; each of its steps is put between *before* and *after*.

    If there is a *passage*, none begins while that is closed. It does not matter for which
    library the coroutine is written.
    """
    return await _steps(coroutine, before, after, passage)


@types.coroutine
def _steps(
    coroutine: Coroutine[Any, Any, T],
    before: Callable[[], object],
    after: Callable[[], object],
    passage: Passage | None,
) -> Generator[Any, Any, T]:
    value: Any = None
    error: BaseException | None = None
    while True:
        if passage is not None:
            try:
                yield from passage.way()
            except GeneratorExit:
                coroutine.close()
                raise
            except BaseException as thrown:  # noqa: BLE001 - goes on into the coroutine
                value, error = None, thrown
        before()
        try:
            trap = coroutine.send(value) if error is None else coroutine.throw(error)
        except StopIteration as stop:
            return stop.value  # type: ignore[no-any-return]
        finally:
            after()
        try:
            value, error = (yield trap), None
        except GeneratorExit:
            coroutine.close()
            raise
        except BaseException as thrown:  # noqa: BLE001 - goes on into the coroutine
            value, error = None, thrown
