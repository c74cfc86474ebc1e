"""The lives of what comes and goes while the server runs.

Each application has a task of its own, which owns all that belongs to it. What ends it is
told to the task; nobody else takes anything apart.
"""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, Final, Generic, TypeVar

import attrs
import trio

from docsync_trio.protocol.close_codes import CloseCode
from docsync_trio.sessions.application_context import RESTARTING
from docsync_trio.sessions.wire import Ending

T = TypeVar("T")

RELOADED: Final = Ending(CloseCode.RELOADED, "the application was reloaded")
"""How connections end where something else takes the place of what they belong to."""

RETIRED: Final = Ending(CloseCode.SESSION_ENDED, "the application is gone")
"""How they end where nothing does."""


@attrs.define(eq=False)
class Life(Generic[T]):
    """*thing*, which is open, and how to end it. Made by `live`."""

    thing: T
    _ending: Ending = attrs.field(default=RESTARTING, init=False)
    _over: trio.Event = attrs.field(factory=trio.Event, init=False)

    def end(self, ending: Ending) -> None:
        """Let it end; its connections are closed with *ending*. Does not wait for it."""
        self._ending = ending
        self._over.set()

    async def told_to_end(self) -> Ending:
        """Wait for that."""
        await self._over.wait()
        return self._ending


async def live(
    opening: AbstractAsyncContextManager[T],
    say_goodbye: Callable[[T, Ending], Awaitable[None]],
    afterwards: Callable[[], object],
    *,
    task_status: trio.TaskStatus[Life[Any]],
) -> None:
    """Be the task of what *opening* opens, until `Life.end`.

    Then *say_goodbye* ends what it has to do with others, and *afterwards* is called when
    nothing of it runs any more. Raises what *opening* raises.
    """
    try:
        async with opening as thing:
            life = Life(thing)
            task_status.started(life)
            ending = await life.told_to_end()
            with trio.CancelScope(shield=True):
                await say_goodbye(thing, ending)
    finally:
        afterwards()
