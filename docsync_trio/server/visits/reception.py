"""Where every request is met, whichever way it came, and seen off when it is over.

It gets its id here, which the log's lines about it have as well, and whoever keeps a list of
visits is told of it once. Those who answer know nothing of that.
"""

import time
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

import attrs
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from docsync_trio.base.request_in_hand import RequestInHand, in_hand
from docsync_trio.base.traffic import Traffic
from docsync_trio.config.schema import ServerSettings
from docsync_trio.server.visits.answered import Answered, asked
from docsync_trio.server.visits.request_id import FIELD, identified
from docsync_trio.server.visits.visited_scope import VisitedScope

Tell = Callable[[Answered], None]
"""Takes each request that was answered; called synchronously, must not block or raise."""

T = TypeVar("T")

_FORBIDDEN: Final = 403
_FAILED: Final = 500
_SWITCHED: Final = {"2": 200, "3": 200}
_GONE: Final = 1006


@attrs.define(eq=False)
class Visit:
    """A request from its first moment to its last; *tell* wants what *facts* become then."""

    request: RequestInHand
    _tell: Tell | None
    _facts: Answered | None
    _since: float = attrs.field(factory=time.perf_counter, init=False)

    async def arriving(self, joined: Awaitable[T | None]) -> T | None:
        """Answer a websocket by *joined*; it is over with that where it comes to nothing."""
        came = None
        try:
            with in_hand(self.request):
                came = await joined
        finally:
            if came is None:
                self.end()
        return came

    async def staying(self, stay: Callable[[], Awaitable[None]]) -> None:
        """Serve a websocket that has arrived by *stay*; then it is over."""
        try:
            with in_hand(self.request):
                await stay()
        finally:
            self.end()

    def end(self, *, size: int = 0, whole: bool = True) -> None:
        """It is over: an answer of *size* bytes was sent, the *whole* of it or not."""
        request = self.request
        request.over = True
        if self._tell is None or self._facts is None or request.quiet:
            return
        answered = attrs.evolve(
            self._facts,
            status=request.status,
            size=size,
            seconds=time.perf_counter() - self._since,
            whole=whole,
            traffic=request.traffic,
            close_code=request.close_code,
            request=request.id,
            trace=request.trace,
            user=request.user,
            application=request.application,
            session=request.session,
        )
        self._tell(answered)


@attrs.frozen
class Reception:
    """Meets requests; *visited* knows the trusted proxies, *tell* wants to hear of each."""

    _visited: VisitedScope
    _tell: Tell | None

    @classmethod
    def of(cls, settings: ServerSettings, tell: Tell | None) -> "Reception":
        """Read the site's settings."""
        return cls(VisitedScope.of(settings), tell)

    def around(self, app: ASGIApp) -> ASGIApp:
        """Return *app* behind this reception."""

        async def asgi(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] not in {"http", "websocket"}:
                await app(scope, receive, send)
                return
            client, trusted = scope.get("client"), self._visited.trusted
            by_trusted = bool(trusted) and trusted.trusts(client and client[0])
            seen = scope if self._tell is None else self._visited.of_request(scope)
            visit = self.visit(seen, by_trusted=by_trusted)
            kind = _HttpAnswer if scope["type"] == "http" else _WebsocketAnswer
            await kind(visit, scope, receive, send).by(app)

        return asgi

    def visit(self, scope: Scope, *, by_trusted: bool) -> Visit:
        """Meet the request of *scope*, which is as its visitor made it.

        *by_trusted* says that a trusted proxy has brought it.
        """
        request = identified(scope, by_trusted=by_trusted)
        facts = None if self._tell is None else asked(scope, time.time())
        return Visit(request, self._tell, facts)

    def turned_away(self, peer: str, status: int) -> None:
        """Who is at *peer* was answered with *status*, before there was a request."""
        if self._tell is not None:
            host = peer.rpartition(":")[0].strip("[]") or peer
            self._tell(Answered(at=time.time(), peer=host, status=status))


@attrs.define(eq=False)
class _HttpAnswer:
    """One answer on its way out."""

    _visit: Visit
    _scope: Scope
    _receive: Receive
    _send: Send
    _size: int = attrs.field(default=0, init=False)
    _whole: bool = attrs.field(default=False, init=False)

    async def by(self, app: ASGIApp) -> None:
        """Let *app* answer."""
        request = self._visit.request
        try:
            with in_hand(request):
                await app(self._scope, self._receive, self._send_on)
        except Exception:
            # Whoever speaks HTTP says so to the visitor.
            request.status = request.status or _FAILED
            raise
        finally:
            self._visit.end(size=self._size, whole=self._whole)

    async def _send_on(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._visit.request.status = message["status"]
            message = _with_id(message, self._visit.request.id)
        await self._send(message)
        if message["type"] == "http.response.body":
            if self._scope["method"] != "HEAD":
                self._size += len(message.get("body", b""))
            self._whole = not message.get("more_body", False)


@attrs.define(eq=False)
class _WebsocketAnswer:
    """One websocket that comes through ASGI; for those that are not ours, frames are counted."""

    _visit: Visit
    _scope: Scope
    _receive: Receive
    _send: Send
    _traffic: Traffic = attrs.field(factory=Traffic, init=False)
    _code: int = attrs.field(default=_GONE, init=False)

    async def by(self, app: ASGIApp) -> None:
        """Let *app* serve it."""
        request = self._visit.request
        try:
            with in_hand(request):
                await app(self._scope, self._receive_on, self._send_on)
        except Exception:
            request.status = request.status or _FAILED
            raise
        finally:
            if request.traffic is None and request.status in {101, 200}:
                request.traffic, request.close_code = self._traffic, self._code
            self._visit.end()

    async def _receive_on(self) -> Message:
        message = await self._receive()
        if message["type"] == "websocket.receive":
            self._traffic.messages_in += 1
            self._traffic.bytes_in += _length(message)
        elif message["type"] == "websocket.disconnect" and self._code == _GONE:
            self._code = message.get("code") or _GONE
        return message

    async def _send_on(self, message: Message) -> None:
        request = self._visit.request
        match message["type"]:
            case "websocket.accept":
                request.status = _SWITCHED.get(self._scope.get("http_version", ""), 101)
                message = _with_id(message, request.id)
            case "websocket.http.response.start":
                request.status = message["status"]
                message = _with_id(message, request.id)
            case "websocket.send":
                self._traffic.messages_out += 1
                self._traffic.bytes_out += _length(message)
            case "websocket.close" if not request.status:
                request.status = _FORBIDDEN
            case "websocket.close":
                self._code = message.get("code", 1000)
        await self._send(message)


def _with_id(message: Message, identity: str) -> Message:
    """Return *message* with the id, unless a mounted web application gave one of its own."""
    fields = list(message.get("headers") or ())
    if any(name.lower() == FIELD for name, _ in fields):
        return message
    return {**message, "headers": [*fields, (FIELD, identity.encode("ascii"))]}


def _length(message: Message) -> int:
    text = message.get("text")
    if text is None:
        return len(message.get("bytes") or b"")
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
