"""What is the same for every socket that the server listens on, whoever opened it."""

import socket
from typing import Final

from docsync_trio.base.errors import ServerError
from docsync_trio.config.bind import Bind

BACKLOG: Final = 1024
"""Connections that wait to be accepted; the kernel lowers it to its own bound. A
restarted server meets all its browsers at once."""

IN_USE: Final = 3
"""The exit status for an address that cannot be had."""


def listen_on(sock: socket.socket) -> socket.socket:
    """Return *sock*, which listens now and makes nobody wait. Raises OSError."""
    sock.listen(BACKLOG)
    sock.settimeout(0)
    return sock


def cannot_listen(bind: Bind, why: str) -> ServerError:
    """Return the error that says in one line that *bind* cannot be had, and *why*."""
    return ServerError(f"cannot listen at {bind}: {why}", status=IN_USE)
