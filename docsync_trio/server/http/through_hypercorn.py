"""HTTP through hypercorn's connection class, with a wall round it.

hypercorn speaks HTTP/1.1 and HTTP/2 well, and its own server lets one connection end
all others: an exception travels to the nursery that they share, and what it writes
waits for a peer for ever, shielded from cancellation. So each connection is run by
itself, and its bytes go through a stream that bounds every write.

Every name of hypercorn's that it does not promise to keep is used here and in `http2`, and
nowhere else. `check_hypercorn` looks whether they still mean what they did.
"""

import functools
import inspect
import logging
import sys
from typing import Any, Final

import trio
from hypercorn import protocol
from hypercorn.config import Config
from hypercorn.events import Closed, Event, RawData
from hypercorn.logging import Logger
from hypercorn.protocol import ws_stream
from hypercorn.trio.tcp_server import TCPServer
from hypercorn.trio.worker_context import WorkerContext
from hypercorn.typing import ConnectionState
from hypercorn.utils import wrap_app

from docsync_trio.base.events import Observer, PeerFault
from docsync_trio.config.schema import ServerSettings
from docsync_trio.server.http.http1 import HttpConfig, OurH11Protocol, Refused
from docsync_trio.server.http.http2 import OurH2Protocol
from docsync_trio.server.http.http_stream import stream_of
from docsync_trio.server.http.hypercorn_version import misfit
from docsync_trio.server.http.request_body import BoundedBodies
from docsync_trio.server.http.vigil import STATE_KEY, Vigil
from docsync_trio.server.sockets.peer_socket import PeerSocket
from docsync_trio.server.visits.head import MAX_HEAD

_EXPECTED: Final = (
    (TCPServer.__init__, ["self", "app", "config", "context", "state", "stream"]),
    (WorkerContext.__init__, ["self", "max_requests"]),
    (wrap_app, ["app", "wsgi_max_body_size", "mode"]),
)


def check_hypercorn() -> None:
    """Raise `ServerError` if the installed hypercorn is not built as this module needs."""
    for function, expected in _EXPECTED:
        if list(inspect.signature(function).parameters) != expected:
            raise misfit(f"{function.__qualname__} takes other arguments")
    if not hasattr(ws_stream, "server_extensions_handshake"):
        raise misfit("compression of websockets cannot be switched off")
    if not hasattr(protocol, "H2Protocol"):
        raise misfit("websockets over HTTP/2 cannot be switched off")
    if not hasattr(getattr(protocol, "H11Protocol", None), "_send_error_response"):
        raise misfit("what is no request cannot be answered")
    if not hasattr(TCPServer, "protocol_send"):
        raise misfit("what is sent cannot be noticed")
    if not hasattr(TCPServer, "_read_data"):
        raise misfit("the end of a connection cannot be noticed")
    if not hasattr(WorkerContext(None), "terminated"):
        raise misfit("its connections cannot be told to end")


class HttpServer:
    """Serves the HTTP connections of one site; *app* is its ASGI application.

    *refused* is told of what is no request of HTTP/1.1; *observe* if it is None.
    """

    def __init__(
        self,
        app: Any,
        settings: ServerSettings,
        *,
        observe: Observer,
        refused: Refused | None = None,
    ) -> None:
        check_hypercorn()
        _switch_compression_off()
        _use_our_protocols()
        self._config = _config(settings, observe, refused or observe)
        bounded: Any = BoundedBodies(app, limit=settings.max_body_size)
        self._app = wrap_app(bounded, self._config.wsgi_max_body_size, "asgi")
        self._context = _Context(None)
        self._longest_silence = settings.keep_alive.ping + settings.keep_alive.pong

    async def serve(self, socket: PeerSocket, head: bytes) -> None:
        """Serve the requests of one connection, of which *head* has been read already.

        Raises whatever hypercorn raises: containing it is the front door's part.
        """
        with trio.CancelScope() as scope:
            vigil = Vigil(self._longest_silence)
            stream: Any = stream_of(socket, head, scope, vigil)
            state = ConnectionState({STATE_KEY: vigil})
            await _Connection(self._app, self._config, self._context, state, stream).run()

    async def end_when_idle(self) -> None:
        """Close the connections without a request now, the others behind their answers."""
        await self._context.terminated.set()


class _Connection(TCPServer):
    """Ends when its peer has left, and not when it would have been idle for too long."""

    async def protocol_send(self, event: Event) -> None:
        """Send; if the peer is gone, tell the protocol, which may want to say a last word.

        hypercorn tells it while it still holds what each send has to have.
        """
        if not isinstance(event, RawData):
            await super().protocol_send(event)
            return
        try:
            async with self.send_lock:
                with trio.CancelScope(shield=True):
                    await self.stream.send_all(event.data)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            await self.protocol.handle(Closed())

    async def _read_data(self) -> None:
        await super()._read_data()
        await self.idle_task.stop()


class _Context(WorkerContext):
    """Lets the tasks that ping websockets notice that the server ends.

    hypercorn leaves them asleep for a whole interval behind the end of their websocket,
    and the connection cannot end without them.
    """

    async def sleep(self, wait: float) -> None:  # type: ignore[override]
        """Sleep, but not for long once the server ends."""
        with trio.move_on_after(wait):
            await self.terminated.wait()
            await trio.sleep(min(wait, 0.1))


def _use_our_protocols() -> None:
    # At the level of debugging it would write down all heads, with their cookies.
    logging.getLogger("hpack").setLevel(logging.INFO)
    protocol.H11Protocol = OurH11Protocol  # type: ignore[attr-defined]
    protocol.H2Protocol = OurH2Protocol  # type: ignore[attr-defined, assignment]


def _config(settings: ServerSettings, observe: Observer, refused: Refused) -> Config:
    keep_alive = settings.keep_alive
    config = HttpConfig()
    config.refused = refused
    # Without TLS it is a proxy that speaks HTTP/2, and knows why.
    config.websockets_by_http2 = settings.http2_websockets or settings.tls.certificate is None
    config.keep_alive_timeout = keep_alive.http
    config.h11_max_incomplete_size = MAX_HEAD
    config.h2_max_header_list_size = MAX_HEAD
    config.websocket_max_message_size = settings.max_message_size
    config.websocket_ping_interval = _or_none(keep_alive.ping)
    # It would run from the last byte that came: a connection on which an answer took long would
    # be closed in the middle of its idle time, which a proxy counts from the answer. Silent
    # peers are noticed by `Vigil`, and by the kernel.
    config.read_timeout = None
    config.include_server_header = False
    config.errorlog = None
    config.logger_class = functools.partial(_ObservedLogger, observe)  # type: ignore[assignment]
    return config


def _or_none(seconds: float) -> float | None:
    return None if seconds == float("inf") else seconds


def _switch_compression_off() -> None:
    # hypercorn has no switch. Each compressing connection costs 100 KB, and half a
    # megabyte of zeros from a peer becomes 700 MB here.
    ws_stream.server_extensions_handshake = lambda *_: None  # type: ignore[attr-defined]


class _ObservedLogger(Logger):
    """Tells the observer what hypercorn would log; an access log is the site's own part."""

    def __init__(self, observe: Observer, config: Config) -> None:
        super().__init__(config)
        self._observe = observe

    async def access(self, *_: Any) -> None:
        """Say nothing."""

    async def exception(self, message: str, *args: Any, **kwargs: Any) -> None:
        """Report the exception that hypercorn has just caught."""
        del args, kwargs
        self._observe(PeerFault("", f"hypercorn: {message}", sys.exception()))
