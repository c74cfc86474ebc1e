"""A connection that speaks TLS, with the ways of a plain one.

OpenSSL works on memory here and the bytes travel as those of every `PeerSocket`, so that
sending still tries the kernel first and needs no turn of the loop.
"""

import contextlib
import socket
import ssl
from typing import ClassVar, Final

import trio

from docsync_trio.server.sockets.peer_socket import PeerSocket

ENCRYPTED_AT_ONCE: Final = 2**17
"""Bytes that are encrypted before the kernel has taken those before them: what a peer that
does not read costs in memory."""

MOST_UNASKED: Final = 2**18
"""Bytes of TLS's own that may wait for a peer that does not read: answers to its new keys."""

_RECORD: Final = 2**14


class TlsSocket(PeerSocket):
    """Is plain until `begin`; from then on what is sent and received is encrypted.

    What TLS finds wrong with a peer is an ``ssl.SSLError``, which is an ``OSError``.
    """

    is_secure: ClassVar[bool] = True

    __slots__ = (
        *("_ahead", "_begun", "_ended", "_incoming", "_outgoing", "_ready"),
        *("_tls", "_unsent"),
    )

    def __init__(self, sock: socket.socket) -> None:
        super().__init__(sock)
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._begun = False
        self._tls: ssl.SSLObject  # when it has begun
        self._ready = b""  # decrypted before anybody asked for it
        self._ended = False
        self._unsent = memoryview(b"")  # encrypted, and not yet taken by the kernel
        self._ahead = 0  # how much of what the caller sends is in there, and not said to be sent

    def begin(self, context: ssl.SSLContext) -> None:
        """Speak TLS from now on, as *context* says."""
        self._begun = True
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)

    def step(self, data: bytes) -> bool:
        """Go on with the handshake by *data*, which `receive_raw` gave; says if it is done.

        Raises ``OSError`` if it fails.
        """
        self._incoming.write(data)
        try:
            self._tls.do_handshake()
            self._ready = self._decrypt()
        except ssl.SSLWantReadError:
            self._flush()
            return False
        except ssl.SSLError:
            self._say_why()
            raise
        self._flush()
        return True

    @property
    def can_answer(self) -> bool:
        """Whether TLS has begun: before, any answer would look like a server that is broken."""
        return self._begun

    @property
    def protocol(self) -> str | None:
        """What the peer wants to speak (ALPN); None if it did not say."""
        return self._tls.selected_alpn_protocol() if self._begun else None

    async def receive_raw(self) -> bytes:
        """Wait for bytes and return them as they came; ``b""`` is the end."""
        return await super().receive()

    async def receive(self) -> bytes:
        """Wait for bytes and return all that are there; ``b""`` is the end."""
        if not self._begun:
            return await super().receive()
        data, self._ready = self._ready, b""
        while not data and not self._ended:
            raw = await super().receive()
            if not raw:  # many hang up without a goodbye; HTTP knows where its messages end
                break
            self._incoming.write(raw)
            try:
                data = self._decrypt()
            except ssl.SSLError:
                self._say_why()
                raise
            if self._outgoing.pending:
                self._flush()
        return data

    def send_now(self, data: bytes | memoryview) -> int:
        """Give the kernel as much of *data* as it takes without waiting; say how much.

        What is left has to come first the next time: some of it may be encrypted already.
        """
        if not self._begun:
            return super().send_now(data)
        self._check_open()
        rest = memoryview(data)
        while self._flush():
            rest, self._ahead = rest[self._ahead :], 0
            if not rest:
                break
            self._ahead = self._tls.write(rest[:ENCRYPTED_AT_ONCE])
        return len(data) - len(rest)

    async def writable(self) -> None:
        """Wait until the kernel takes a byte, be it of what is encrypted already."""
        await super().writable()
        if self._begun:
            self._flush()

    def end_sending(self) -> None:
        """Tell the peer that nothing more will come; it may go on sending."""
        self._say_goodbye()
        super().end_sending()

    def close(self) -> None:
        """Close at once, in both directions; harmless when repeated."""
        if not self.closed:
            self._say_goodbye()
        super().close()

    def _decrypt(self) -> bytes:
        """Return what there is to read."""
        found: list[bytes] = []
        try:
            # Each look but the first has to be worth it: finding nothing is an exception.
            while not found or self._incoming.pending or self._tls.pending():
                data = self._tls.read(_RECORD)
                if not data:
                    self._ended = True
                    break
                found.append(data)
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLZeroReturnError:
            self._ended = True
        return found[0] if len(found) == 1 else b"".join(found)

    def _flush(self) -> bool:
        """Give the kernel what is encrypted; say whether it has taken all of it."""
        if self._outgoing.pending:
            self._unsent = memoryview(bytes(self._unsent) + self._outgoing.read())
            if len(self._unsent) > ENCRYPTED_AT_ONCE + MOST_UNASKED:
                raise ConnectionAbortedError("it asks for new keys and does not read the answers")
        if self._unsent:
            self._unsent = self._unsent[super().send_now(self._unsent) :]
        return not self._unsent

    def _say_why(self) -> None:
        """Send the alert that says why TLS ends, if the kernel takes it."""
        with contextlib.suppress(OSError, trio.ClosedResourceError):
            self._flush()

    def _say_goodbye(self) -> None:
        """Send what says that the end is the end and not a cut line."""
        if self._begun:
            # It would have us wait for the same from the peer.
            with contextlib.suppress(OSError, ValueError):
                self._tls.unwrap()
            self._say_why()
