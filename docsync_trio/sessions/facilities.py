"""What all applications of one server share."""

from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager

import attrs
import trio

from docsync_trio.applications.application import Application
from docsync_trio.base.events import Observer
from docsync_trio.sessions.asyncio_bridge import AsyncioBridge, open_bridge
from docsync_trio.sessions.call_times import CallTimes
from docsync_trio.sessions.curfew import Curfew
from docsync_trio.sessions.loop_guard import LoopGuard, open_loop_guard
from docsync_trio.sessions.room import Room
from docsync_trio.sessions.watchdog import Watchdog, open_watchdog
from docsync_trio.sessions.workers import Workers


@attrs.frozen(eq=False)
class Facilities:
    """The loop for asyncio code (None if nobody needs it), the watchdog, and what is shared.

    *guard* is that of the loop, None where it can have none; *workers* are the threads for
    plain functions.

    Whoever fills a document in a way that changes what belongs to the process holds
    *turn* meanwhile; *room* is for the sessions of all; *curfew* is when they have to end.
    """

    bridge: AsyncioBridge | None
    watchdog: Watchdog
    guard: LoopGuard | None
    room: Room
    curfew: Curfew
    workers: Workers = attrs.field(factory=Workers, init=False)
    turn: trio.Lock = attrs.field(factory=trio.Lock, init=False)
    _gate: trio.Lock = attrs.field(factory=trio.Lock, init=False)
    _times: dict[str, CallTimes] = attrs.field(factory=dict, init=False)

    def times_of(self, application: str, *, wanted: bool) -> CallTimes:
        """Where the times of the application at that path are counted, whoever serves it now."""
        return self._times.setdefault(application, CallTimes(wanted))

    async def one_by_one(self) -> None:
        """Let those who come together go on one after the other, each in a tick of its own.

        Hundreds of sessions that end at once would otherwise keep everybody else waiting.
        """
        async with self._gate:
            await trio.lowlevel.checkpoint()


@asynccontextmanager
async def open_facilities(
    applications: Iterable[Application],
    observe: Observer,
    *,
    max_sessions: int = 0,
    more_asyncio: bool = False,
) -> AsyncIterator[Facilities]:
    """What *applications* need, for the length of the block; open them inside it.

    *max_sessions* is how many sessions they may have together; 0: no limit. *more_asyncio*
    says that somebody else needs the loop.
    """
    async with AsyncExitStack() as stack:
        curfew, bridge = Curfew(), None
        if more_asyncio or any(one.async_kind == "asyncio" for one in applications):
            # One loop for all of them, and it has to outlive every session.
            bridge = await stack.enter_async_context(open_bridge(curfew))
        guard = stack.enter_context(open_loop_guard(observe))
        watchdog = stack.enter_context(open_watchdog(observe, guard))
        facilities = Facilities(bridge, watchdog, guard, Room(max_sessions), curfew)
        stack.push_async_callback(facilities.workers.close)
        yield facilities
