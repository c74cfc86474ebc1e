"""Who is at the other end of a connection, as logs name it, told by either transport."""

import socket
from collections.abc import Mapping
from typing import Any, Final

UNIX: Final = "unix"
"""The name of a peer that comes through a unix socket, and has no address."""

_MAPPED: Final = "::ffff:"

GONE: Final = ("gone", 0)
"""Stands for the address of a peer that hung up before anybody asked."""


def peer_of_scope(scope: Mapping[str, Any]) -> str:
    """Return ``host:port``, or `UNIX`, for the peer of an ASGI scope."""
    client = scope.get("client")
    return name_of(client and (client[0], client[1]))


def address_of_peer(sock: socket.socket) -> tuple[str, int] | None:
    """Return host and port of the peer of *sock*; None if it has none, or `GONE`.

    IPv4 looks like IPv4 also on a socket for both families, as systemd opens them.
    """
    if sock.family not in {socket.AF_INET, socket.AF_INET6}:
        return None
    try:
        host, port = sock.getpeername()[:2]
    except OSError:
        return GONE
    return str(host).removeprefix(_MAPPED) if "." in host else str(host), int(port)


def name_of(address: tuple[str, int] | None) -> str:
    """Return ``host:port``; of a visitor behind a proxy the port is often not known (0)."""
    if address is None:
        return UNIX
    host, port = address
    if not port:
        return host
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
