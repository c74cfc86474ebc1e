"""One accepted connection, at the level of bytes.

Trio's streams give the loop a turn at every send and look for data before they wait
for it; with seven frames per message that costs more than the messages themselves.
Here sending tries the kernel first and needs no turn, and receiving waits first, so
that a message costs one step of its task.
"""

import contextlib
import socket
from typing import ClassVar, Final

import trio

from docsync_trio.server.sockets.peer_name import address_of_peer, name_of
from docsync_trio.server.sockets.silence import give_up_silent_peer

SMALLEST_READ: Final = 2**16
LARGEST_READ: Final = 2**20
"""Reads grow up to this while they come back full: a big array in few steps."""


class PeerSocket:
    """A connected stream socket and the name of who is at its other end.

    After `close` every waiting and every later call raises
    `trio.ClosedResourceError`; what the network does raises `OSError`.
    """

    is_secure: ClassVar[bool] = False
    """Whether TLS is spoken; see `TlsSocket`."""

    __slots__ = ("_destination", "_early", "_read_size", "_socket", "_source", "closed", "peer")

    def __init__(self, sock: socket.socket) -> None:
        sock.settimeout(0)
        if sock.family in {socket.AF_INET, socket.AF_INET6}:
            # What we send is complete when we send it: waiting for more (Nagle) would
            # hold back the last bytes of a patch until the peer's delayed ACK, 40 ms.
            with contextlib.suppress(OSError):
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket = sock
        self._read_size = SMALLEST_READ
        self._early = b""
        # Asked now, since a peer that has gone has no address any more.
        self._source = address_of_peer(sock)
        self._destination: tuple[str, int] | None = None
        self.closed = False
        self.peer = name_of(self._source)

    @property
    def can_answer(self) -> bool:
        """Whether what is sent now would be understood: with TLS it has begun."""
        return True

    def give_up_when_silent(self, *, ping: float, pong: float) -> None:
        """Have the kernel end the connection when its peer is gone; see `silence`."""
        give_up_silent_peer(self._socket, ping=ping, pong=pong)

    def introduce(self, source: tuple[str, int], destination: tuple[str, int] | None) -> None:
        """Speak from now on of the addresses that a proxy has told, not of the proxy's own."""
        self._source, self._destination = source, destination
        self.peer = name_of(source)

    def put_back(self, data: bytes) -> None:
        """Let the next `receive` return *data*, which it has returned before."""
        self._early = data

    async def receive(self) -> bytes:
        """Wait for bytes and return all that are there; ``b""`` is the end."""
        if self._early:
            early, self._early = self._early, b""
            return early
        while True:
            self._check_open()
            await trio.lowlevel.wait_readable(self._socket)
            try:
                data = self._socket.recv(self._read_size)
            except (BlockingIOError, InterruptedError):
                continue
            if len(data) == self._read_size < LARGEST_READ:
                self._read_size *= 2
            return data

    def send_now(self, data: bytes | memoryview) -> int:
        """Give the kernel as much of *data* as it takes without waiting; say how much."""
        self._check_open()
        try:
            return self._socket.send(data)
        except (BlockingIOError, InterruptedError):
            return 0

    async def writable(self) -> None:
        """Wait until the kernel would take at least one byte."""
        self._check_open()
        await trio.lowlevel.wait_writable(self._socket)

    async def send_all(self, data: bytes) -> None:
        """Send all of *data*; how long that may take is the caller's to bound."""
        rest = memoryview(data)[self.send_now(data) :]
        while rest:
            await self.writable()
            rest = rest[self.send_now(rest) :]

    async def send_while_read(self, data: bytes, *, patience: float) -> bool:
        """Send *data*; gives false when the peer takes no byte for *patience* seconds.

        Raises what Trio's streams raise.
        """
        rest = memoryview(data)
        try:
            while rest:
                sent = self.send_now(rest)
                rest = rest[sent:]
                if sent:
                    continue
                with trio.move_on_after(patience) as stalled:
                    await self.writable()
                if stalled.cancelled_caught:
                    return False
        except OSError as error:
            raise trio.BrokenResourceError from error
        return True

    def end_sending(self) -> None:
        """Tell the peer that nothing more will come; it may go on sending."""
        with contextlib.suppress(OSError, trio.ClosedResourceError):
            self._check_open()
            self._socket.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """Close at once, in both directions; harmless when repeated."""
        if not self.closed:
            self.closed = True
            if self._socket.fileno() >= 0:
                trio.lowlevel.notify_closing(self._socket)
                self._socket.close()

    async def close_after_answer(self, seconds: float) -> None:
        """Close when the peer has done so, or after *seconds*.

        Closing with unread bytes makes the kernel send a reset, which would make the
        peer forget the answer that is on its way: so what still comes is read.
        """
        self.end_sending()
        with (
            trio.move_on_after(seconds),
            contextlib.suppress(OSError, trio.ClosedResourceError),
        ):
            while await self.receive():
                pass
        self.close()

    def address(self) -> tuple[str, int] | None:
        """Return our own end's host and port, None on a unix socket."""
        return self._destination or _host_and_port(self._socket.getsockname())

    def peer_address(self) -> tuple[str, int] | None:
        """Return the peer's host and port; None on a unix socket."""
        return self._source

    def _check_open(self) -> None:
        if self.closed:
            raise trio.ClosedResourceError


def _host_and_port(address: object) -> tuple[str, int] | None:
    if isinstance(address, tuple):
        return str(address[0]), int(address[1])
    return None
