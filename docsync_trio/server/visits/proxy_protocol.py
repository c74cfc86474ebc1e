"""The header of the PROXY protocol, versions 1 and 2, as HAProxy's specification has it.

A proxy that does not speak HTTP (a balancer of TCP connections, or one that passes TLS
through) says by it whose connection this is, before anything else is sent. A parser of bytes
that either knows or needs more: whether the sender may say so is not decided here.
"""

import ipaddress
import re
import struct
from typing import Final

import attrs

Address = tuple[str, int]

LONGEST: Final = 4096
"""Bytes of a header. The addresses take 52; the rest is what proxies add about TLS."""

SIGNATURE: Final = b"\r\n\r\n\x00\r\nQUIT\n"
_FIXED: Final = 16
_LONGEST_LINE: Final = 107
_LINE: Final = re.compile(
    rb"PROXY (?:UNKNOWN(?: [^\r\n]*)?|TCP([46]) ([0-9A-Fa-f:.]+) ([0-9A-Fa-f:.]+) "
    rb"([0-9]{1,5}) ([0-9]{1,5}))\r\n"
)
_VERSION: Final = 2
_LOCAL: Final = 0
_PROXY: Final = 1
_UNKNOWN_FAMILY: Final = 0
_UNIX_STREAM: Final = 0x31
_TCP: Final = {0x11: 4, 0x21: 16}
_LAST_PORT: Final = 65535


class NoProxyHeader(ValueError):  # noqa: N818 - it says what is the case
    """What was sent is no header of the PROXY protocol."""


@attrs.frozen
class Introduction:
    """What the header says, and its *length* in bytes.

    *source* is the visitor's address, *destination* the one that they connected to; both
    are None where the proxy speaks for itself (a health check), or does not know.
    """

    length: int
    source: Address | None = None
    destination: Address | None = None


def read_introduction(data: bytes) -> Introduction | None:
    """Return the header at the beginning of *data*, or None as long as it is not whole.

    Raises `NoProxyHeader` as soon as *data* cannot become one.
    """
    if data[: len(SIGNATURE)] == SIGNATURE[: len(data)]:
        return _read_binary(data)
    if data[:6] == b"PROXY "[: len(data)]:
        return _read_line(data)
    raise NoProxyHeader("it does not begin with a header of the PROXY protocol")


def _read_line(data: bytes) -> Introduction | None:
    end = data.find(b"\n", 0, _LONGEST_LINE)
    if end < 0:
        if len(data) >= _LONGEST_LINE:
            raise NoProxyHeader(f"its line has more than {_LONGEST_LINE} bytes")
        return None
    line = _LINE.fullmatch(data[: end + 1])
    if line is None:
        raise NoProxyHeader("its line is malformed")
    if line[1] is None:
        return Introduction(end + 1)
    version = int(line[1])
    return Introduction(
        end + 1, _address(version, line[2], line[4]), _address(version, line[3], line[5])
    )


def _address(version: int, host: bytes, port: bytes) -> Address:
    try:
        address = ipaddress.ip_address(host.decode("ascii"))
    except ValueError:
        raise NoProxyHeader("its address is malformed") from None
    if address.version != version or int(port) > _LAST_PORT:
        raise NoProxyHeader("its address is malformed")
    return str(address), int(port)


def _read_binary(data: bytes) -> Introduction | None:
    if len(data) < _FIXED:
        return None
    version, command = data[12] >> 4, data[12] & 15
    family = data[13]
    (size,) = struct.unpack("!H", data[14:_FIXED])
    if version != _VERSION or command not in {_LOCAL, _PROXY}:
        raise NoProxyHeader(f"there is no command {data[12]:#x}")
    if _FIXED + size > LONGEST:
        raise NoProxyHeader(f"it has more than {LONGEST} bytes")
    if len(data) < _FIXED + size:
        return None
    if command == _LOCAL or family in {_UNKNOWN_FAMILY, _UNIX_STREAM}:
        return Introduction(_FIXED + size)
    if family not in _TCP:
        raise NoProxyHeader(f"it is of no TCP connection (family {family:#x})")
    return _read_addresses(data[_FIXED : _FIXED + size], _TCP[family])


def _read_addresses(block: bytes, width: int) -> Introduction:
    """Read the two addresses of *width* bytes; what proxies add behind them is skipped."""
    if len(block) < 2 * width + 4:
        raise NoProxyHeader("its addresses are cut short")
    source_port, port = struct.unpack("!HH", block[2 * width : 2 * width + 4])
    source, destination = block[:width], block[width : 2 * width]
    return Introduction(
        _FIXED + len(block),
        (str(ipaddress.ip_address(source)), source_port),
        (str(ipaddress.ip_address(destination)), port),
    )
