"""What a small text from a peer may become before Bokeh decodes it.

Bokeh's decoder inflates the compressed bytes in a message whatever comes of them (a
message of 250 KB may take 2 GB), and makes arrays of whatever type the message names (one
letter of a type of 100 million letters). So both are looked at first.
"""

import base64
import binascii
import zlib
from typing import Any

from bokeh.core.serialization import Buffer

from docsync_trio.base.errors import ProtocolError
from docsync_trio.protocol.close_codes import CloseCode

_TYPES = (
    *("object", "bool", "float16", "float32", "float64"),
    *("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
)
"""Of arrays; Bokeh's two ends use these, and some of them only with old versions."""

_STEP = 2**18
"""Bytes that are inflated at once."""

_GZIP = 31
"""The `wbits` of zlib for data with gzip's header."""


def unpack(content: dict[str, Any], most: int) -> None:
    """Inflate the compressed bytes anywhere in *content*, in their place.

    Raises `ProtocolError`: 1009 when all together are more than *most* bytes, 4002 for
    what cannot be inflated and for arrays of a type that Bokeh does not use.
    """
    left = most
    level: list[Any] = [content]
    while level:
        children: list[Any] = []
        for container in level:
            if type(container) is dict:
                left -= _unpack_value(container, left, most)
                children += container.values()
            else:
                children += container
        level = [child for child in children if type(child) is dict or type(child) is list]


def _unpack_value(value: dict[str, Any], left: int, most: int) -> int:
    """Return how many bytes *value* unpacked to."""
    kind = value.get("type")
    if kind == "ndarray" and value.get("dtype") not in _TYPES:
        raise _bad(f"an array of type {str(value.get('dtype'))[:50]!r}")
    if kind != "bytes" or not isinstance(value.get("data"), str):
        return 0
    try:
        data = _inflate(base64.b64decode(value["data"]), left)
    except (binascii.Error, zlib.error, ValueError) as error:
        raise _bad("compressed bytes that cannot be read") from error
    if len(data) > left:
        raise ProtocolError(
            "compressed bytes unpack to too much",
            close_code=CloseCode.TOO_BIG,
            hint=f"server.max_message_size allows {most} bytes, compressed or not",
        )
    value["data"] = Buffer("", data)  # type: ignore[arg-type]
    return len(data)


def _inflate(data: bytes, most: int) -> bytes:
    """The content of the gzip file *data*; of one with more than *most* bytes, a little more."""
    inflated = bytearray()
    while data and len(inflated) <= most:
        member = zlib.decompressobj(_GZIP)
        while not member.eof and len(inflated) <= most:
            step = member.decompress(data, _STEP)
            if not data and not step:
                raise zlib.error("cut off")
            inflated += step
            data = member.unconsumed_tail
        data = member.unused_data.lstrip(b"\0")
    return bytes(inflated)


def _bad(what: str) -> ProtocolError:
    return ProtocolError(f"the message has {what}", close_code=CloseCode.BAD_DOCUMENT_DATA)
