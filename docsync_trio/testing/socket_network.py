"""A network of sockets, for tests in which the site is really to be served.

Every request has a connection of its own. What comes over a websocket goes through the
`websockets` package, which knows the protocol; this module moves the bytes.
"""

import http.client
import io
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any, Final, cast
from urllib.parse import urlsplit

import trio
from websockets.client import ClientProtocol
from websockets.frames import Frame as WebsocketFrame
from websockets.frames import Opcode
from websockets.http11 import Response
from websockets.protocol import State
from websockets.typing import Subprotocol
from websockets.uri import parse_uri

# Where time is virtual, nobody can wait for the thread in which a site would import it.
import docsync_trio.server.http.through_hypercorn  # noqa: F401
from docsync_trio.protocol.message import Frame
from docsync_trio.sessions.request import Headers
from docsync_trio.sessions.wire import NO_CLOSE_FRAME, WireClosed
from docsync_trio.testing.reply import Refused, Reply

CHUNK: Final = 65536
GOODBYE_SECONDS: Final = 5.0
"""How long the site gets to answer a close frame."""


class SocketNetwork:
    """The way to a site that listens at *url*."""

    def __init__(self, url: str) -> None:
        self.url = url
        parts = urlsplit(url)
        self._host, self._port = str(parts.hostname), int(parts.port or 80)

    async def request(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes
    ) -> Reply:
        """See `Network`."""
        fields = {"Host": f"{self._host}:{self._port}", **headers, "Connection": "close"}
        if body:
            fields["Content-Length"] = str(len(body))
        lines = [f"{method} {target} HTTP/1.1", *(f"{n}: {v}" for n, v in fields.items())]
        head = "\r\n".join([*lines, "", ""]).encode("latin-1")
        async with await trio.open_tcp_stream(self._host, self._port) as stream:
            await stream.send_all(head + body)
            answer = b"".join([chunk async for chunk in stream])
        return _parsed(answer, method)

    async def websocket(
        self, target: str, headers: Mapping[str, str], subprotocols: Sequence[str]
    ) -> "SocketLine":
        """See `Network`."""
        stream = await trio.open_tcp_stream(self._host, self._port)
        try:
            return await _opened(stream, f"ws{self.url[4:]}{target}", headers, subprotocols)
        except BaseException:
            await trio.aclose_forcefully(stream)
            raise


async def _opened(
    stream: trio.SocketStream, url: str, headers: Mapping[str, str], subprotocols: Sequence[str]
) -> "SocketLine":
    offered = [Subprotocol(each) for each in subprotocols]
    protocol = ClientProtocol(parse_uri(url), subprotocols=offered, max_size=None)
    request = protocol.connect()
    for name, value in headers.items():
        request.headers[name] = value
    protocol.send_request(request)
    line = SocketLine(stream, protocol)
    answer = await line.answer()
    if answer.status_code != http.HTTPStatus.SWITCHING_PROTOCOLS:
        raise Refused(f"the websocket at {url}", answer.status_code, (answer.body or b"").decode())
    if protocol.handshake_exc is not None:
        raise protocol.handshake_exc
    return line


class SocketLine:
    """A websocket on a socket; see `Line`."""

    def __init__(self, stream: trio.SocketStream, protocol: ClientProtocol) -> None:
        self._stream = stream
        self._protocol = protocol
        self._received: deque[Frame] = deque()
        self._turn = trio.Lock()
        self._over = trio.Event()

    async def answer(self) -> Response:
        """Return the site's answer to the handshake."""
        await self._flush()
        answer: Response | None = None
        while answer is None:
            if not await self._more():
                raise WireClosed(NO_CLOSE_FRAME)
            # Frames may have come along with the answer.
            for event in self._protocol.events_received():
                if isinstance(event, Response):
                    answer = event
                else:
                    self._take(event)
        return answer

    async def send(self, frames: Sequence[Frame]) -> None:
        """See `Line`."""
        if self._protocol.state is not State.OPEN:
            return
        for frame in frames:
            if isinstance(frame, str):
                self._protocol.send_text(frame.encode())
            else:
                self._protocol.send_binary(frame)
        await self._flush()

    async def receive(self) -> Frame:
        """See `Line`."""
        while not self._received:
            for event in self._protocol.events_received():
                self._take(event)
            if not self._received and not await self._more():
                self._over.set()
                raise self._ended()
        return self._received.popleft()

    def cut(self) -> None:
        """See `Line`."""
        self._stream.socket.close()

    async def close(self, code: int) -> None:
        """See `Line`."""
        if self._protocol.state is State.OPEN:
            self._protocol.send_close(code)
            await self._flush()
            with trio.move_on_after(GOODBYE_SECONDS):
                await self._over.wait()  # whoever is in `receive` reads the answer
        await trio.aclose_forcefully(self._stream)

    def _take(self, event: object) -> None:
        if isinstance(event, WebsocketFrame) and event.opcode in {Opcode.TEXT, Opcode.BINARY}:
            data = bytes(event.data)
            self._received.append(data.decode() if event.opcode is Opcode.TEXT else data)

    async def _more(self) -> bool:
        """Read once; says whether there can be more."""
        try:
            data = await self._stream.receive_some(CHUNK)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            return False
        if data:
            self._protocol.receive_data(data)
        else:
            self._protocol.receive_eof()
        await self._flush()  # pongs, and the answer to a close frame
        return bool(data)

    async def _flush(self) -> None:
        async with self._turn:
            for data in self._protocol.data_to_send():
                try:
                    await self._stream.send_all(data)
                except (trio.BrokenResourceError, trio.ClosedResourceError):
                    return

    def _ended(self) -> WireClosed:
        frame = self._protocol.close_rcvd
        if frame is None:
            return WireClosed(NO_CLOSE_FRAME)
        return WireClosed(int(frame.code), frame.reason)


class _Bytes:
    """As much of a socket as `http.client` reads an answer from."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def makefile(self, *_: Any) -> io.BytesIO:
        return io.BytesIO(self._data)


def _parsed(answer: bytes, method: str) -> Reply:
    response = http.client.HTTPResponse(cast("Any", _Bytes(answer)), method=method)
    response.begin()
    return Reply(response.status, Headers(response.getheaders()), response.read())
