"""The head of a request: where it ends, and whether it is for us.

The front door reads bytes until it can tell a websocket upgrade from everything else.
Only an upgrade that is well-formed to the letter is taken, or a plain request for a file;
whatever is odd goes, as it came, to hypercorn, whose HTTP parser is the one to complain.
So two parsers never have to agree on the meaning of one malformed request.
"""

import re
from typing import Final
from urllib.parse import unquote

import attrs

MAX_HEAD: Final = 2**16
"""Bytes. Cookies and a foreign page's token ride in headers: Tornado's bound, and ours
for hypercorn too."""

# The blank line as h11 sees it, so that both parsers see the head end at one place.
_BLANK_LINE: Final = re.compile(rb"\n\r?\n")
_REQUEST_LINE: Final = re.compile(rb"(GET|HEAD) (/[\x21-\x7e]*) HTTP/1\.1")
_NAME: Final = re.compile(rb"[-!#$%&'*+.^_`|~0-9A-Za-z]+")
_BAD_IN_VALUE: Final = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_BLANK_LINE_LENGTH: Final = 3
_NOT_PLAIN: Final = {
    b"content-length",
    b"expect",
    b"http2-settings",
    b"te",
    b"trailer",
    b"transfer-encoding",
    b"upgrade",
}
_TLS_HANDSHAKE: Final = b"\x16\x03"


def end_of_head(data: bytes | bytearray, searched: int = 0) -> int | None:
    """Return the length of the head in *data*, its blank line included, if it ends there.

    *searched* bytes were looked at before, without success.
    """
    found = _BLANK_LINE.search(data, max(0, searched - _BLANK_LINE_LENGTH + 1))
    return found.end() if found else None


def is_tls(data: bytearray) -> bool:
    """Say whether this is a browser that speaks TLS to a port that does not."""
    return data.startswith(_TLS_HANDSHAKE)


def cannot_be_http(data: bytearray) -> bool:
    """Say whether no request line begins like this: no need to wait for its end."""
    return bool(data) and not _NAME.match(data)


@attrs.frozen
class RequestHead:
    """What a request begins with. Header names are in lower case."""

    target: bytes
    headers: tuple[tuple[bytes, bytes], ...]

    def values(self, name: bytes) -> list[bytes]:
        """Return the value of each header field called *name*."""
        return [value for key, value in self.headers if key == name]

    @property
    def path(self) -> str:
        """The path, percent-decoded."""
        return unquote(self.raw_path.decode("ascii"))

    @property
    def raw_path(self) -> bytes:
        """The path as it was sent."""
        return self.target.partition(b"?")[0]

    @property
    def query(self) -> bytes:
        """What follows the question mark."""
        return self.target.partition(b"?")[2]


@attrs.frozen
class Upgrade(RequestHead):
    """A request to become a websocket."""

    @property
    def has_body(self) -> bool:
        """Whether a body follows, which no websocket handshake has."""
        lengths = self.values(b"content-length")
        return bool(self.values(b"transfer-encoding")) or any(each != b"0" for each in lengths)

    @property
    def subprotocols(self) -> list[str]:
        """What the client offers, in its order."""
        offers = b",".join(self.values(b"sec-websocket-protocol")).decode("latin-1")
        return [offer.strip() for offer in offers.split(",") if offer.strip()]


@attrs.frozen
class PlainRequest(RequestHead):
    """A request for something, with no body and no wishes for the connection.

    *is_last* says that the peer wants it closed afterwards.
    """

    method: str
    is_last: bool


def parse_upgrade(head: bytes) -> Upgrade | None:
    """Return the websocket upgrade that *head* (with its blank line) is, or None."""
    found = _parse(head)
    if found is None or found[0] != b"GET":
        return None
    upgrade = Upgrade(*found[1:])
    wanted = b"websocket" in _tokens(upgrade.values(b"upgrade")) and b"upgrade" in _tokens(
        upgrade.values(b"connection")
    )
    return upgrade if wanted else None


def parse_plain(data: bytes) -> PlainRequest | None:
    """Return the request that *data* is, or None if it is more or less than a plain one."""
    if end_of_head(data) != len(data):
        return None
    found = _parse(data)
    if found is None:
        return None
    method, target, headers = found
    names = {name for name, _ in headers}
    wishes = _tokens([value for name, value in headers if name == b"connection"])
    if names & _NOT_PLAIN or wishes - {b"keep-alive", b"close"}:
        return None
    return PlainRequest(target, headers, method.decode(), b"close" in wishes)


def _parse(head: bytes) -> tuple[bytes, bytes, tuple[tuple[bytes, bytes], ...]] | None:
    """Return method, target and headers of what is well-formed to the letter."""
    lines = head.removesuffix(b"\r\n\r\n").split(b"\r\n")
    request_line = _REQUEST_LINE.fullmatch(lines[0])
    if request_line is None or not head.endswith(b"\r\n\r\n"):
        return None
    headers = _parse_headers(lines[1:])
    if headers is None or [name for name, _ in headers].count(b"host") != 1:
        return None
    return request_line[1], request_line[2], headers


def _parse_headers(lines: list[bytes]) -> tuple[tuple[bytes, bytes], ...] | None:
    headers = []
    for line in lines:
        name, colon, value = line.partition(b":")
        if not colon or not _NAME.fullmatch(name) or _BAD_IN_VALUE.search(value):
            return None
        headers.append((name.lower(), value.strip(b" \t")))
    return tuple(headers)


def _tokens(values: list[bytes]) -> set[bytes]:
    return {token.strip().lower() for value in values for token in value.split(b",")}
