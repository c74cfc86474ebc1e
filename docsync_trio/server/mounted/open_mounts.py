"""Web applications of others below some path of the site, or wherever nothing else answers."""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from http import HTTPStatus
from typing import Any

import attrs
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from docsync_trio.base.events import Observer
from docsync_trio.server.entrance.gate import Gate, Rule, behind
from docsync_trio.server.entrance.served_applications import (
    ServedApplications,
    below,
    has_parameters,
    url_below,
)
from docsync_trio.server.http.vigil import pinged_websocket
from docsync_trio.server.mounted.ending_websockets import EndingWebsockets
from docsync_trio.server.mounted.lifespan import lifespan_of
from docsync_trio.server.mounted.mounts import Mount
from docsync_trio.server.mounted.wsgi import served_by_threads
from docsync_trio.server.visits.request import site_path
from docsync_trio.server.visits.request_id import fields_with_id
from docsync_trio.sessions.asyncio_bridge import AsyncioBridge, EitherWay
from docsync_trio.sessions.facilities import Facilities


@attrs.frozen(eq=False)
class OpenMount:
    """A web application that answers: *asgi*, for what is below *url* (which ends in no slash).

    *is_rest* says that it is mounted at ``/``, so that it gets what nothing else answers;
    *websockets* whether it can have any; *public* whether it is for who has not signed in;
    *state* is what its lifespan wants requests to find.
    """

    url: str
    is_rest: bool
    asgi: ASGIApp
    websockets: bool
    public: bool
    state: dict[str, Any]
    open_websockets: EndingWebsockets

    def has(self, path: str) -> bool:
        """Say whether *path*, as the site's routes know it, is below this one."""
        return path == self.url or path.startswith(f"{self.url}/")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the application answer; it is told below which path it is served."""
        outside = scope.get("root_path", "")
        path = site_path(scope["path"], outside)
        if not self.has(path):
            raise HTTPException(HTTPStatus.NOT_FOUND)
        if path == self.url and path and scope["type"] == "http":
            await _with_slash(scope)(scope, receive, send)
            return
        # What Starlette notes of our own route would lead astray a Starlette inside.
        ours = {"app", "router", "route", "endpoint", "path_params", "state"}
        inner = {key: value for key, value in scope.items() if key not in ours}
        inner |= {"path": outside + path, "root_path": outside + self.url}
        inner["headers"] = fields_with_id(scope["headers"])
        inner["state"] = self.state.copy()
        if scope["type"] == "websocket":
            with pinged_websocket(scope):
                await self.open_websockets.around(self.asgi, inner, receive, send)
        else:
            await self.asgi(inner, receive, send)


def _with_slash(scope: Scope) -> RedirectResponse:
    # Relative links of its first page would otherwise begin one level too high.
    query = scope.get("query_string", b"").decode("latin-1")
    last = scope["path"].rpartition("/")[2]
    return RedirectResponse(f"{last}/?{query}" if query else f"{last}/", status_code=307)


@attrs.frozen(eq=False)
class OpenMounts:
    """All web applications of a site, those with the longest paths first."""

    mounts: tuple[OpenMount, ...] = ()
    open_websockets: EndingWebsockets = attrs.field(factory=EndingWebsockets)

    def routes(self, gate: Gate | None = None) -> Iterable[Route]:
        """Yield the routes, behind *gate*, of all but the one that answers for the whole site."""
        for mount in self.mounts:
            if not mount.is_rest:
                app = behind(gate, mount, Rule(mount.public))
                yield Route(mount.url, app)
                yield Route(below(mount.url, "/{rest:path}"), app)

    @property
    def rest(self) -> OpenMount | None:
        """What answers wherever nothing else does."""
        return next((mount for mount in self.mounts if mount.is_rest), None)

    def at_websocket(self, site: ServedApplications, path: str) -> OpenMount | None:
        """Return what answers a websocket at *path*; None if *site* has to."""
        mount = next((mount for mount in self.mounts if mount.has(path)), None)
        if mount is None or not mount.websockets:
            return None
        found = site.find_websocket(path)
        if found is None:
            return mount
        is_hidden = has_parameters(found[0].application.path) and not mount.is_rest
        return mount if is_hidden else None

    def behind(self, app: ASGIApp) -> ASGIApp:
        """Return an ASGI application that asks `rest` for what *app* has not (404)."""
        rest = self.rest
        if rest is None:
            return app

        async def asgi(scope: Scope, receive: Receive, send: Send) -> None:
            try:
                await app(scope, receive, send)
            except HTTPException as error:
                if error.status_code != HTTPStatus.NOT_FOUND:
                    raise
            else:
                return
            await rest(scope, receive, send)

        return _Endpoint(asgi)


@attrs.frozen(eq=False)
class _Endpoint:
    # Starlette takes a function for an endpoint of its own kind, not for ASGI.
    asgi: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.asgi(scope, receive, send)


@asynccontextmanager
async def open_mounts(
    mounts: Iterable[Mount], prefix: str, facilities: Facilities, *, observe: Observer
) -> AsyncIterator[OpenMounts]:
    """Serve *mounts* below *prefix* for the length of the block.

    *facilities* has a bridge if one of them needs it. Raises `ServerError` when one does not
    start.
    """
    async with AsyncExitStack() as stack:
        opened, websockets = [], EndingWebsockets()
        for mount in mounts:
            asgi, state = _asgi_of(mount, facilities.bridge), dict[str, Any]()
            if mount.kind != "wsgi":
                life = lifespan_of(asgi, mount.name, observe=observe, curfew=facilities.curfew)
                state = await stack.enter_async_context(life)
            url = url_below(prefix, mount.path).rstrip("/")
            is_rest, is_asgi = mount.path == "/", mount.kind != "wsgi"
            opened.append(OpenMount(url, is_rest, asgi, is_asgi, mount.public, state, websockets))
        yield OpenMounts(tuple(sorted(opened, key=lambda mount: -len(mount.url))), websockets)


def _asgi_of(mount: Mount, bridge: AsyncioBridge | None) -> ASGIApp:
    if mount.kind == "wsgi":
        return served_by_threads(mount.app, threads=mount.threads)
    app: ASGIApp = mount.app
    return app if mount.kind == "trio" or bridge is None else _on_asyncio(app, bridge)


def _on_asyncio(app: ASGIApp, bridge: AsyncioBridge) -> ASGIApp:
    async def asgi(scope: Scope, receive: Receive, send: Send) -> None:
        await bridge.run(app(scope, _either_way(receive), _either_way(send)))

    return asgi


def _either_way(function: Callable[..., Any]) -> Callable[..., Any]:
    async def called(*arguments: Any) -> Any:
        return await EitherWay(partial(function, *arguments))

    return called
