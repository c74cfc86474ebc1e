"""A site without applications, a session without a document, and a peer that may lie.

The fakes implement what the network half of the server asks of the rest; the peer
writes bytes as they are given to it, so that a test can be a browser or an attacker.
"""

import json
import socket
import weakref
from contextlib import asynccontextmanager

import attrs
import trio
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import OPEN
from websockets.uri import parse_uri

# Not in a thread, for which virtual time would not wait.
import docsync_trio.server.http.through_hypercorn  # noqa: F401
from docsync_trio.base.errors import ApplicationError, Refusal
from docsync_trio.config.bind import TcpBind
from docsync_trio.config.schema import KeepAliveSettings, ServerSettings, SiteSettings
from docsync_trio.protocol.outgoing import ack, outgoing
from docsync_trio.protocol.token import Claims
from docsync_trio.server.connections.serve import serve_site
from docsync_trio.server.own_pages.last_word import LastWord
from docsync_trio.server.sockets.binds import bind_sockets
from docsync_trio.server.websockets.asgi_websocket import serve_asgi_websocket
from docsync_trio.server.websockets.websocket import websocket_limits
from docsync_trio.sessions.wire import Ending, WireClosed

WEBSOCKET_KEY = "dGhlIHNhbXBsZSBub25jZQ=="


def echo(frame):
    """What the session says to *frame*: three frames, as every message of Bokeh's."""
    return outgoing("ECHO", json.dumps({"said": frame}))


@attrs.define(eq=False)
class EchoSession:
    """Says ACK, repeats what it hears, and ends the websocket when told to.

    "end" makes it end with 4000, a binary frame with 1003, "fail" with an exception.
    """

    received: list = attrs.Factory(list)
    closed: WireClosed | None = None
    peers: list = attrs.Factory(list)
    over: trio.Event = attrs.Factory(trio.Event)
    _ending: Ending | None = None
    _scopes: set = attrs.Factory(set)

    async def attach(self, wire, peer, *, pulls_first=False, in_browser=False):
        self.peers.append(peer)
        with trio.CancelScope() as scope:
            self._scopes.add(scope)
            try:
                return await self._converse(wire)
            except WireClosed as closed:
                self.closed = closed
                return Ending(closed.code, closed.reason)
            finally:
                self._scopes.discard(scope)
                self.over.set()
        return self._ending

    async def _converse(self, wire):
        await wire.send([ack()])
        while True:
            for frame in await wire.receive():
                self.received.append(frame)
                if isinstance(frame, bytes):
                    return Ending(1003, "text belongs here")
                if frame == "fail":
                    raise ValueError("a fault of ours")
                if frame == "end":
                    return Ending(4000, "the session is over")
                await wire.send([echo(frame)])

    def end(self, code, reason):
        self._ending = Ending(code, reason)
        for scope in self._scopes:
            scope.cancel()


@attrs.define(eq=False)
class FakeContext:
    site: "FakeSite"

    async def session(self, session_id, request, *, by_websocket=False):
        if session_id == "broken":
            raise ApplicationError("it broke", application="/app", incident="ab12")
        if session_id == "full":
            raise Refusal(503, "Too many visitors", retry_after=7)
        return self.site.session


@attrs.frozen
class FakeAdmission:
    context: FakeContext
    session_id: str
    claims: Claims
    pulls_first: bool = False
    last_word: LastWord | None = None


class FakeSite:
    """Serves "hello" everywhere, one websocket at /app/ws, and what *endpoints* say."""

    def __init__(self, **server):
        server.setdefault("keep_alive", KeepAliveSettings(shutdown=5.0))
        self.settings = SiteSettings(server=ServerSettings(**server))
        self.session = EchoSession()
        self.events = []
        self.requests = []
        self.on_event = lambda event: None
        self.endpoints = {}

    def admit(self, request, subprotocols, now):
        self.requests.append(weakref.ref(request))
        if request.path != "/app/ws":
            raise Refusal(404, "No application has a websocket here")
        if request.headers.get("Origin") == "http://evil.example":
            raise Refusal(403, "Pages of this origin are not allowed", hint="server.allow_origins")
        match list(subprotocols):
            case ["bokeh", token]:
                return FakeAdmission(FakeContext(self), token, Claims(token, None, {}))
        raise Refusal(400, "The websocket's subprotocols must be bokeh and a token")

    def passes_on(self, path):
        return False

    def is_ours(self, path):
        return False

    async def drain(self, code, reason, *, within):
        self.session.end(code, reason)

    async def asgi(self, scope, receive, send):
        if scope["type"] == "websocket":
            limits = websocket_limits(self.settings.server)
            await serve_asgi_websocket(
                self.admit, limits, scope, receive, send, observe=self.observe
            )
        else:
            endpoint = self.endpoints.get(scope["path"], hello)
            await endpoint(scope, receive, send)

    def observe(self, event):
        self.events.append(event)
        self.on_event(event)

    def seen(self, kind):
        return [event for event in self.events if isinstance(event, kind)]


async def hello(scope, receive, send):
    headers = [(b"content-length", b"5")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"hello"})


async def large(scope, receive, send):
    """Answer with more than any buffer on the way holds."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"x" * 20_000_000})


@asynccontextmanager
async def served(site):
    """Serve *site* on a free port; yields a `Served`, and lets the server end in peace."""
    sockets = bind_sockets([TcpBind("127.0.0.1", 0)])
    server = Served(site, sockets[0].getsockname())
    async with trio.open_nursery() as nursery:
        await nursery.start(server.run, sockets)
        try:
            yield server
        finally:
            server.stop.set()
            for peer in server.peers:
                peer.hang_up()


@attrs.define(eq=False)
class Served:
    site: FakeSite
    address: tuple
    stop: trio.Event = attrs.Factory(trio.Event)
    over: trio.Event = attrs.Factory(trio.Event)
    scope: trio.CancelScope = attrs.Factory(trio.CancelScope)
    peers: list = attrs.Factory(list)
    answered: list = attrs.Factory(list)

    async def run(self, sockets, task_status):
        with self.scope:
            await serve_site(
                self.site,
                sockets,
                observe=self.site.observe,
                stop=self.stop,
                tell=self.answered.append,
                task_status=task_status,
            )
        self.over.set()

    async def connect(self):
        peer = Peer(await trio.open_tcp_stream(*self.address))
        self.peers.append(peer)
        return peer

    async def answers(self):
        """Say whether an ordinary request still gets its ordinary answer."""
        peer = await self.connect()
        try:
            return (await peer.get("/")) == (200, b"hello")
        finally:
            peer.hang_up()


class Peer:
    """The other end of a connection, with the websocket rules only where asked for."""

    def __init__(self, stream):
        self.stream = stream
        self.protocol = None
        self.data = b""

    def hang_up(self):
        self.stream.socket.close()

    async def send(self, data):
        await self.stream.send_all(data)

    async def response(self):
        """Read one response with a content-length; return status and body."""
        while b"\r\n\r\n" not in self.data:
            received = await self.stream.receive_some()
            assert received, f"connection ended in {self.data!r}"
            self.data += received
        head, _, self.data = self.data.partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        self.headers = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in lines[1:])
        }
        length = int(self.headers.get("content-length", 0))
        while len(self.data) < length:
            self.data += await self.stream.receive_some()
        body, self.data = self.data[:length], self.data[length:]
        return int(lines[0].split()[1]), body

    async def get(self, path):
        await self.send(f"GET {path} HTTP/1.1\r\nHost: here\r\n\r\n".encode())
        return await self.response()

    async def upgrade(self, path="/app/ws", token="session-1", behind=b"", **headers):
        """Ask for a websocket; return the status, 101 if it is open."""
        await self.send(upgrade_request(path, token, **headers) + behind)
        status, body = await self.response()
        if status == 101:
            uri = parse_uri("ws://here/")
            self.protocol = ClientProtocol(uri, state=OPEN, max_size=None)
        self.body = body
        return status

    async def say(self, text):
        await self.send(frame(Opcode.TEXT, text.encode()))

    async def hear(self, number=3):
        """Return the payloads of the next data frames; raise `WireClosed` at the end."""
        heard = []
        while len(heard) < number:
            heard += await self._more()
        return heard

    async def hear_end(self):
        """Return the close code and reason, whatever is said before."""
        try:
            while True:
                await self._more()
        except WireClosed as closed:
            return closed.code, closed.reason

    async def _more(self):
        self.protocol.receive_data(self.data)
        self.data = b""
        frames = [f for f in self.protocol.events_received() if f.opcode in (1, 2, 10)]
        for answer in self.protocol.data_to_send():
            if answer:
                await self.send(answer)
        if frames:
            return [f.opcode if f.opcode > 2 else bytes(f.data) for f in frames]
        if self.protocol.close_rcvd is not None:
            raise WireClosed(int(self.protocol.close_rcvd.code), self.protocol.close_rcvd.reason)
        try:
            self.data = await self.stream.receive_some()
        except trio.BrokenResourceError:
            self.data = b""
        if not self.data:
            raise WireClosed(1006)
        return []

    async def is_hung_up(self):
        """Wait until the server has ended the connection."""
        try:
            while await self.stream.receive_some():
                pass
        except trio.BrokenResourceError:
            pass
        return True


def upgrade_request(path="/app/ws", token="session-1", **headers):
    fields = {
        "Host": "here",
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Key": WEBSOCKET_KEY,
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Protocol": f"bokeh, {token}",
    }
    fields.update({name.replace("_", "-"): value for name, value in headers.items()})
    lines = [f"{name}: {value}" for name, value in fields.items() if value is not None]
    return "\r\n".join([f"GET {path} HTTP/1.1", *lines, "\r\n"]).encode("latin-1")


def frame(opcode, payload=b"", *, fin=True):
    return Frame(opcode, payload, fin=fin).serialize(mask=True)


def stream_pair():
    """A connected pair: a `socket.socket` for the server, a Trio stream for the peer."""
    ours, theirs = socket.socketpair()
    return ours, trio.SocketStream(trio.socket.from_stdlib_socket(theirs))
