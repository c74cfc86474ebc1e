"""Telling the kernel when to give up a peer that is gone without a word.

A laptop that sleeps and a cut cable send nothing, so nothing is ever received. Pings
find that out for websockets of ours; a kept-alive HTTP connection has none, and a
websocket that hypercorn carries is pinged without anybody waiting for the answer. The
kernel can do both, for all of them alike.
"""

import contextlib
import math
import socket
from typing import Final

PROBES: Final = 5
"""Questions within the time that an answer may take; each is a packet without content."""

_LARGEST: Final = 32767
"""Seconds; what Linux takes for the two intervals (``MAX_TCP_KEEPIDLE``)."""


def give_up_silent_peer(sock: socket.socket, *, ping: float, pong: float) -> None:
    """Let a peer that is gone be found out within *ping* + *pong* seconds.

    After *ping* seconds without a packet the kernel asks for a sign of life and goes on
    asking for *pong* seconds; data that is not acknowledged for as long as both together
    ends the connection as well (TCP_USER_TIMEOUT, on Linux). Either may be infinite:
    then only the operating system's own, long limits hold.
    """
    if sock.family not in {socket.AF_INET, socket.AF_INET6}:
        return
    # What a platform does not have is left out; the pings of the websockets remain.
    with contextlib.suppress(OSError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        if math.isfinite(ping + pong):
            for name, value in _timing(ping, pong).items():
                if hasattr(socket, name):
                    sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def _timing(ping: float, pong: float) -> dict[str, int]:
    return {
        "TCP_KEEPIDLE": _seconds(ping),
        "TCP_KEEPINTVL": _seconds(pong / PROBES),
        "TCP_KEEPCNT": PROBES,
        "TCP_USER_TIMEOUT": round(1000 * min(ping + pong, _LARGEST)),
    }


def _seconds(value: float) -> int:
    return min(max(1, int(value)), _LARGEST)
