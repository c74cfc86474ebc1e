"""From a request head to an open websocket, or to a refusal in plain HTTP.

The checks of the opening handshake are those of the `websockets` package. They come
first, the site's own (origin, token) second, and 101 is said last: a browser that
sees its websocket open may rely on a session behind it.
"""

import re
from collections.abc import Sequence
from email.utils import formatdate
from http import HTTPStatus
from typing import Any, Final

import trio
from websockets.datastructures import Headers
from websockets.http11 import Request, Response
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol
from websockets.utils import accept_key

from docsync_trio.base.errors import Refusal
from docsync_trio.base.events import Observer
from docsync_trio.base.request_in_hand import note_status
from docsync_trio.server.entrance.join import SUBPROTOCOL
from docsync_trio.server.sockets.peer_socket import PeerSocket
from docsync_trio.server.visits.head import Upgrade
from docsync_trio.server.visits.plain_answer import plain_answer
from docsync_trio.server.visits.request_id import id_line
from docsync_trio.server.websockets.heartbeat import Heartbeat
from docsync_trio.server.websockets.reader import SILENT
from docsync_trio.server.websockets.way_out import WayOut
from docsync_trio.server.websockets.websocket import ANSWER_SECONDS, SocketWire, WebsocketLimits

_KEY: Final = re.compile(rb"[A-Za-z0-9+/]{22}==")
_OFFER: Final = re.compile(rb"bokeh(, ?[-!#$%&'*+.^_`|~0-9A-Za-z]+)*")
_CONNECTIONS: Final = (b"upgrade", b"keep-alive, upgrade")
_LINE: Final = "HTTP/1.1 101 Switching Protocols"
_NAMES: Final = (
    "Date: ",
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ",
    "Sec-WebSocket-Protocol: ",
)


class SocketEntrance:
    """A websocket upgrade that has been read and not yet been answered; see `Entrance`.

    *early* is what the peer sent behind the head without waiting for the answer.
    """

    def __init__(
        self,
        socket: PeerSocket,
        upgrade: Upgrade,
        early: bytes,
        *,
        limits: WebsocketLimits,
        way_out: WayOut,
        heartbeat: Heartbeat,
        observe: Observer,
    ) -> None:
        self._socket = socket
        self._early = early
        self._limits = limits
        self._way_out = way_out
        self._heartbeat = heartbeat
        self._observe = observe
        self._response: Response | None = None
        self._answer = ordinary_answer(upgrade)
        if not self._answer:
            self._response = shake_hands(upgrade)
            self._answer = self._response.serialize()

    def check(self) -> None:
        """Raise `Refusal` if the handshake itself is at fault."""
        if (
            self._response is not None
            and self._response.status_code != HTTPStatus.SWITCHING_PROTOCOLS
        ):
            raise Refusal(self._response.status_code, bytes(self._response.body).decode().strip())

    async def refuse(self, refusal: Refusal) -> None:
        """Answer with an HTTP status, and hang up."""
        note_status(refusal.status)
        with trio.move_on_after(ANSWER_SECONDS):
            await self._socket.send_all(plain_answer(refusal))
        await self._socket.close_after_answer(ANSWER_SECONDS)

    async def accept(self) -> SocketWire:
        """Answer 101; from here on it is a websocket."""
        note_status(HTTPStatus.SWITCHING_PROTOCOLS)
        await self._socket.send_all(self._answer[:-2] + id_line() + b"\r\n")
        wire = SocketWire(
            self._socket,
            self._early,
            limits=self._limits,
            way_out=self._way_out,
            observe=self._observe,
        )
        self._heartbeat.watch(wire)
        return wire


def ordinary_answer(upgrade: Upgrade) -> bytes:
    """Return the answer to a handshake as all browsers do it.

    It is that of `shake_hands`. Nothing is returned where anything is out of the ordinary.
    """
    fields = dict(upgrade.headers)
    key = fields.get(b"sec-websocket-key", b"")
    if (
        len(fields) != len(upgrade.headers)  # something is said twice
        or not _KEY.fullmatch(key)
        or fields.get(b"sec-websocket-version") != b"13"
        or fields.get(b"upgrade", b"").lower() != b"websocket"
        or fields.get(b"connection", b"").lower() not in _CONNECTIONS
        or not _OFFER.fullmatch(fields.get(b"sec-websocket-protocol", b""))
        or upgrade.has_body
    ):
        return b""
    values = (formatdate(usegmt=True), accept_key(key.decode()), SUBPROTOCOL)
    return "\r\n".join([_LINE, *map(str.__add__, _NAMES, values), "", ""]).encode()


def shake_hands(upgrade: Upgrade) -> Response:
    """Return the answer to a websocket handshake: 101, or what is wrong with it."""
    headers = Headers()
    for name, value in upgrade.headers:
        headers[name.decode("ascii")] = value.decode("latin-1")
    protocol = ServerProtocol(select_subprotocol=_select_subprotocol, logger=SILENT)
    if upgrade.has_body:
        return protocol.reject(HTTPStatus.BAD_REQUEST, "A websocket handshake has no body.")
    return protocol.accept(Request(upgrade.target.decode("ascii"), headers))


def _select_subprotocol(
    protocol: ServerProtocol, offered: Sequence[Subprotocol]
) -> Subprotocol | None:
    # Whether to go on without it is for the site to say, for both transports alike.
    del protocol
    return Subprotocol(SUBPROTOCOL) if SUBPROTOCOL in offered else None


def websocket_scope(upgrade: Upgrade, socket: PeerSocket) -> dict[str, Any]:
    """Return the ASGI scope of *upgrade*, so that both transports ask alike."""
    return {
        "type": "websocket",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "scheme": "wss" if socket.is_secure else "ws",
        "path": upgrade.path,
        "raw_path": upgrade.raw_path,
        "query_string": upgrade.query,
        "root_path": "",
        "headers": list(upgrade.headers),
        "client": socket.peer_address(),
        "server": socket.address(),
        "subprotocols": upgrade.subprotocols,
        "state": {},
        "extensions": {},
    }
