"""The websocket of a client: trio-websocket, and a guard for its one dangerous bug.

With trio-websocket 0.12 a ping that arrives while we are closing raises inside of its
reader, and a bare cancellation escapes into the caller's nursery: whatever ran there stops
without a word (python-trio/trio-websocket#184). Bokeh's server pings as it accepts, so
this does happen. Nothing else of the package imports trio-websocket.
"""

import contextlib
import math
import ssl
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import attrs
import h11
import trio
from trio_websocket import ConnectionClosed, ConnectionRejected, WebSocketConnection
from wsproto import ConnectionType, WSConnection
from wsproto.events import Ping
from wsproto.utilities import LocalProtocolError, RemoteProtocolError

from docsync_trio.client.page_request import Headers, Stream, open_stream
from docsync_trio.client.single_error import single_error
from docsync_trio.protocol.message import Frame
from docsync_trio.sessions.wire import NO_CLOSE_FRAME, WireClosed

QUIET = 20.0
"""Seconds between two pings of ours: a line that was cut looks open until somebody asks."""

PONG_SECONDS = 20.0
"""How long the server has to answer a ping."""

CLOSE_SECONDS = 2.0
"""How long the server has to answer a close frame."""


class HandshakeRefused(Exception):  # noqa: N818 - an answer
    """The websocket was refused over HTTP: the *status*, what was said, and when to retry."""

    def __init__(self, status: int, text: str, retry_after: float) -> None:
        super().__init__(f"{status} {text}")
        self.status = status
        self.text = text
        self.retry_after = retry_after


class GuardedConnection(WebSocketConnection):
    """Leaves a ping unanswered that comes too late to be answered."""

    async def _handle_ping_event(self, event: Ping) -> None:
        with contextlib.suppress(LocalProtocolError):
            await super()._handle_ping_event(event)


@attrs.define(eq=False)
class ClientWire:
    """An open websocket. One task may receive and one may send."""

    _socket: GuardedConnection
    _stream: Stream
    _lost: str = attrs.field(default="", init=False)

    async def receive(self) -> Frame:
        """The next data frame. Raises `WireClosed`."""
        try:
            return await self._socket.get_message()
        except ConnectionClosed:
            raise self._ending() from None

    async def send(self, frames: Iterable[Frame]) -> None:
        """Send the frames of one message. Raises `WireClosed`."""
        try:
            for frame in frames:
                await self._socket.send_message(frame)
        except (ConnectionClosed, LocalProtocolError):
            raise self._ending() from None

    async def ping(self) -> None:
        """Ask the server for a sign of life and wait for it. Raises `WireClosed`."""
        try:
            await self._socket.ping()
        except (ConnectionClosed, LocalProtocolError):
            raise self._ending() from None

    async def beat(self) -> None:
        """Ping the server now and then, and give the line up when it does not answer."""
        while True:
            await trio.sleep(QUIET)
            with trio.move_on_after(PONG_SECONDS) as limit:
                try:
                    await self.ping()
                except WireClosed:
                    return
            if limit.cancelled_caught:
                self._lost = f"no answer to a ping within {PONG_SECONDS:g} s"
                await trio.aclose_forcefully(self._stream)
                return

    def _ending(self) -> WireClosed:
        reason = self._socket.closed
        if reason is None or self._lost:
            return WireClosed(NO_CLOSE_FRAME, self._lost)
        return WireClosed(reason.code, reason.reason or "")


@asynccontextmanager
async def open_wire(
    url: str,
    token: str,
    headers: Headers,
    *,
    tls: ssl.SSLContext | None,
    max_message_size: int,
    beats: bool = True,
) -> AsyncIterator[ClientWire]:
    """Open the websocket at *url* with *token*; it is closed when the block ends.

    With *beats* the server is pinged now and then, as browsers do not.

    Raises `HandshakeRefused`, `WireClosed` where the server hangs up, and
    `ServerUnreachable`.
    """
    parts = urlsplit(url)
    stream = await open_stream(url, tls)
    socket = GuardedConnection(
        stream,
        WSConnection(ConnectionType.CLIENT),
        host=parts.netloc.rpartition("@")[2],
        path=parts.path + (f"?{parts.query}" if parts.query else ""),
        client_subprotocols=["bokeh", token],
        client_extra_headers=[(n.encode(), v.encode("latin-1")) for n, v in headers],
        max_message_size=max_message_size,
        receive_buffer_size=2**16,
    )
    reader = _Reader(socket)
    with single_error():
        async with stream, trio.open_nursery() as nursery:
            nursery.start_soon(reader.run)
            try:
                await reader.shaken_hands()
                wire = ClientWire(socket, stream)
                if beats:
                    nursery.start_soon(wire.beat)
                try:
                    yield wire
                finally:
                    with trio.move_on_after(CLOSE_SECONDS, shield=True):
                        await socket.aclose()
            finally:
                reader.scope.cancel()
                nursery.cancel_scope.cancel()


@attrs.define(eq=False)
class _Reader:
    """Lets trio-websocket read, until it is told to end: a close frame wants its answer."""

    _socket: GuardedConnection
    scope: trio.CancelScope = attrs.field(factory=lambda: trio.CancelScope(shield=True), init=False)
    _rejection: ConnectionRejected | None = attrs.field(default=None, init=False)

    async def run(self) -> None:
        """Read; whatever ends that wakes who waits for a handshake."""
        try:
            with self.scope:
                await self._socket._reader_task()  # noqa: SLF001
        except ConnectionRejected as rejection:
            self._rejection = rejection
        except (ConnectionClosed, LocalProtocolError, RemoteProtocolError, h11.ProtocolError):
            return  # who receives next is told
        finally:
            self._socket._open_handshake.set()  # noqa: SLF001
            self._socket._close_handshake.set()  # noqa: SLF001

    async def shaken_hands(self) -> None:
        """Wait for the server's answer. Raises `HandshakeRefused` if it is no."""
        await self._socket._open_handshake.wait()  # noqa: SLF001
        if self._rejection is not None:
            raise _refusal(self._rejection)


def _refusal(rejection: ConnectionRejected) -> HandshakeRefused:
    headers = {name.decode("latin-1").lower(): value for name, value in rejection.headers}
    text = (rejection.body or b"").decode("utf-8", "replace")
    return HandshakeRefused(
        rejection.status_code, text, seconds_of(headers.get("retry-after", b"").decode("latin-1"))
    )


def seconds_of(retry_after: str) -> float:
    """Return the seconds of a ``Retry-After`` header; 0 for a date or for nothing."""
    try:
        seconds = float(retry_after)
    except ValueError:
        return 0.0
    return seconds if math.isfinite(seconds) and seconds > 0 else 0.0
