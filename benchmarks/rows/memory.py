"""What those who do nothing cost: the memory of idle sessions and of idle connections."""

from benchmarks.http import get
from benchmarks.measures import Figure, Readings, Row
from benchmarks.servers import Server
from benchmarks.visitors import page_token
from benchmarks.websocket import open_websocket

WARMING = 20


def sessions(server: Server, times: int) -> Readings:
    """Make *times* sessions that nobody visits."""
    for _ in range(WARMING):
        get(server.port, "/small")
    server.settle()
    before = server.resident
    for _ in range(times):
        get(server.port, "/small")
    server.settle()
    return {"each": [(server.resident - before) / times / 1000]}


def connections(server: Server, times: int) -> Readings:
    """Open *times* websockets of one session, which stay silent."""
    token = page_token(get(server.port, "/small").body)
    opened = [open_websocket(server.port, "/small", token) for _ in range(WARMING)]
    server.settle()
    before = server.resident
    opened += [open_websocket(server.port, "/small", token) for _ in range(times)]
    server.settle()
    grown = server.resident - before
    for websocket in opened:
        websocket.close()
    return {"each": [grown / times / 1000]}


_EACH = (Figure("memory each", "each", "kB"),)

ROWS = tuple(
    Row(
        f"memory-{name}-{number}",
        f"an idle {name}, of {number:,}",
        _EACH,
        measure,
        site="one",
        times=number,
        turns=turns,
        quick=(min(number, 300), 1),
        fresh=True,
    )
    for name, measure in (("session", sessions), ("connection", connections))
    for number, turns in ((100, 2), (1000, 1))
)
