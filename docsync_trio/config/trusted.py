"""Whose word is believed about visitors: the addresses of proxies, or our unix sockets."""

import ipaddress
from typing import Any, Final, Literal

import attrs

from docsync_trio.config.kind import Kind, KindError, Surroundings, shown

UNIX: Final = "unix"
"""Stands for whoever connects to a unix socket of ours."""

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
TrustedPeer = Network | Literal["unix"]


@attrs.frozen
class TrustedProxy(Kind):
    """An address, a network, or "unix"."""

    words = 'an address such as "10.0.0.7", a network such as "10.0.0.0/8", or "unix"'

    def read(self, value: object, _around: Surroundings, /) -> TrustedPeer:
        """Return the network; an address is a network of one."""
        if not isinstance(value, str):
            raise self.refuse(value)
        if value == UNIX:
            return UNIX
        try:
            return ipaddress.ip_network(value)
        except ValueError:
            raise self._wrong(value) from None

    def _wrong(self, value: str) -> KindError:
        if value == "*":
            text = '"*" would let every visitor write their own address; name the proxies'
            return KindError(text)
        try:
            wider = ipaddress.ip_network(value, strict=False)
        except ValueError:
            names = "names are not looked up" if value[:1].isalpha() else ""
            return self.refuse(value, names)
        text = f"{shown(value)} is an address inside of {wider}"
        return KindError(f"{text}; write {shown(str(wider))}")

    def json_schema(self) -> dict[str, Any]:
        """Return the schema of a string."""
        return {"type": "string", "minLength": 2}

    def plain(self, value: TrustedPeer) -> str:
        """Return the address, or the network."""
        if isinstance(value, str):
            return value
        alone = value.prefixlen == value.max_prefixlen
        return str(value.network_address if alone else value)
