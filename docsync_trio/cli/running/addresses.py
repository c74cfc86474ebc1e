"""Where the server can be reached: the URLs people click on."""

import socket
from collections.abc import Iterable
from ipaddress import ip_address

_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - only recognized, never bound


_TCP = (socket.AF_INET, socket.AF_INET6)


def listening_at(sock: socket.socket, scheme: str = "http") -> str:
    """Return where *sock* listens, as people write it: a URL with *scheme*, or ``unix:/path``.

    A socket without a file has ``@`` in front of its name; others may have been passed to us.
    """
    if sock.family in _TCP:
        return _url(sock, scheme, reachable=False)
    name = sock.getsockname()
    if sock.family != getattr(socket, "AF_UNIX", None):
        return f"{socket.AddressFamily(sock.family).name}:{name}"
    return f"unix:@{name[1:].decode(errors='replace')}" if name[:1] == b"\0" else f"unix:{name}"


def base_urls(sockets: Iterable[socket.socket], scheme: str = "http") -> tuple[str, ...]:
    """Return a URL for each TCP socket that a browser on this machine can open, without a path."""
    urls = (_url(sock, scheme, reachable=True) for sock in sockets if sock.family in _TCP)
    return tuple(dict.fromkeys(urls))


def _url(sock: socket.socket, scheme: str, *, reachable: bool) -> str:
    host, port = sock.getsockname()[:2]
    if reachable and host in _ANYWHERE:
        return f"{scheme}://{_ANYWHERE[host]}:{port}"
    six = ip_address(host.partition("%")[0]).version == 6  # noqa: PLR2004 - IP's own number
    return f"{scheme}://[{host}]:{port}" if six else f"{scheme}://{host}:{port}"
