"""What hypercorn reads from and writes to: a `PeerSocket` in the words of Trio's streams.

hypercorn shields its writes and waits for a peer for ever; so the bounds are in here.
"""

import socket
from typing import Final, Self

import attrs
import trio

from docsync_trio.server.http.vigil import Vigil
from docsync_trio.server.sockets.patient_send import send_patiently
from docsync_trio.server.sockets.peer_socket import PeerSocket
from docsync_trio.server.tls.tls_socket import TlsSocket

AFTERLIFE_SECONDS: Final = 30.0
"""How long a connection's tasks may go on when its peer has stopped sending. In HTTP/2
hypercorn waits without end for a peer that left to take what was meant for it."""

AT_ONCE: Final = 2**14
"""Bytes that hypercorn is given at once: it takes a head that is longer than it may be by what
comes with its end."""


def stream_of(
    socket: PeerSocket, head: bytes, scope: trio.CancelScope, vigil: Vigil
) -> "BoundedStream":
    """Return what hypercorn reads from and writes to; the arguments are `BoundedStream`'s."""
    if isinstance(socket, TlsSocket):
        return SecureStream(socket, head, scope, vigil)
    return BoundedStream(socket, head, scope, vigil)


class BoundedStream:
    """What hypercorn asks of a Trio stream, over a `PeerSocket`.

    It begins with *head*, read before. No write lasts for ever: hypercorn shields its
    writes, so the bound has to be inside. When nothing more can come, the days of
    *scope*, in which the connection is served, are numbered; *vigil* tells when nobody is
    there any more.
    """

    def __init__(
        self, socket: PeerSocket, head: bytes, scope: trio.CancelScope, vigil: Vigil
    ) -> None:
        self._scope = scope
        self._vigil = vigil
        self._socket = socket
        self._read = memoryview(head)

    @property
    def socket(self) -> "_Ends":
        """The socket, of which hypercorn wants the addresses."""
        return _Ends(self._socket)

    async def receive_some(self, _max_bytes: int | None = None) -> bytes:
        """Return what was read before, then what comes, `AT_ONCE` at most."""
        if not self._read:
            self._read = memoryview(await self._receive())
        part, self._read = self._read[:AT_ONCE], self._read[AT_ONCE:]
        return bytes(part)

    async def _receive(self) -> bytes:
        try:
            received = await self._vigil.listen(self._socket.receive)
        except trio.ClosedResourceError:
            self._number_the_days()
            raise
        except OSError as error:
            self._number_the_days()
            raise trio.BrokenResourceError from error
        if received is None:
            self._number_the_days()
            self._socket.close()
            raise trio.BrokenResourceError("the peer did not answer a ping")
        if not received:
            self._number_the_days()
        return received

    async def send_all(self, data: bytes) -> None:
        """Send, or give the peer up."""
        await send_patiently(self._socket, data)

    async def send_eof(self) -> None:
        """End the sending half."""
        self._socket.end_sending()

    async def aclose(self) -> None:
        """Close both halves."""
        self._number_the_days()
        self._socket.close()
        await trio.lowlevel.checkpoint()

    def _number_the_days(self) -> None:
        last = trio.current_time() + AFTERLIFE_SECONDS
        self._scope.deadline = min(self._scope.deadline, last)


class SecureStream(BoundedStream):
    """What hypercorn asks of a stream that speaks TLS, over a `TlsSocket` that does already."""

    def __init__(
        self, socket: TlsSocket, head: bytes, scope: trio.CancelScope, vigil: Vigil
    ) -> None:
        super().__init__(socket, head, scope, vigil)
        self._protocol = socket.protocol

    async def do_handshake(self) -> None:
        """Do nothing: it is done."""

    def selected_alpn_protocol(self) -> str | None:
        """Return "h2" where the peer wants HTTP/2."""
        return self._protocol

    @property
    def transport_stream(self) -> Self:
        """What has the socket with the addresses."""
        return self


@attrs.frozen
class _Ends:
    """The addresses of both ends, as a proxy may have told them, in the words of a socket."""

    _socket: PeerSocket

    @property
    def family(self) -> socket.AddressFamily:
        # hypercorn takes addresses as they are (IPv4), or has none.
        return socket.AF_UNIX if self._socket.peer_address() is None else socket.AF_INET

    def getpeername(self) -> tuple[str, int] | None:
        return self._socket.peer_address()

    def getsockname(self) -> tuple[str, int] | None:
        return self._socket.address()
