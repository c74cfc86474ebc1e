"""What sessions cost from their page to their end, and who notices the end."""

import time

from benchmarks.http import get
from benchmarks.measures import CPU, Figure, Readings, Row
from benchmarks.servers import Server
from benchmarks.sites import SITES
from benchmarks.visitors import Visitor, page_token, say, visitor
from benchmarks.websocket import open_websocket

PAUSE = 0.01
"""Seconds between the bystander's questions."""


def cycle(server: Server, times: int) -> Readings:
    """Make *times* sessions, and wait until they have all expired."""
    server.settle()
    with server.meter() as spent:
        for _ in range(times):
            get(server.port, "/small")
        server.settle(at_least=1.5)
    return {"cpu": [spent.per(times)]}


def ending(server: Server, times: int) -> Readings:
    """Let *times* visitors leave at the same moment; their sessions expire together.

    A bystander asks for the server's versions all the while. Read is its longest wait.
    """
    opened = []
    for _ in range(times):
        token = page_token(get(server.port, "/small").body)
        opened.append(open_websocket(server.port, "/small", token))
    with visitor(server.port, "/small") as bystander, server.meter() as spent:
        for websocket in opened:
            websocket.close()
        worst = _watch(bystander)
    return {"worst": [worst * 1000], "cpu": [spent.per(times)]}


def _watch(bystander: Visitor) -> float:
    """Return the longest round trip until the lifetime and some more have passed.

    It ends when nothing has been noticed for a while after that.
    """
    begun, worst = time.perf_counter(), 0.0
    patience = 3 * SITES["ending"].lifetime / 1000
    while time.perf_counter() - begun < patience:
        asked = time.perf_counter()
        bystander.websocket.send(say("SERVER-INFO-REQ")[1])
        bystander.websocket.hear("SERVER-INFO-REPLY")
        waited = time.perf_counter() - asked
        worst = max(worst, waited)
        if waited > patience / 2:  # it stood still; what follows is still to be seen
            begun += waited
        time.sleep(PAUSE)
    return worst


ROWS = (
    Row(
        "cycle",
        "a session from its page to its expiry",
        (CPU,),
        cycle,
        site="brief",
        times=20,
        turns=3,
        quick=(15, 1),
    ),
    Row(
        "ending",
        "250 sessions that end at once",
        (Figure("a bystander's longest wait", "worst", "ms", "max"), CPU),
        ending,
        site="ending",
        times=250,
        turns=1,
        quick=(60, 1),
    ),
)
