"""An open websocket on a socket of our own, for speed and for bounds.

What the bytes mean is `websocket_reader`'s business; this module moves them. One task
reads and one writes. All frames that one read brings
are handed over together, and a batch of messages, each encoded beforehand and shared
by all connections, leaves in one send that needs no turn of the loop when the kernel
takes it whole.
"""

import contextlib
from collections.abc import Sequence
from typing import Final

import attrs
import trio
from websockets.frames import CloseCode

from docsync_trio.base.events import Observer, PeerFault
from docsync_trio.config.schema import ServerSettings
from docsync_trio.protocol.message import Frame, Outgoing
from docsync_trio.server.sockets.peer_socket import PeerSocket
from docsync_trio.server.websockets.reader import WebsocketReader
from docsync_trio.server.websockets.way_out import WayOut
from docsync_trio.sessions.wire import NO_CLOSE_FRAME, WireClosed

ANSWER_SECONDS: Final = 2.0
"""How long a peer has to take a close frame, and to hang up in turn."""

LONGEST_STALL: Final = 60.0
"""Seconds; what a send waits for a peer that takes nothing, if `keep_alive.pong` is longer."""

LAST_WORDS_SECONDS: Final = 2.0
"""How long a send may go on when its connection has been told to end."""

MOST_OWED: Final = 2**14
"""Bytes of pongs for a peer that pings and does not read; beyond it is dropped."""

_PING: Final = b"\x89\0"

LONGEST_REASON: Final = 123
"""Bytes; a control frame holds 125, two of which are the close code."""


@attrs.frozen
class WebsocketLimits:
    """*message_size* in bytes; *stall*: seconds without progress that a send may last."""

    message_size: int
    stall: float


def websocket_limits(settings: ServerSettings) -> WebsocketLimits:
    """Return what the site's settings say about websockets."""
    return WebsocketLimits(
        message_size=settings.max_message_size,
        stall=min(settings.keep_alive.pong, LONGEST_STALL),
    )


class SocketWire:
    """A `Wire` for the session, and a `Pulse` for the heartbeat.

    One task may receive and one may send. The socket is closed by `close`, by `drop`,
    or when the peer is found gone.
    """

    __slots__ = (
        *("_early", "_limits", "_lost", "_observe", "_owed", "_reader", "_sending"),
        *("_socket", "_way_out", "heard"),
    )

    def __init__(
        self,
        socket: PeerSocket,
        early: bytes,
        *,
        limits: WebsocketLimits,
        way_out: WayOut,
        observe: Observer,
    ) -> None:
        self.heard = True
        self._socket = socket
        self._early = early
        self._limits = limits
        self._way_out = way_out
        self._observe = observe
        self._reader = WebsocketReader(limits.message_size)
        self._sending = memoryview(b"")
        self._owed = bytearray()
        self._lost = ""

    @property
    def is_over(self) -> bool:
        """Whether the socket is closed."""
        return self._socket.closed

    async def receive(self) -> Sequence[Frame]:
        """Return the data frames that are there, fragments put together; see `Wire`."""
        reader = self._reader
        data, self._early = self._early, b""
        while reader.is_open:
            data = data or await self._read()
            if not data:
                break
            frames = reader.feed(data)
            if self._owed or not reader.is_silent:
                self._answer()
            if frames:
                return frames
            data = b""
        await self._way_out.wait_for_turn()
        raise self._ending()

    def send_now(self, messages: Sequence[Outgoing]) -> bool:
        """Send of *messages* what the kernel takes at once; see `Wire`."""
        if not self._reader.is_open:
            raise self._ending()
        data = messages[0].wire
        if len(messages) > 1:
            data = b"".join([message.wire for message in messages])
        if self._owed:
            data = bytes(self._owed) + data
            self._owed.clear()
        try:
            sent = self._socket.send_now(data)
        except (OSError, trio.ClosedResourceError) as error:
            raise self._loss(error) from None
        if sent < len(data):
            self._sending = memoryview(data)[sent:]
        return not self._sending

    async def send(self, messages: Sequence[Outgoing]) -> None:
        """Send all of *messages*, after what `send_now` has left; see `Wire`.

        A peer that takes nothing for the stall limit is dropped. When the sending task
        is cancelled, what was begun still gets a moment to be finished.
        """
        try:
            if self._sending:
                await self._send_rest()
            if messages and not self.send_now(messages):
                await self._send_rest()
        except (OSError, trio.ClosedResourceError) as error:
            raise self._loss(error) from None

    def ping(self) -> None:
        """Send a ping; see `Pulse`."""
        if self._reader.is_open:
            self._owed += _PING
            self._send_control()

    def drop(self, reason: str) -> None:
        """Close the socket at once, without a close frame; see `Pulse`."""
        self._lost = self._lost or reason
        self._socket.close()

    async def close(self, code: int, reason: str = "") -> None:
        """Send a close frame, unless one was sent or received, and end the connection.

        The peer has `ANSWER_SECONDS` to answer. Code 1006 stands for "no close frame".
        """
        if code == NO_CLOSE_FRAME:
            self.drop(reason)
        elif self._reader.is_open:
            self._reader.protocol.send_close(code, shorten_reason(reason))
            self._send_control()
        deadline = trio.current_time() + ANSWER_SECONDS
        with trio.CancelScope(deadline=deadline, shield=True):
            await self._hear_out()
        self._socket.close()

    async def _hear_out(self) -> None:
        try:
            await self._socket.send_all(bytes(self._sending) + bytes(self._owed))
            if self._reader.protocol.eof_sent:
                self._socket.end_sending()
            while not self._reader.heard_close and (data := await self._socket.receive()):
                self._reader.feed(data)
        except (OSError, trio.ClosedResourceError):
            return

    async def _read(self) -> bytes:
        """What comes next from the socket; nothing when it is lost."""
        try:
            data = await self._socket.receive()
        except (OSError, trio.ClosedResourceError) as error:
            self._loss(error)
            return b""
        if data:
            self.heard = True
        else:
            self._loss(EOFError("ended without a close frame"))
        return data

    def _answer(self) -> None:
        """Say what the protocol has to say about what came."""
        self._send_control()
        if not self._reader.is_open and not self._reader.heard_close:
            self._tell_fault()

    def _send_control(self) -> None:
        """Send what the protocol has to say, now or behind the message that is under way.

        The task that reads must not wait for the socket: a peer may wait with its
        reading until we have read.
        """
        for data in self._reader.data_to_send():
            self._owed += data
        if not self._owed or self._sending or self.is_over:
            return
        try:
            del self._owed[: self._socket.send_now(bytes(self._owed))]
        except OSError as error:
            self.drop(str(error))
        if len(self._owed) > MOST_OWED:
            self.drop("it sends pings and does not read the answers")

    async def _send_rest(self) -> None:
        try:
            await self._send_begun()
        except trio.Cancelled:
            with (
                trio.move_on_after(LAST_WORDS_SECONDS, shield=True),
                contextlib.suppress(OSError, trio.ClosedResourceError),
            ):
                await self._send_begun()
            if self._sending:
                self.drop("it did not read")
            raise
        self._send_control()

    async def _send_begun(self) -> None:
        while self._sending:
            with trio.move_on_after(self._limits.stall) as stalled:
                await self._socket.writable()
            if stalled.cancelled_caught:
                raise TimeoutError(f"took no byte within {self._limits.stall:g}s")
            self._sending = self._sending[self._socket.send_now(self._sending) :]

    def _loss(self, error: Exception) -> WireClosed:
        self.drop(str(error))
        self._sending = memoryview(b"")
        return self._ending()

    def _ending(self) -> WireClosed:
        close = self._reader.close
        if close is None:
            return WireClosed(NO_CLOSE_FRAME, self._lost)
        return WireClosed(int(close.code), close.reason)

    def _tell_fault(self) -> None:
        code, reason = self._ending().code, self._ending().reason
        what = f"websocket closed with {code}: {reason}"
        if code == CloseCode.MESSAGE_TOO_BIG:
            what += "; server.max_message_size sets the limit"
        self._observe(PeerFault(self._socket.peer, what, self._reader.protocol.parser_exc))


def shorten_reason(reason: str) -> str:
    """Return as much of a close reason as a close frame can hold."""
    return reason.encode()[:LONGEST_REASON].decode(errors="ignore")
