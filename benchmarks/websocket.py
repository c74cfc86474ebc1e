"""The websocket of a page, as lean as Python allows, so that the load is not the limit.

Frames are masked with zeros, which the protocol allows and which saves us the masking, but
not the server the unmasking. Arrays are counted and not looked at.
"""

import json
import socket
import struct
from collections.abc import Iterator
from typing import NamedTuple

import attrs

from benchmarks.http import ask, connect, read_head

_CHUNK = 1 << 18
_PING, _CLOSE = 0x89, 0x88
_MASKED, _NO_MASK = 0x80, bytes(4)
_SHORT, _TWO, _EIGHT = 125, 126, 127


class Message(NamedTuple):
    """A message of the server's; *content* is JSON text, *buffers* how many arrays followed."""

    kind: str
    answers: str | None
    content: bytes
    buffers: int


def frame(payload: bytes, first: int = 0x81) -> bytes:
    """Return *payload* as a client's frame."""
    if len(payload) <= _SHORT:
        head = bytes((first, _MASKED | len(payload)))
    else:
        head = struct.pack("!BBH", first, _MASKED | _TWO, len(payload))
    return head + _NO_MASK + payload


@attrs.define(eq=False)
class Websocket:
    """*received* counts all bytes since the websocket was opened."""

    socket: socket.socket
    received: int = 0
    _data: bytearray = attrs.field(factory=bytearray)
    _frames: list[bytes] = attrs.field(factory=list)
    _missing: int = 0

    def send(self, data: bytes) -> None:
        """Send frames."""
        self.socket.sendall(data)

    def read(self) -> list[Message]:
        """Wait for bytes, and return the messages that they complete."""
        piece = self.socket.recv(_CHUNK)
        if not piece:
            raise ConnectionError("the server hung up")
        return self.feed(piece)

    def feed(self, piece: bytes) -> list[Message]:
        """Return the messages that *piece* completes."""
        self.received += len(piece)
        self._data += piece
        return [found for payload in self._payloads() if (found := self._add(payload))]

    def hear(self, kind: str) -> Message:
        """Return the next message of *kind*; others before it are dropped."""
        while True:
            for message in self.read():
                if message.kind == kind:
                    return message

    def close(self) -> None:
        """Leave as a closed tab does: with a close frame."""
        try:
            self.send(frame(struct.pack("!H", 1001), _CLOSE))
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # the server was quicker
        finally:
            self.socket.close()

    def _payloads(self) -> Iterator[bytes]:
        data, position = self._data, 0
        while len(data) - position >= 2:  # noqa: PLR2004 - the shortest head
            first, length, start = data[position], data[position + 1], position + 2
            if length > _SHORT:
                width = 2 if length == _TWO else 8
                start += width
                if len(data) < start:
                    break
                length = int.from_bytes(data[start - width : start])
            if len(data) < start + length:
                break
            position = start + length
            if first == _PING:
                self.send(frame(bytes(data[start:position]), 0x8A))
            elif first == _CLOSE:
                raise ConnectionError(f"closed: {bytes(data[start:position])!r}")
            else:
                yield bytes(data[start:position])
        del data[:position]

    def _add(self, payload: bytes) -> Message | None:
        """Take the next frame; a message is three, and two more for each array."""
        if not self._frames:
            self._missing = 3 + 2 * json.loads(payload).get("num_buffers", 0)
        self._frames.append(payload)
        if len(self._frames) < self._missing:
            return None
        header = json.loads(self._frames[0])
        message = Message(
            header["msgtype"], header.get("reqid"), self._frames[2], (self._missing - 3) // 2
        )
        self._frames = []
        if message.kind == "ERROR":
            raise ConnectionError(message.content.decode())
        return message


def open_websocket(port: int, path: str, token: str) -> Websocket:
    """Open the websocket of the page at *path*, and wait until the server says hello."""
    connection = connect(port)
    more = (
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: MDEyMzQ1Njc4OTAxMjM0NQ==\r\n"
        f"Origin: http://127.0.0.1:{port}\r\nSec-WebSocket-Protocol: bokeh, {token}\r\n"
    )
    ask(connection, f"{path}/ws", more=more)
    head, rest = read_head(connection)
    if " 101 " not in head.partition("\r\n")[0]:
        raise ConnectionError(head)
    websocket = Websocket(connection)
    early = websocket.feed(bytes(rest)) if rest else []
    if not any(message.kind == "ACK" for message in early):
        websocket.hear("ACK")
    return websocket
