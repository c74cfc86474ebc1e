"""The loop that accepts connections, and goes on when there are no file descriptors left.

A full table of file descriptors is an ordinary day of a busy server. The connection
that cannot be accepted stays in the kernel's queue and its socket stays readable, so
a loop that merely tries again burns a core and fills a disk with log lines. One
descriptor is kept in reserve, so that whoever waits there can be told so.
"""

import contextlib
import errno
import os
import socket
from collections.abc import Awaitable, Callable, Iterator
from typing import Final, Self

import trio

from docsync_trio.base.events import AcceptFailed, Observer
from docsync_trio.server.connections.open_sockets import say_full
from docsync_trio.server.sockets.listening import BACKLOG
from docsync_trio.server.sockets.peer_socket import PeerSocket

BATCH: Final = 16
"""Connections accepted before the loop's other tasks get their turn."""

SHORTEST_PAUSE: Final = 0.05
LONGEST_PAUSE: Final = 1.0

TOLD_AGAIN_AFTER: Final = 60.0
"""Seconds between two reports of a shortage that lasts."""

TURNING_AWAY: Final = 1.0
"""Seconds for which those who wait are turned away, one by one, before the next look."""

LATE_PATIENCE: Final = 0.1
"""Seconds for the request of one who is turned away: others wait behind."""

_NO_DESCRIPTORS: Final = {errno.EMFILE, errno.ENFILE}

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
    socket_of: Callable[[socket.socket], PeerSocket] = PeerSocket,
) -> None:
    """Start ``serve(socket)`` in *connections* for each one that comes, for ever.

    Being cancelled, it takes those who wait before it goes.

    *socket_of* makes the socket that is served of the one that was accepted.
    """
    pause = SHORTEST_PAUSE
    told_at = float("-inf")
    with Reserve() as reserve:
        while True:
            try:
                await trio.lowlevel.wait_readable(listener)
            except trio.Cancelled:
                # The kernel hangs up on whoever waits at a socket that nobody has any more.
                with contextlib.suppress(OSError):
                    for connection in _accept_some(listener, BACKLOG):
                        connections.start_soon(serve, socket_of(connection))
                raise
            try:
                for connection in _accept_some(listener, BATCH):
                    connections.start_soon(serve, socket_of(connection))
                    pause = SHORTEST_PAUSE
            except OSError as error:
                now = trio.current_time()
                if now >= told_at + TOLD_AGAIN_AFTER:
                    told_at = now
                    observe(AcceptFailed(error))
                if error.errno in _NO_DESCRIPTORS:
                    await reserve.turn_away(listener, socket_of)
                await trio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)


class Reserve:
    """A file descriptor that is given up for as long as it takes to turn somebody away."""

    def __init__(self) -> None:
        self._number: int | None = None

    def __enter__(self) -> Self:
        self._take()
        return self

    def __exit__(self, *_: object) -> None:
        self._give()

    async def turn_away(
        self, listener: socket.socket, socket_of: Callable[[socket.socket], PeerSocket]
    ) -> None:
        """Answer those who wait at *listener* that the server is full, for a while."""
        with trio.move_on_after(TURNING_AWAY):
            while True:
                self._give()
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                finally:
                    # Where it was lent to a connection, there is none left to take back.
                    self._take()
                with contextlib.closing(socket_of(connection)) as late:
                    await say_full(late, patience=LATE_PATIENCE)
                self._take()

    def _take(self) -> None:
        if self._number is None:
            with contextlib.suppress(OSError):
                self._number = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)

    def _give(self) -> None:
        if self._number is not None:
            os.close(self._number)
            self._number = None


def _accept_some(listener: socket.socket, most: int) -> Iterator[socket.socket]:
    for _ in range(most):
        try:
            yield listener.accept()[0]
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            if error.errno not in _ITS_OWN_FAULT:
                raise
