"""From a websocket's bytes to the payloads of its data frames.

The rules of RFC 6455 are those of the `websockets` package, which takes several times
as long for a frame as reading one must take; a message of Bokeh's has three at least.
Nearly all frames are of one kind: data, in one piece, masked, within the limit. These
are read here. Every other frame is given to the package as it came, so that what is
accepted, refused and answered stays the same.
"""

import logging
from typing import Final

from websockets.frames import BINARY, CONT, TEXT, Close, CloseCode, Opcode
from websockets.frames import Frame as WebsocketFrame
from websockets.protocol import OPEN
from websockets.server import ServerProtocol

from docsync_trio.protocol import wire
from docsync_trio.protocol.message import Frame

try:
    from websockets.speedups import apply_mask
except ImportError:  # a platform for which the package has nothing compiled
    from websockets.utils import apply_mask

SILENT: Final = logging.Logger("websockets", level=logging.CRITICAL + 1)  # noqa: LOG001
"""For the `websockets` package: what is worth telling goes to the observer."""

_PLAIN: Final = frozenset({wire.TEXT, wire.BINARY})
_OPCODES: Final = frozenset(Opcode)
_PONG: Final = 0x8A
_MASKED: Final = 0x80
_MASK: Final = 4
_SHORT_HEAD: Final = 2 + _MASK
_TWO_BYTES: Final = 126


class WebsocketReader:
    """One websocket's bytes in, its data frames out; a message has *max_size* bytes at most."""

    __slots__ = ("_fragments", "_longest", "_max_size", "_missing", "_partial", "_protocol")

    def __init__(self, max_size: int) -> None:
        self._protocol: ServerProtocol | None = None
        self._max_size = max_size
        self._longest = min(_TWO_BYTES - 1, max_size)
        self._fragments: tuple[Opcode, bytearray] | None = None
        self._partial = bytearray()
        self._missing = 0

    @property
    def protocol(self) -> ServerProtocol:
        """What knows all the rules; made when it is needed, as it takes 4 KB."""
        if self._protocol is None:
            self._protocol = ServerProtocol(state=OPEN, max_size=self._max_size, logger=SILENT)
        return self._protocol

    @property
    def is_silent(self) -> bool:
        """Whether all so far was ordinary: there is nothing to answer, and nothing to refuse."""
        return self._protocol is None

    @property
    def is_open(self) -> bool:
        """Whether neither side has begun to close the websocket."""
        return self._protocol is None or self._protocol.state is OPEN

    @property
    def close(self) -> Close | None:
        """The close frame that came, or else the one that was sent."""
        protocol = self._protocol
        return None if protocol is None else protocol.close_rcvd or protocol.close_sent

    @property
    def heard_close(self) -> bool:
        """Whether the peer has sent a close frame."""
        return self._protocol is not None and self._protocol.close_rcvd is not None

    def data_to_send(self) -> list[bytes]:
        """What has to be sent in answer to what came."""
        return [] if self._protocol is None else self._protocol.data_to_send()

    def feed(self, data: bytes) -> list[Frame]:
        """Return the payloads that *data* completes, fragments put together.

        A websocket that is being closed has none any more.
        """
        frames: list[Frame] = []
        if self._partial:
            self._partial += data
            if len(self._partial) < self._missing and self.is_open:
                return frames
            data = bytes(self._partial)
            self._partial.clear()
        end = len(data)
        position = self._short_ones(data, frames) if self._protocol is None or self.is_open else 0
        if position == end and self._protocol is None:
            return frames  # as nearly always
        while position < end and self.is_open:
            payload, stop = _extent(data, position, end)
            if stop - payload > self._room() or not _is_from_a_client(data, position, end):
                break  # it is refused for its head; there is nothing to wait for
            if stop > end:
                self._partial += data[position:]
                self._missing = stop - position
                return frames
            if data[position] in _PLAIN and self._fragments is None:
                mask = data[payload - _MASK : payload]
                self._add(data[position] & 0x0F, apply_mask(data[payload:stop], mask), frames)
            else:
                self._judge(data[position:stop], frames)
            position = stop
        if position < end:
            self.protocol.receive_data(data[position:])
        return frames

    def _short_ones(self, data: bytes, frames: list[Frame]) -> int:
        """Read the short frames at the head of *data*, which most are; says where they end."""
        position, end = 0, len(data)
        last, longest = end - _SHORT_HEAD, self._longest
        while position <= last and self._fragments is None:
            first, length = data[position], data[position + 1] - _MASKED
            payload = position + _SHORT_HEAD
            stop = payload + length
            if not 0 <= length <= longest or stop > end:
                break
            if first == wire.TEXT:
                text = apply_mask(data[payload:stop], data[position + 2 : payload])
                try:
                    frames.append(text.decode())
                except UnicodeDecodeError:
                    self._refuse_text()
                    return stop
            elif first == wire.BINARY:
                frames.append(apply_mask(data[payload:stop], data[position + 2 : payload]))
            elif first != _PONG:
                break
            position = stop
        return position

    def _room(self) -> int:
        gathered = 0 if self._fragments is None else len(self._fragments[1])
        return self._max_size - gathered

    def _judge(self, data: bytes, frames: list[Frame]) -> None:
        """Give one frame, of whatever kind, to those who know all the rules."""
        self.protocol.receive_data(data)
        for event in self.protocol.events_received():
            if isinstance(event, WebsocketFrame):
                self._collect(event, frames)

    def _collect(self, frame: WebsocketFrame, frames: list[Frame]) -> None:
        if frame.opcode is TEXT or frame.opcode is BINARY:
            if frame.fin:
                self._add(frame.opcode, bytes(frame.data), frames)
            else:
                self._fragments = (frame.opcode, bytearray(frame.data))
        elif frame.opcode is CONT and self._fragments is not None:
            opcode, gathered = self._fragments
            # In one buffer: a list would grow without bound from fragments of no bytes.
            gathered += frame.data
            if frame.fin:
                self._fragments = None
                self._add(opcode, bytes(gathered), frames)

    def _add(self, opcode: int, payload: bytes, frames: list[Frame]) -> None:
        try:
            frames.append(payload.decode() if opcode == TEXT else payload)
        except UnicodeDecodeError:
            self._refuse_text()

    def _refuse_text(self) -> None:
        self.protocol.fail(CloseCode.INVALID_DATA, "text must be UTF-8")


def _extent(data: bytes, position: int, end: int) -> tuple[int, int]:
    """Where the payload of the frame at *position* begins, and where it ends.

    As long as its head is not complete the frame counts as one without a payload.
    """
    payload = position + 2
    if payload > end:
        return payload, payload
    length = data[position + 1] & ~_MASKED
    if length >= _TWO_BYTES:
        start, payload = payload, payload + (2 if length == _TWO_BYTES else 8)
        if payload > end:
            return payload, payload
        length = int.from_bytes(data[start:payload])
    return payload + _MASK, payload + _MASK + length


def _is_from_a_client(data: bytes, position: int, end: int) -> bool:
    """Whether the frame is masked and of a known kind, as far as it is there."""
    if position + 2 > end:
        return True
    return data[position + 1] >= _MASKED and data[position] & 0x0F in _OPCODES
