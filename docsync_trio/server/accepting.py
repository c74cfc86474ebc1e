"""The loop that accepts connections, and goes on when there are no file descriptors left.

A full table of file descriptors is an ordinary day of a busy server. The connection
that cannot be accepted stays in the kernel's queue and its socket stays readable, so
a loop that merely tries again burns a core and fills a disk with log lines.
"""

import errno
import socket
from collections.abc import Awaitable, Callable, Iterator
from typing import Final

import trio

from docsync_trio.base.events import AcceptFailed, Observer
from docsync_trio.server.peer_socket import PeerSocket

BATCH: Final = 16
"""Connections accepted before the loop's other tasks get their turn."""

SHORTEST_PAUSE: Final = 0.05
LONGEST_PAUSE: Final = 1.0

TOLD_AGAIN_AFTER: Final = 60.0
"""Seconds between two reports of a shortage that lasts."""

# The connection died in the queue, or the network had trouble with this one (accept(2)).
_ITS_OWN_FAULT: Final = {
    getattr(errno, name)
    for name in (
        "ECONNABORTED",
        "EHOSTDOWN",
        "EHOSTUNREACH",
        "ENETDOWN",
        "ENETUNREACH",
        "ENONET",
        "ENOPROTOOPT",
        "EOPNOTSUPP",
        "EPERM",
        "EPROTO",
        "ETIMEDOUT",
    )
    if hasattr(errno, name)
}


async def accept_connections(
    listener: socket.socket,
    serve: Callable[[PeerSocket], Awaitable[None]],
    connections: trio.Nursery,
    *,
    observe: Observer,
) -> None:
    """Start ``serve(socket)`` in *connections* for each one that comes, for ever."""
    pause = SHORTEST_PAUSE
    told_at = float("-inf")
    while True:
        await trio.lowlevel.wait_readable(listener)
        try:
            for connection in _accept_some(listener):
                connections.start_soon(serve, PeerSocket(connection))
                pause = SHORTEST_PAUSE
        except OSError as error:
            now = trio.current_time()
            if now >= told_at + TOLD_AGAIN_AFTER:
                told_at = now
                observe(AcceptFailed(error))
            await trio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)


def _accept_some(listener: socket.socket) -> Iterator[socket.socket]:
    for _ in range(BATCH):
        try:
            yield listener.accept()[0]
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            if error.errno not in _ITS_OWN_FAULT:
                raise
