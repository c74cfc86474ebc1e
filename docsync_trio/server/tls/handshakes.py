"""The beginning of TLS: bounded in time and in number, and nobody waits for many of them.

A handshake costs a millisecond of arithmetic with a large key. So of all whose bytes have
come one goes on at a time, and the loop has a turn between two. Who begins one and does not
go on is not to keep others out: beyond a number, those that take longest are given up.
"""

import ssl
from typing import Final

import trio

from docsync_trio.base.errors import Refusal
from docsync_trio.base.events import Observer
from docsync_trio.base.tls_events import HandshakeFailed
from docsync_trio.server.sockets.peer_socket import PeerSocket
from docsync_trio.server.tls.certificates import Certificates
from docsync_trio.server.tls.tls_socket import TlsSocket
from docsync_trio.server.visits.head import cannot_be_http

HANDSHAKE_SECONDS: Final = 10.0
"""How long one may take: two round trips; half of what Go's and Tornado's servers grant."""

MOST: Final = 1000
"""How many may be under way."""

_PLAIN: Final = "This port speaks HTTPS: the address begins with https://"

_CLIENT_SPEAKS: Final = b"\x16"
"""What TLS begins with: a record of a handshake."""


class Handshakes:
    """Begins TLS on connections, with the certificate that *certificates* has then."""

    def __init__(self, certificates: Certificates, *, observe: Observer) -> None:
        self._certificates = certificates
        self._observe = observe
        self._under_way: dict[trio.CancelScope, str] = {}
        self._turn = trio.Lock()

    async def shake_hands(self, socket: PeerSocket, *, briefly: bool = False) -> bool:
        """Have *socket* speak TLS if it is one that can; say whether it is ready for requests.

        *briefly* is for one that gets a single answer, by HTTP/1.1.

        Raises `Refusal` for who speaks plain HTTP. Whatever else fails is told to the observer.
        """
        if not isinstance(socket, TlsSocket):
            return True
        with trio.move_on_after(HANDSHAKE_SECONDS) as scope:
            self._under_way[scope] = f"not done after {HANDSHAKE_SECONDS:g} s"
            self._give_up_the_oldest()
            try:
                given = self._certificates
                return await self._begin(socket, given.brief if briefly else given.context)
            except OSError as error:
                self._observe(HandshakeFailed(socket.peer, _reason(error)))
                return False
            finally:
                why = self._under_way.pop(scope)
        self._observe(HandshakeFailed(socket.peer, why))
        return False

    def end(self, *, by: float) -> None:
        """Give up those that are not done *by* then (in Trio's time), as the server ends."""
        for scope in self._under_way:
            if scope.deadline > by:
                scope.deadline = by
                self._under_way[scope] = "the server ends"

    def _give_up_the_oldest(self) -> None:
        if len(self._under_way) > MOST:
            oldest = next(iter(self._under_way))
            self._under_way[oldest] = f"more than {MOST} were under way"
            oldest.cancel()

    async def _begin(self, socket: TlsSocket, context: ssl.SSLContext) -> bool:
        data = await socket.receive_raw()
        if data and not data.startswith(_CLIENT_SPEAKS) and not cannot_be_http(bytearray(data)):
            hint = "the peer speaks plain HTTP, and server.tls is set"
            raise Refusal(
                400, "This port speaks HTTPS: the address begins with https://", hint=hint
            )
        socket.begin(context)
        while data:
            async with self._turn:
                done = socket.step(data)
            if done:
                return True
            data = await socket.receive_raw()
        return False


def _reason(error: OSError) -> str:
    return str(getattr(error, "reason", "") or error.strerror or error)
