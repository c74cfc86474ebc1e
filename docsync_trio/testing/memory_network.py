"""A network without sockets: requests are calls of the site's ASGI application.

Nothing waits for a kernel here, so a test on Trio's mock clock does in no time what takes
sessions minutes.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote, unquote

import attrs
import trio

from docsync_trio.protocol.message import Frame
from docsync_trio.sessions.request import Headers
from docsync_trio.sessions.wire import NO_CLOSE_FRAME, WireClosed
from docsync_trio.testing.network import split_target
from docsync_trio.testing.reply import Refused, Reply

HOST: Final = "docsync.test"
"""A name that no network has (RFC 6761)."""

Message = dict[str, Any]
"""An event of ASGI's; see its specification for their keys."""

ASGIApp = Callable[[Any, Any, Any], Awaitable[None]]
"""An ASGI application: it is called with a scope, and with functions to receive and to send."""

_BODILESS: Final = frozenset({204, 304})
_PEER: Final = ("192.0.2.1", 50000)  # an address for documentation (RFC 5737)
_SAFE: Final = "/:@!$&'()*+,;=~-._%"


@attrs.define(eq=False)
class MemoryNetwork:
    """The way to *asgi*; its websockets live in *nursery*."""

    _asgi: ASGIApp
    _nursery: trio.Nursery
    url: str = attrs.field(default=f"http://{HOST}", init=False)

    async def request(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes
    ) -> Reply:
        """See `Network`."""
        scope = _scope("http", target, headers) | {"method": method}
        return await answer_to(self._asgi, scope, body)

    async def websocket(
        self, target: str, headers: Mapping[str, str], subprotocols: Sequence[str]
    ) -> "MemoryLine":
        """See `Network`."""
        scope = _scope("websocket", target, headers)
        scope |= {"subprotocols": list(subprotocols), "extensions": {"websocket.http.response": {}}}
        line = MemoryLine()
        self._nursery.start_soon(line.serve, self._asgi, scope)
        await line.accepted(target)
        return line


async def answer_to(asgi: ASGIApp, scope: Mapping[str, Any], body: bytes = b"") -> Reply:
    """Return what *asgi* answers to the request that *scope* describes.

    Raises ``AssertionError`` for an answer that no server could send as it is.
    """
    starts, chunks, is_over = list[Message](), list[bytes](), False
    asked = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        if asked:
            return asked.pop()
        await trio.sleep_forever()
        raise AssertionError

    async def send(event: Message) -> None:
        nonlocal is_over
        await trio.lowlevel.checkpoint()
        if event["type"] == "http.response.start":
            starts.append(event)
        else:
            chunks.append(event.get("body", b""))
            is_over = not event.get("more_body", False)

    await asgi(scope, receive, send)
    if len(starts) != 1 or not is_over:
        raise AssertionError(f"{len(starts)} answers to one request, the last not whole: {scope}")
    reply = Reply(starts[0]["status"], _headers(starts[0].get("headers", ())), b"".join(chunks))
    _check_length(reply, str(scope["method"]))
    return reply


def _check_length(reply: Reply, method: str) -> None:
    said = reply.headers.get("content-length")
    if method == "HEAD" or reply.status in _BODILESS:
        said = "0"
    if said is not None and int(said) != len(reply.body):
        raise AssertionError(f"an answer to {method} of {len(reply.body)} bytes instead of {said}")


class MemoryLine:
    """A websocket in memory, with both of its ends; see `Line`."""

    def __init__(self) -> None:
        self._to_site, self._from_browser = trio.open_memory_channel[Message](float("inf"))
        self._to_browser, self._from_site = trio.open_memory_channel[Message](float("inf"))
        self._is_cut = False
        self._to_site.send_nowait({"type": "websocket.connect"})

    async def serve(self, asgi: ASGIApp, scope: Message) -> None:
        """Be the ASGI server of this one websocket."""
        with self._to_browser:
            await asgi(scope, self._from_browser.receive, self._answer)

    async def accepted(self, target: str) -> None:
        """Wait for the site's answer. Raises `Refused`."""
        first = await self._from_site.receive()
        if first["type"] == "websocket.accept":
            return
        body = first
        if first["type"] == "websocket.http.response.start":
            body = await self._from_site.receive()
        text = bytes(body.get("body", b"")).decode()
        raise Refused(f"the websocket at {target}", first.get("status", 403), text)

    async def send(self, frames: Sequence[Frame]) -> None:
        """See `Line`."""
        await trio.lowlevel.checkpoint()
        for frame in frames:
            key = "text" if isinstance(frame, str) else "bytes"
            self._say({"type": "websocket.receive", key: frame})

    async def receive(self) -> Frame:
        """See `Line`."""
        try:
            event = await self._from_site.receive()
        except (trio.EndOfChannel, trio.ClosedResourceError):
            raise WireClosed(NO_CLOSE_FRAME) from None
        if event["type"] == "websocket.close":
            raise WireClosed(event.get("code", 1000), event.get("reason") or "")
        text: str | None = event.get("text")
        return bytes(event["bytes"]) if text is None else text

    def cut(self) -> None:
        """See `Line`."""
        self._is_cut = True
        self._say({"type": "websocket.disconnect", "code": NO_CLOSE_FRAME})
        self._from_site.close()

    async def close(self, code: int) -> None:
        """See `Line`."""
        await trio.lowlevel.checkpoint()
        self._say({"type": "websocket.disconnect", "code": code})
        self._to_site.close()

    def _say(self, event: dict[str, Any]) -> None:
        try:
            self._to_site.send_nowait(event)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            return  # it is over, and what was said is lost

    async def _answer(self, event: Message) -> None:
        await trio.lowlevel.checkpoint()
        if self._is_cut:
            raise OSError("the line is cut")
        try:
            self._to_browser.send_nowait(event)
        except trio.BrokenResourceError:
            raise OSError("the browser has gone") from None


def _scope(kind: str, target: str, headers: Mapping[str, str]) -> dict[str, Any]:
    path, query = split_target(target)
    fields = {"Host": HOST, **headers}
    return {
        "type": kind,
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "scheme": "http" if kind == "http" else "ws",
        "path": unquote(path),
        "raw_path": quote(path, safe=_SAFE).encode(),
        "root_path": "",
        "query_string": query.encode(),
        "headers": [(n.lower().encode(), v.encode("latin-1")) for n, v in fields.items()],
        "client": _PEER,
        "server": (HOST, 80),
    }


def _headers(pairs: Sequence[tuple[bytes, bytes]]) -> Headers:
    return Headers((name.decode("latin-1"), value.decode("latin-1")) for name, value in pairs)
