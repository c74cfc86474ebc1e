"""Where the server can be reached: the URLs people click on."""

import socket
from collections.abc import Iterable
from ipaddress import ip_address

_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - only recognized, never bound


def listening_at(sock: socket.socket) -> str:
    """Return where *sock* listens, as people write it: a URL, or ``unix:/path``."""
    if sock.family == getattr(socket, "AF_UNIX", None):
        return f"unix:{sock.getsockname()}"
    return _url(sock, reachable=False)


def base_urls(sockets: Iterable[socket.socket]) -> tuple[str, ...]:
    """Return a URL for each TCP socket that a browser on this machine can open, without a path."""
    tcp = (socket.AF_INET, socket.AF_INET6)
    urls = (_url(sock, reachable=True) for sock in sockets if sock.family in tcp)
    return tuple(dict.fromkeys(urls))


def _url(sock: socket.socket, *, reachable: bool) -> str:
    host, port = sock.getsockname()[:2]
    if reachable and host in _ANYWHERE:
        return f"http://{_ANYWHERE[host]}:{port}"
    six = ip_address(host.partition("%")[0]).version == 6  # noqa: PLR2004 - IP's own number
    return f"http://[{host}]:{port}" if six else f"http://{host}:{port}"
