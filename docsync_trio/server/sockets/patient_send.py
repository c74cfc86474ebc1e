"""Sending to a peer for as long as it reads, and not for ever."""

from typing import Final

import trio

from docsync_trio.server.sockets.peer_socket import PeerSocket

SEND_SECONDS: Final = 30.0
"""How long a write waits for a peer that takes nothing; nginx's default is 60."""

SLOWEST: Final = 10_000
"""Bytes per second that a peer has to take beyond that: what is written are pieces of some
KB or many MB, and a byte now and then is no progress."""


async def send_patiently(socket: PeerSocket, data: bytes) -> None:
    """Send *data*, or give the peer up and close.

    Raises what Trio's streams raise.
    """
    rest = data[_sent_at_once(socket, data) :]
    if not rest:
        return
    sent = False
    with trio.move_on_after(SEND_SECONDS + len(rest) / SLOWEST):
        sent = await socket.send_while_read(rest, patience=SEND_SECONDS)
    if not sent:
        socket.close()
        raise trio.BrokenResourceError("the peer did not read, or too slowly")


def _sent_at_once(socket: PeerSocket, data: bytes) -> int:
    # Nearly always all of it, and then no time needs to be measured. hypercorn also
    # writes nothing, behind every answer.
    try:
        return socket.send_now(data) if data else 0
    except OSError as error:
        raise trio.BrokenResourceError from error
