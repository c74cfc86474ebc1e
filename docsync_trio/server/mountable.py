"""A site as a plain ASGI 3 application, for a server or a site that runs on Trio.

It opens with the server's lifespan. A framework that mounts applications without
passing the lifespan on opens the site itself, with `MountableSite.opened`.
"""

import os
import pathlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import attrs
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from docsync_trio.base.errors import ConfigError
from docsync_trio.base.events import Observer
from docsync_trio.config.load import load_site
from docsync_trio.server.plain_log import log_event
from docsync_trio.server.site import Site, open_site


@attrs.define(eq=False)
class MountableSite:
    """An ASGI application that opens a site in its lifespan; made by `create_asgi`.

    *open* gives the site, open for the length of a block; it raises `ConfigError`.
    """

    open: Callable[[], AbstractAsyncContextManager[Site]]
    _asgi: ASGIApp | None = attrs.field(default=None, init=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or live as long as the server does."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif self._asgi is not None:
            await self._asgi(scope, receive, send)
        elif scope["type"] == "http":
            text = "The site is not open: this server has run no lifespan."
            await PlainTextResponse(text, status_code=503)(scope, receive, send)
        else:
            await WebSocketClose(code=1013)(scope, receive, send)

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Site]:
        """Answer requests for the length of the block; for frameworks that pass no lifespan on.

        Raises `ConfigError`, `ServerError`.
        """
        async with self.open() as site:
            self._asgi = site.asgi
            try:
                yield site
            finally:
                self._asgi = None

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            async with self.opened():
                await send({"type": "lifespan.startup.complete"})
                await receive()
        except ConfigError as error:
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        await send({"type": "lifespan.shutdown.complete"})


def create_asgi(
    path: str | os.PathLike[str],
    *,
    profile: str | None = None,
    overrides: Sequence[str] = (),
    environ: Mapping[str, str] | None = None,
    observe: Observer = log_event,
) -> MountableSite:
    """Return the site file at *path* as an ASGI 3 application.

    *profile*, *overrides* and *environ* (by default the process's) are as on the command
    line; what is wrong with the file fails the lifespan's startup. *observe* is told what
    happens; by default it goes to the logger ``docsync_trio``. The server has to run on Trio.
    """
    environ = os.environ if environ is None else environ

    @asynccontextmanager
    async def open_it() -> AsyncIterator[Site]:
        site = load_site(pathlib.Path(path), profile=profile, overrides=overrides, environ=environ)
        async with open_site(site, observe=observe) as opened:
            yield opened

    return MountableSite(open_it)
