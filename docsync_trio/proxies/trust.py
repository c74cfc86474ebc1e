"""Whether the server believes the proxy in front of it."""

import ipaddress

from docsync_trio.config.bind import TcpBind, UnixBind
from docsync_trio.config.schema import ServerSettings
from docsync_trio.config.trusted import UNIX


def advice_on_trust(server: ServerSettings, upstream: TcpBind | UnixBind) -> str:
    """Return what is missing in ``server.trusted_proxies``, "" where nothing seems to be.

    *upstream* is where the proxy finds us. A proxy on this machine comes by the loopback
    address it connects to; of others there is no telling.
    """
    if isinstance(upstream, UnixBind):
        return "" if UNIX in server.trusted_proxies else _missing(UNIX)
    address = _loopback(upstream.host)
    if address is None:
        return "" if server.trusted_proxies else _missing("the proxy's address")
    networks = [one for one in server.trusted_proxies if not isinstance(one, str)]
    return "" if any(address in network for network in networks) else _missing(str(address))


def _missing(name: str) -> str:
    return (
        f"trusted_proxies in [server] does not name {name}: every visitor seems to be the proxy, "
        "and https to be http"
    )


def _loopback(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address("127.0.0.1" if host == "localhost" else host)
    except ValueError:
        return None
    return address if address.is_loopback else None
