"""Panel's ``serve``, by this server: what Panel's own tests start their servers with.

Each server has a thread with a Trio loop of its own; the test stays in the thread of the process.
"""

import logging
import os
import threading
import uuid
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import attrs
import trio
from panel.config import config
from panel.io.application import build_applications
from panel.io.state import state
from starlette.responses import JSONResponse, PlainTextResponse
from tornado.ioloop import IOLoop

from docsync_trio.applications.application import Application
from docsync_trio.base.events import Event
from docsync_trio.config.load import LoadedSite, load_tree
from docsync_trio.server.connections.serve import serve_site
from docsync_trio.server.site import LoadedApplications, open_site
from docsync_trio.server.sockets.binds import bind_sockets
from docsync_trio.testing.failures import error_of

_log = logging.getLogger("docsync_trio.panel")

FOLDER = Path(__file__).parent
LONG = 30.0
"""Seconds that a server may take to begin or to end."""


def serve(
    panels: Any,
    port: int = 0,
    *,
    server_id: str | None = None,
    title: str | Mapping[str, str] | None = None,
    location: bool = True,
    **options: Any,
) -> "Server":
    """Serve *panels* as ``panel.serve`` does. Raises ``TypeError`` for what we cannot do."""
    for unimportant in ("address", "admin", "liveness", "loop", "show", "start", "threaded"):
        options.pop(unimportant, None)
    options.pop("verbose", None)
    given, panels = panels, panels if isinstance(panels, dict) else {"/": panels}
    server_id = server_id or uuid.uuid4().hex
    built = build_applications(panels, title=title, location=location, server_id=server_id)
    applications = [
        Application(path, [handler._func for handler in each.handlers], framework="panel")
        for path, each in built.items()
    ]
    server = Server(_site([*built], port, options), applications)
    server.begin()
    state._servers[server_id] = (server, given, [])
    state._threads[server_id] = server
    return server


def _site(paths: Sequence[str], port: int, options: dict[str, Any]) -> LoadedSite:
    """Return the site file that says what *options*, which are those of Panel, mean."""
    routes = [{"path": "/liveness", "endpoint": "python:live"}]
    if (history := options.pop("session_history", None)) is not None:
        config.session_history = history
        routes += [
            {"path": "/session_info", "endpoint": "python:session_info"},
            {"path": "/rest/session_info", "endpoint": "python:older_session_info"},
        ]
    tree: dict[str, Any] = {
        "server": {
            "bind": f"127.0.0.1:{port}",
            "prefix": (options.pop("prefix", None) or "").rstrip("/"),
            "allow_origins": options.pop("websocket_origin", None) or [],
        },
        # As with Bokeh's server, where nobody has asked for more.
        "sessions": {"sign": False},
        "applications": [
            {"path": path, "handlers": [{"function": "python:application"}]} for path in paths
        ],
        "routes": routes,
    }
    if unused := options.pop("unused_session_lifetime_milliseconds", None):
        tree["sessions"]["unclaimed_lifetime"] = f"{unused}ms"
    options.pop("check_unused_sessions_milliseconds", None)
    if icon := options.pop("ico_path", None):
        tree["icon"] = str(icon)
    for name, folder in (options.pop("static_dirs", None) or {}).items():
        tree["routes"].append({"path": f"/{name.strip('/')}", "static": str(folder)})
    if options:
        raise TypeError(f"no key of the site file stands for {', '.join(options)}")
    return load_tree(tree, FOLDER / "site.toml", environ=os.environ)


async def live(_request: object) -> PlainTextResponse:
    return PlainTextResponse("alive")


async def session_info(_request: object) -> JSONResponse:
    return JSONResponse(state.session_info)


async def older_session_info(_request: object) -> JSONResponse:
    return JSONResponse({"session_info": state.session_info})


ENDPOINTS = {
    "/liveness": live,
    "/session_info": session_info,
    "/rest/session_info": older_session_info,
}
"""What stands behind the routes, by path; docs/panel.md shows people such endpoints."""


@attrs.define(eq=False)
class Server:
    """What Panel finds in ``state._servers`` and ``state._threads``."""

    site: LoadedSite
    applications: Sequence[Application]
    port: int = attrs.field(default=0, init=False)
    address: None = None
    _stopped: bool = attrs.field(default=False, init=False)
    _io_loop: IOLoop | None = attrs.field(default=None, init=False)
    _error: BaseException | None = attrs.field(default=None, init=False)
    _token: trio.lowlevel.TrioToken = attrs.field(init=False)
    _stop: trio.Event = attrs.field(init=False)
    _ready: threading.Event = attrs.field(factory=threading.Event, init=False)
    _thread: threading.Thread = attrs.field(init=False)

    @property
    def prefix(self) -> str:
        """The part of the paths before the applications' own."""
        return self.site.settings.server.prefix

    @property
    def io_loop(self) -> IOLoop:
        """A loop for Bokeh's client; Tornado's own server has one with it."""
        if self._io_loop is None:
            self._io_loop = IOLoop.current()
        return self._io_loop

    def begin(self) -> None:
        """Return when the server answers; raises what it raises."""
        self._thread = threading.Thread(target=self._run, name="docsync", daemon=True)
        self._thread.start()
        if not self._ready.wait(LONG):
            raise TimeoutError("the server did not begin")
        if self._error is not None:
            raise self._error

    def stop(self) -> None:
        """End the server and wait until it has ended; once more does nothing."""
        if self._stopped:
            return
        self._stopped = True
        self._token.run_sync_soon(self._stop.set)
        self._thread.join(LONG)
        if self._thread.is_alive():
            raise TimeoutError("the server did not end")

    def is_alive(self) -> bool:
        """Whether the thread runs; Panel asks."""
        return self._thread.is_alive()

    def _run(self) -> None:
        try:
            trio.run(self._serve)
        except BaseException as error:
            self._error = error
            raise
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        self._token, self._stop = trio.lowlevel.current_trio_token(), trio.Event()
        loaded = LoadedApplications(tuple(self.applications), ENDPOINTS)
        sockets = bind_sockets(self.site.settings.server.bind)
        self.port = sockets[0].getsockname()[1]
        async with open_site(self.site, observe=_observe, imported=loaded) as site:
            serving = partial(serve_site, site, sockets, observe=_observe, stop=self._stop)
            async with trio.open_nursery() as nursery:
                await nursery.start(serving)
                self._ready.set()


def _observe(event: Event) -> None:
    error = error_of(event)
    if error is not None:
        _log.error("%s", type(event).__name__, exc_info=error)
