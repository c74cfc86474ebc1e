"""How many connections may be open, and what is said to those that are too many.

A process that has used up its file descriptors cannot even read a file for those who
are connected already. So the connections stop short of that limit, and who comes then is
told so instead of being left to wait.
"""

import contextlib
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Final

import trio

from docsync_trio.base.errors import Refusal
from docsync_trio.base.events import ConnectionRefused, Observer
from docsync_trio.config.schema import ServerSettings
from docsync_trio.server.sockets.peer_socket import PeerSocket
from docsync_trio.server.visits.plain_answer import plain_answer

KEPT_FREE: Final = 64
"""File descriptors that are not for connections: the log, listening sockets, an
application's own files and databases. Of a small limit it is a half."""

REFUSED_AT_ONCE: Final = 16
"""Connections that are being told that they are too many; more of them are just closed."""

PREPARING_SECONDS: Final = 2.0
"""How long a handshake may take that is for nothing but to say so."""

LISTENING_SECONDS: Final = 0.5
"""How long the request of a connection that is refused is waited for, and its goodbye."""

TOLD_AGAIN_AFTER: Final = 60.0
"""Seconds between two lines of the log about connections that are too many."""

FULL: Final = Refusal(503, "This server is busy. Please try again soon.", retry_after=10)


class OpenSockets:
    """The connections that are open, and the limit on their number."""

    def __init__(self, settings: ServerSettings, *, observe: Observer) -> None:
        self._most = settings.max_open_sockets or as_files_allow()
        self._key = "server.max_open_sockets"
        if not settings.max_open_sockets:
            self._key += ", or the limit of open files (ulimit -n),"
        self._observe = observe
        self._open: set[PeerSocket] = set()
        self._refused: set[PeerSocket] = set()
        self._told_at = float("-inf")
        self._untold = 0

    @contextmanager
    def holding(self, socket: PeerSocket) -> Iterator[bool]:
        """Close *socket* at the end of the block; gives whether there is room for it."""
        fits = len(self._open) < self._most
        here = self._open if fits else self._refused
        here.add(socket)
        try:
            yield fits
        finally:
            here.discard(socket)
            socket.close()

    async def refuse(
        self, socket: PeerSocket, prepare: Callable[[PeerSocket], Awaitable[object]]
    ) -> None:
        """Tell the peer of *socket* that there is no room; takes a bounded time.

        *prepare* does what comes before any answer, a handshake of TLS.
        """
        self._tell(socket)
        if len(self._refused) <= REFUSED_AT_ONCE:
            with trio.move_on_after(PREPARING_SECONDS):
                await prepare(socket)
            await say_full(socket)

    def close_all(self) -> None:
        """Close every connection at once; whoever waits for its peer stops waiting."""
        for socket in self._open | self._refused:
            socket.close()

    def _tell(self, socket: PeerSocket) -> None:
        now = trio.current_time()
        if now < self._told_at + TOLD_AGAIN_AFTER:
            self._untold += 1
            return
        more = f" (and {self._untold} more before)" if self._untold else ""
        self._told_at, self._untold = now, 0
        reason = f"{self._most} connections are open{more}"
        hint = f"{self._key} allows no more"
        self._observe(ConnectionRefused("", socket.peer, FULL.status, reason, hint))


async def say_full(socket: PeerSocket, *, patience: float = LISTENING_SECONDS) -> None:
    """Answer the request that comes on *socket*, whatever it is, with `FULL`; then close.

    *patience* (seconds) is for the request, and again for the goodbye.
    """
    if not socket.can_answer:
        socket.close()
        return
    # Heard before answered: a socket that is closed with unread bytes takes its own answer back.
    with contextlib.suppress(OSError, trio.ClosedResourceError):
        with trio.move_on_after(patience):
            await socket.receive()
        socket.send_now(plain_answer(FULL))
    await socket.close_after_answer(patience)


def as_files_allow() -> int:
    """Return how many connections the process's limit of open files leaves room for."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return sys.maxsize
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if files == resource.RLIM_INFINITY:
        return sys.maxsize
    return max(1, files - min(KEPT_FREE, files // 2))
