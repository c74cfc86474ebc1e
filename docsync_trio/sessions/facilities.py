"""What all applications of one server share."""

from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager

import attrs
import trio

from docsync_trio.applications.application import Application
from docsync_trio.base.events import Observer
from docsync_trio.sessions.asyncio_bridge import AsyncioBridge, open_bridge
from docsync_trio.sessions.watchdog import Watchdog, open_watchdog


@attrs.frozen(eq=False)
class Facilities:
    """The loop for asyncio code (None if nobody needs it), the watchdog, and the turn to build.

    Whoever fills a document in a way that changes what belongs to the process holds
    *turn* meanwhile.
    """

    bridge: AsyncioBridge | None
    watchdog: Watchdog
    turn: trio.Lock = attrs.field(factory=trio.Lock, init=False)


@asynccontextmanager
async def open_facilities(
    applications: Iterable[Application], observe: Observer
) -> AsyncIterator[Facilities]:
    """What *applications* need, for the length of the block; open them inside it."""
    async with AsyncExitStack() as stack:
        bridge = None
        if any(application.async_kind == "asyncio" for application in applications):
            # One loop for all of them, and it has to outlive every session.
            bridge = await stack.enter_async_context(open_bridge())
        yield Facilities(bridge, stack.enter_context(open_watchdog(observe)))
