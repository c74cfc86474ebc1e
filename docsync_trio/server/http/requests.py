"""Every request that is no websocket of ours: plain ones here, all others by hypercorn.

hypercorn, with HTTP/2 and what else it knows, is a tenth of what a server imports, and most
servers behind a proxy never need it. So it is imported by the first request that does.
"""

import importlib
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import trio

from docsync_trio.base.errors import Refusal
from docsync_trio.base.events import ConnectionRefused, Observer
from docsync_trio.config.schema import ServerSettings
from docsync_trio.server.http.hypercorn_version import check_version
from docsync_trio.server.http.plain_requests import CLOSING_SECONDS, PlainRequests
from docsync_trio.server.sockets.peer_socket import PeerSocket
from docsync_trio.server.visits.plain_answer import plain_answer

if TYPE_CHECKING:
    from docsync_trio.server.http.through_hypercorn import HttpServer

TURNS: Final = 30
"""Turns of the loop until a request that has been heard is under way: hypercorn ends a
connection on which it has not yet seen one."""


_HYPERCORN: Final = "docsync_trio.server.http.through_hypercorn"
"""The one module that imports it."""

_GOING_DOWN: Final = Refusal(503, "This server is going down.", retry_after=5)


class Requests:
    """Serves the HTTP connections of one site; *app* is its ASGI application.

    *ours* says of which paths the plain requests need no hypercorn. *refused* is told of what
    is no request; *observe* if it is None. Raises `ServerError` for a hypercorn that we do not
    know.
    """

    def __init__(
        self,
        app: Any,
        ours: Callable[[str], bool],
        settings: ServerSettings,
        *,
        observe: Observer,
        refused: Callable[[ConnectionRefused], None] | None = None,
    ) -> None:
        check_version()
        self._app = app
        self._settings = settings
        self._observe = observe
        self._refused = refused
        self._plain = PlainRequests(app, ours, idle=settings.keep_alive.http)
        self._by_hypercorn: HttpServer | None = None
        self._bringing = trio.Lock()
        self._ending = False

    async def serve(self, socket: PeerSocket, head: bytes) -> None:
        """Serve the requests of one connection, of which *head* has been read already.

        Raises whatever hypercorn raises: containing it is the front door's part.
        """
        rest = await self._plain.serve(socket, head)
        if rest is None:
            return
        server = self._by_hypercorn or await self._bring_hypercorn()
        if server is not None:
            await server.serve(socket, rest)
        else:
            await socket.send_all(plain_answer(_GOING_DOWN))
            await socket.close_after_answer(CLOSING_SECONDS)

    async def end_when_idle(self) -> None:
        """Close the connections without a request now, the others behind their answers."""
        async with self._bringing:
            self._ending = True
        for _ in range(TURNS):
            await trio.lowlevel.checkpoint()
        self._plain.end_when_idle()
        if self._by_hypercorn is not None:
            await self._by_hypercorn.end_when_idle()

    async def _bring_hypercorn(self) -> "HttpServer | None":
        async with self._bringing:
            if _HYPERCORN not in sys.modules:
                # In a thread, as it takes a twentieth of a second in which others have things
                # to do.
                await trio.to_thread.run_sync(importlib.import_module, _HYPERCORN)
            # Whole, even if another server of this process is just importing it.
            module = importlib.import_module(_HYPERCORN)
            if self._by_hypercorn is None and not self._ending:
                server = module.HttpServer(
                    self._app, self._settings, observe=self._observe, refused=self._refused
                )
                self._by_hypercorn = server
            return self._by_hypercorn
