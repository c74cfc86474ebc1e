"""Serving a site on open sockets, and ending in peace.

The order in which things end is the order in which their blocks are nested: first no
connection is accepted any more, then the sessions tell their connections, then the
requests under way are answered, and whatever is left when the time is up is cut off.
"""

import socket
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final, Protocol

import trio

from docsync_trio.base.events import ConnectionRefused, Observer
from docsync_trio.config.schema import SiteSettings
from docsync_trio.protocol.close_codes import CloseCode
from docsync_trio.server.connections.accepting import accept_connections
from docsync_trio.server.connections.front_door import FrontDoor
from docsync_trio.server.entrance.join import Admit
from docsync_trio.server.http.requests import Requests
from docsync_trio.server.tls.security import Security, open_security
from docsync_trio.server.visits.reception import Reception, Tell
from docsync_trio.server.websockets.heartbeat import Heartbeat
from docsync_trio.sessions.curfew import Step

GOODBYE: Final = "the server restarts"
"""The close reason that browsers get when the server ends."""


class ServedSite(Protocol):
    """What serving asks of an open site."""

    @property
    def settings(self) -> SiteSettings:
        """The whole site's settings."""
        ...

    @property
    def asgi(self) -> Any:
        """The ASGI 3 application."""
        ...

    @property
    def admit(self) -> Admit:
        """The access rules for websockets."""
        ...

    def passes_on(self, path: str) -> bool:
        """Say whether the websocket at *path* is for `asgi`, as it is none of Bokeh's."""
        ...

    def is_ours(self, path: str) -> bool:
        """Say whether at *path* `asgi` is ours alone, and no request needs more than a head."""
        ...

    async def drain(self, code: int, reason: str, *, within: float) -> None:
        """End all sessions; their connections are closed with *code* and *reason*.

        *within* is how many seconds everything may take until the site is closed.
        """
        ...


async def serve_site(
    site: ServedSite,
    sockets: Sequence[socket.socket],
    *,
    observe: Observer,
    stop: trio.Event,
    tell: Tell | None = None,
    task_status: trio.TaskStatus[Callable[[], None]] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Serve *site* on the listening *sockets* until *stop* is set; then end in peace.

    *tell* is told of each request when it was answered, *task_status* when connections are
    accepted: it is given what takes a changed certificate over at once. *sockets* are closed.
    Requests and websockets have their share of ``server.keep_alive.shutdown`` (`Step.GOODBYES`) to
    end, the rest is for closing the site; being cancelled cuts them off at once. Raises
    `ServerError` when hypercorn does not fit.
    """
    settings = site.settings.server
    heartbeat = Heartbeat(ping=settings.keep_alive.ping, pong=settings.keep_alive.pong)
    reception = Reception.of(settings, tell)

    def refused(event: ConnectionRefused) -> None:
        observe(event)
        reception.turned_away(event.peer, event.status)

    requests = Requests(
        reception.around(site.asgi), site.is_ours, settings, observe=observe, refused=refused
    )
    security = open_security(settings, observe=observe)
    door = FrontDoor(
        site.admit,
        requests,
        heartbeat,
        settings,
        passes_on=site.passes_on,
        observe=observe,
        handshakes=security.handshakes,
        reception=reception,
    )
    async with trio.open_nursery() as keepers:
        keepers.start_soon(security.keep_fresh)
        keepers.start_soon(heartbeat.run)
        keepers.start_soon(_cut_off_when_cancelled, door)
        async with trio.open_nursery() as connections:
            await _accept_until(stop, sockets, security, door, connections, observe, task_status)
            within = settings.keep_alive.shutdown
            keepers.cancel_scope.deadline = trio.current_time() + within * Step.GOODBYES.value
            await door.end_when_idle()
            await site.drain(CloseCode.RESTARTING, GOODBYE, within=within)
        keepers.cancel_scope.cancel()


async def _accept_until(
    stop: trio.Event,
    sockets: Sequence[socket.socket],
    security: Security,
    door: FrontDoor,
    connections: trio.Nursery,
    observe: Observer,
    task_status: trio.TaskStatus[Callable[[], None]],
) -> None:
    try:
        async with trio.open_nursery() as accepting:
            for each in sockets:
                accept = partial(
                    accept_connections, observe=observe, socket_of=security.socket_of(each)
                )
                accepting.start_soon(accept, each, door.serve, connections)
            task_status.started(security.look_now)
            await stop.wait()
            accepting.cancel_scope.cancel()
    finally:
        # Whoever comes now is refused by the kernel, and a proxy tries elsewhere.
        for each in sockets:
            each.close()


async def _cut_off_when_cancelled(door: FrontDoor) -> None:
    # Sends are shielded, so that no message is cut in two; closing the socket is what
    # ends them when there is no time left.
    try:
        await trio.sleep_forever()
    finally:
        door.close_all()
