"""The bytes of a whole message as a server's websocket frames (RFC 6455 section 5.2).

A message of Bokeh is three frames and two more for each buffer. A server does not
mask its frames, so they are the same bytes for every connection: joined once (`outgoing`),
and sent with a single call. That one join is also the moment at which the data of an
array is copied, so that what the application does to it later is not sent.
"""

import struct

TEXT = 0x81
"""The first byte of an unfragmented text frame: FIN and opcode 1."""

BINARY = 0x82
"""The first byte of an unfragmented binary frame: FIN and opcode 2."""

_ONE_BYTE = 125
_TWO_BYTES = 126
_EIGHT_BYTES = 127
_TWO_BYTES_END = 1 << 16

_head_2 = struct.Struct("!BBH").pack
_head_8 = struct.Struct("!BBQ").pack


_SHORT_TEXT = [bytes((TEXT, length)) for length in range(_ONE_BYTE + 1)]


def frame_head(first: int, length: int) -> bytes:
    """Return what precedes a payload of *length* bytes; *first* is `TEXT` or `BINARY`."""
    if length <= _ONE_BYTE:
        return bytes((first, length))
    if length < _TWO_BYTES_END:
        return _head_2(first, _TWO_BYTES, length)
    return _head_8(first, _EIGHT_BYTES, length)


def text_head(length: int) -> bytes:
    """Return what precedes a text of *length* bytes."""
    return _SHORT_TEXT[length] if length <= _ONE_BYTE else frame_head(TEXT, length)


def flat(data: bytes | memoryview) -> bytes | memoryview:
    """Return *data* as plain bytes, without a copy where it lies in memory in order."""
    if isinstance(data, bytes):
        return data
    # A view with nothing in it, or one that is not in C order, cannot be cast.
    if data.c_contiguous and data.nbytes:
        return data.cast("B")
    return data.tobytes()


def split_wire(wire: bytes) -> tuple[str | bytes, ...]:
    """Return the payloads of the frames in *wire*, all of a message's."""
    payloads: list[str | bytes] = []
    position = 0
    while position < len(wire):
        first, length = wire[position], wire[position + 1]
        position += 2
        if length > _ONE_BYTE:
            width = 2 if length == _TWO_BYTES else 8
            length = int.from_bytes(wire[position : position + width])
            position += width
        payload = wire[position : position + length]
        payloads.append(payload.decode() if first == TEXT else payload)
        position += length
    return tuple(payloads)
