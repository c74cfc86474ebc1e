"""What a periodic callback that streams costs."""

from benchmarks.measures import BYTES, CPU, Readings, Row
from benchmarks.servers import Server
from benchmarks.visitors import is_effect, visitor
from benchmarks.websocket import Websocket


def stream(server: Server, times: int) -> Readings:
    """Listen to *times* ticks of 1,000 rows of two columns, 50 a second."""
    with visitor(server.port, "/streaming") as one:
        one.move(1)
        _hear(one.websocket, 5)
        before = one.websocket.received
        with server.meter() as spent:
            ticks = _hear(one.websocket, times)
        size = (one.websocket.received - before) / ticks
        one.move(0)
        one.websocket.hear("OK")
    return {"cpu": [spent.per(ticks)], "bytes": [size]}


def _hear(websocket: Websocket, ticks: int) -> int:
    """Listen to at least so many *ticks*; returns how many there were, for some come together."""
    heard = 0
    while heard < ticks:
        heard += sum(is_effect(message) for message in websocket.read())
    return heard


ROWS = (
    Row(
        "stream",
        "a tick that streams 1,000 rows of two columns",
        (CPU, BYTES),
        stream,
        times=60,
        turns=3,
        quick=(40, 2),
    ),
)
