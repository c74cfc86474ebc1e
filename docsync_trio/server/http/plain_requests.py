"""Plain requests for what is our own, without hypercorn in between.

A page loads five scripts, and most of what each costs is hypercorn: tasks, channels, and
a parser that knows all of HTTP. A browser's GET needs none of it. So a connection is
served here for as long as its requests are plain, and for pages and static files; the first
one that is anything else goes to hypercorn as it came, and so does the rest of its
connection. The answers are made by the same ASGI application.
"""

import re
from collections.abc import Callable
from email.utils import formatdate
from http import HTTPStatus
from typing import Any, Final

import trio
from starlette.types import ASGIApp, Message

from docsync_trio.server.sockets.patient_send import send_patiently
from docsync_trio.server.sockets.peer_socket import PeerSocket
from docsync_trio.server.visits.head import PlainRequest, parse_plain

CLOSING_SECONDS: Final = 2.0
"""How long a peer that asked for the end of the connection may take to hang up first."""

SENT_TOGETHER: Final = 2**16
"""Bytes of a body that are copied to go with their head in one packet."""

_UNSAFE: Final = re.compile(rb"[\r\n\x00]")
_WITHOUT_BODY: Final = {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}


class PlainRequests:
    """Answers the plain requests for paths of which *ours* says so; *app* makes the answers.

    What is there must neither read a body nor care whether its visitor is still there.
    *idle* is how many seconds a connection may be kept without a request.
    """

    def __init__(self, app: ASGIApp, ours: Callable[[str], bool], *, idle: float) -> None:
        self._app = app
        self._ours = ours
        self._idle = idle
        self._ending = False
        self._waiting: set[trio.CancelScope] = set()

    async def serve(self, socket: PeerSocket, data: bytes) -> bytes | None:
        """Answer requests, of which *data* is the first.

        Returns what is not for us to answer, None when the connection is over.
        """
        while True:
            request = parse_plain(data)
            if request is None or not self._ours(request.path):
                return data
            answer = _Answer(socket, request, is_ending=lambda: self._ending)
            await self._app(_scope(request, socket), _nothing_comes, answer.send)
            if answer.is_last or not answer.whole:
                await socket.close_after_answer(CLOSING_SECONDS)
                return None
            following = await self._next(socket)
            if following is None:
                return None
            data = following

    def end_when_idle(self) -> None:
        """End the connections that wait for a request now, the others behind their answer."""
        self._ending = True
        for scope in self._waiting:
            scope.cancel()

    async def _next(self, socket: PeerSocket) -> bytes | None:
        if self._ending:
            return None
        with trio.move_on_after(self._idle) as scope:
            self._waiting.add(scope)
            try:
                return await socket.receive() or None
            finally:
                self._waiting.discard(scope)
        return None


class _Answer:
    """Writes one ASGI answer to *socket*.

    *whole* says that all of it is sent, *is_last* that no other can follow, as is so when
    the server *is_ending*.
    """

    def __init__(
        self, socket: PeerSocket, request: PlainRequest, *, is_ending: Callable[[], bool]
    ) -> None:
        self._socket = socket
        self._head = b""
        self._bare = request.method == "HEAD"
        self.is_last = request.is_last
        self._is_ending = is_ending
        self.whole = False

    async def send(self, message: Message) -> None:
        """Take what the application sends."""
        if message["type"] == "http.response.start":
            self._head = self._head_of(message)
            return
        body = b"" if self._bare else message.get("body", b"")
        head, self._head = self._head, b""
        if len(body) <= SENT_TOGETHER:
            await send_patiently(self._socket, head + body)
        else:
            await send_patiently(self._socket, head)
            await send_patiently(self._socket, body)
        self.whole = not message.get("more_body", False)

    def _head_of(self, message: Any) -> bytes:
        status = HTTPStatus(message["status"])
        self._bare = self._bare or status in _WITHOUT_BODY
        fields = [*message["headers"], (b"date", formatdate(usegmt=True).encode())]
        self.is_last = self.is_last or self._is_ending()
        # Without a length, its end is the connection's.
        if not self._bare and not any(name.lower() == b"content-length" for name, _ in fields):
            self.is_last = True
        if self.is_last:
            fields.append((b"Connection", b"close"))
        if any(_UNSAFE.search(name) or _UNSAFE.search(value) for name, value in fields):
            raise ValueError("a header field with a line break in it")
        lines = [b"HTTP/1.1 %d " % status, *(b"%s: %s" % field for field in fields)]
        return b"\r\n".join(lines) + b"\r\n\r\n"


def _scope(request: PlainRequest, socket: PeerSocket) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.1"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "https" if socket.is_secure else "http",
        "path": request.path,
        "raw_path": request.raw_path,
        "query_string": request.query,
        "root_path": "",
        "headers": list(request.headers),
        "client": socket.peer_address(),
        "server": socket.address(),
        "state": {},
        "extensions": {},
    }


async def _nothing_comes() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}
