"""What proxies in front of us say of a visitor, and how much of it is believed.

Anybody can write these headers. So they are read only where the connection comes from a
proxy that the operator has named (``server.trusted_proxies``), and of what has come through
several proxies only the part that those have written: the visitor is the right-most address
that is none of theirs. What is malformed counts as not said. Where ``Forwarded`` (RFC 7239)
and the older ``X-Forwarded-...`` differ, one of them was written by the visitor, and there is
no telling which: then neither is believed, and what the connection itself says holds.
"""

import ipaddress
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final, Self, TypeVar

import attrs

from docsync_trio.config.trusted import UNIX, Network, TrustedPeer

Address = tuple[str, int]
"""A host and a port, 0 where the port is not known."""

Fields = Sequence[tuple[bytes, bytes]]
"""Header fields, names in lower case."""

NAMES: Final = frozenset(
    {
        b"forwarded",
        b"x-forwarded-for",
        b"x-forwarded-proto",
        b"x-forwarded-host",
        b"x-forwarded-port",
        b"x-forwarded-prefix",
    }
)

_SCHEMES: Final = {"http": "http", "https": "https", "ws": "http", "wss": "https"}
_HOST: Final = re.compile(r"(?:[\w.-]{1,255}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?", re.ASCII)
_PREFIX: Final = re.compile(r"(?:/[\w~!$&'()*+,;=:@.-]+)+", re.ASCII)
_PORT: Final = re.compile(r"[0-9]{1,5}", re.ASCII)
_LAST_PORT: Final = 65535

_TOKEN: Final = r"[-!#$%&'*+.^_`|~0-9A-Za-z]+"  # noqa: S105 - a grammar
_PAIR: Final = re.compile(rf'({_TOKEN})=(?:({_TOKEN})|"((?:[^"\\]|\\.)*)")')
_BETWEEN: Final = re.compile(r"[ \t]*([,;])[ \t,;]*|[ \t]*$")

T = TypeVar("T")


@attrs.frozen
class TrustedProxies:
    """The proxies that are believed: *networks*, and with *unix* whoever uses a unix socket."""

    networks: tuple[Network, ...] = ()
    unix: bool = False

    @classmethod
    def of(cls, peers: Iterable[TrustedPeer]) -> Self:
        """Read the key ``server.trusted_proxies``."""
        named = tuple(peers)
        return cls(tuple(one for one in named if not isinstance(one, str)), UNIX in named)

    def __bool__(self) -> bool:
        return self.unix or bool(self.networks)

    def trusts(self, host: str | None) -> bool:
        """Say whether the peer at the address *host* is one; None stands for a unix socket."""
        if host is None:
            return self.unix
        address = _ip(host)
        return address is not None and any(address in network for network in self.networks)


@attrs.frozen
class Visitor:
    """What is believed. None, or "", stands for "not said": the connection's own holds.

    *scheme* is "http" or "https", *host* what the browser calls us, with a port where it is
    not the scheme's usual one; *prefix* is what a proxy took off the path.
    """

    client: Address | None
    scheme: str | None = None
    host: str | None = None
    port: int | None = None
    prefix: str = ""


def visitor_behind(client: Address | None, fields: Fields, trusted: TrustedProxies) -> Visitor:
    """Return who is behind the connection of *client* (None: a unix socket) that sent *fields*."""
    if not trusted.trusts(None if client is None else client[0]):
        return Visitor(client)
    older, newer = _x_forwarded(fields), _forwarded(fields)
    told = [one for one in (older, newer) if one is not None]
    return Visitor(
        client=_client([one.client(client, trusted) for one in told if one.hops], client),
        scheme=_agreed([one.scheme(trusted) for one in told if one.schemes], None),
        host=_agreed([one.host(trusted) for one in told if one.hosts], None),
        port=None if older is None else older.port(trusted),
        prefix="" if older is None else older.prefix(trusted),
    )


def _client(said: list[Address | None], peer: Address | None) -> Address | None:
    # Only one of the headers may name a port.
    agree = len({address and address[0] for address in said}) == 1
    return max(said, key=lambda address: address[1] if address else 0) if agree else peer


def _agreed(said: list[T], otherwise: T) -> T:
    return said[0] if said and all(one == said[0] for one in said) else otherwise


@attrs.frozen
class _Told:
    """What one family of headers says, each in the order of the proxies; "" is "not said"."""

    hops: tuple[str, ...] = ()
    schemes: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    ports: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()

    def client(self, peer: Address | None, trusted: TrustedProxies) -> Address | None:
        """The right-most address that is no proxy's, or the last before one that is no address."""
        client = peer
        for hop in reversed(self.hops):
            address = _address(hop)
            if address is None:
                return client
            client = address
            if not trusted.trusts(address[0]):
                return client
        return client

    def scheme(self, trusted: TrustedProxies) -> str | None:
        return self._from(self.schemes, trusted, lambda text: _SCHEMES.get(text.lower()))

    def host(self, trusted: TrustedProxies) -> str | None:
        return self._from(self.hosts, trusted, read_host)

    def port(self, trusted: TrustedProxies) -> int | None:
        return self._from(self.ports, trusted, _read_port)

    def prefix(self, trusted: TrustedProxies) -> str:
        return self._from(self.prefixes, trusted, _read_prefix) or ""

    def _from(
        self, said: tuple[str, ...], trusted: TrustedProxies, read: Callable[[str], T | None]
    ) -> T | None:
        """What the first trusted proxy has said. Some proxies add to a list, others replace it."""
        if not said:
            return None
        return read(said[-min(self._proxies(trusted), len(said))])

    def _proxies(self, trusted: TrustedProxies) -> int:
        """How many trusted proxies in a row there are, the one that we talk to included."""
        count = 1
        for hop in reversed(self.hops):
            address = _address(hop)
            if address is None or not trusted.trusts(address[0]):
                break
            count += 1
        return count


def _x_forwarded(fields: Fields) -> _Told | None:
    told = [_items(fields, b"x-forwarded-" + name) for name in _OLDER]
    return _Told(*told) if any(told) else None


_OLDER: Final = (b"for", b"proto", b"host", b"port", b"prefix")


def _items(fields: Fields, name: bytes) -> tuple[str, ...]:
    values = [value.decode("latin-1") for key, value in fields if key == name]
    return tuple(item.strip() for value in values for item in value.split(",")) if values else ()


def _forwarded(fields: Fields) -> _Told | None:
    text = ", ".join(value.decode("latin-1") for key, value in fields if key == b"forwarded")
    elements = read_elements(text) if text else None
    if not elements:
        return None

    def each(name: str) -> tuple[str, ...]:
        values = tuple(element.get(name, "") for element in elements)
        return values if any(values) else ()

    return _Told(each("for"), each("proto"), each("host"))


def read_elements(text: str) -> list[dict[str, str]] | None:
    """Return the elements of a ``Forwarded`` header, names in lower case; None: malformed."""
    elements: list[dict[str, str]] = [{}]
    at = len(text) - len(text.lstrip(" \t,"))
    while at < len(text):
        pair = _PAIR.match(text, at)
        between = _BETWEEN.match(text, pair.end()) if pair else None
        if pair is None or between is None or pair[1].lower() in elements[-1]:
            return None
        quoted = pair[3]
        value = pair[2] if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
        elements[-1][pair[1].lower()] = value
        at = between.end()
        if between[0].strip(" \t;"):
            elements.append({})
    return elements if elements[-1] else elements[:-1]


def _address(hop: str) -> Address | None:
    """Return the address that *hop* is: with or without port, IPv6 with or without brackets."""
    host, port = hop, ""
    if hop.startswith("["):
        host, _, port = hop[1:].partition("]")
        port = port.removeprefix(":")
    elif hop.count(":") == 1:
        host, _, port = hop.partition(":")
    address = _ip(host)
    return None if address is None else (str(address), _read_port(port) or 0)


def _ip(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    # As a socket for both families names an IPv4 peer.
    return getattr(address, "ipv4_mapped", None) or address


def read_host(text: str) -> str | None:
    """Return the host, with its port if there is one, that *text* is; None if it is none."""
    return text if _HOST.fullmatch(text) else None


def _read_port(text: str) -> int | None:
    port = int(text) if _PORT.fullmatch(text) else 0
    return port if 0 < port <= _LAST_PORT else None


def _read_prefix(text: str) -> str | None:
    text = text.removesuffix("/")
    steps_aside = {".", ".."} & set(text.split("/"))
    return text if _PREFIX.fullmatch(text) and not steps_aside else None
