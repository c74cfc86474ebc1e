"""Who is at the other end of a connection, as logs name it, told by either transport."""

import socket
from collections.abc import Mapping
from typing import Any, Final

UNIX: Final = "unix"
"""The name of a peer that comes through a unix socket, and has no address."""


def peer_of_scope(scope: Mapping[str, Any]) -> str:
    """Return ``host:port``, or `UNIX`, for the peer of an ASGI scope."""
    client = scope.get("client")
    return UNIX if client is None else _with_port(client[0], client[1])


def peer_of_socket(sock: socket.socket) -> str:
    """Return ``host:port``, or `UNIX`, for the peer of *sock*; "gone" if it is."""
    if sock.family == socket.AF_UNIX:
        return UNIX
    try:
        host, port = sock.getpeername()[:2]
    except OSError:
        return "gone"
    return _with_port(host, port)


def _with_port(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
