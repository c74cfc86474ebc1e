"""What it costs to tell the other tabs of a session."""

import time
from collections.abc import Callable

from benchmarks.measures import BYTES, CPU, MEDIAN, P99, Readings, Row
from benchmarks.servers import Server
from benchmarks.visitors import Visitor, Wait, is_effect, listen, visitors

WARMING = 3


def fan_out(tabs: int) -> Callable[[Server, int], Readings]:
    """Return what moves a slider that *tabs* other tabs hear of."""

    def measure(server: Server, times: int) -> Readings:
        with visitors(server.port, "/small", tabs=tabs + 1) as (author, *others):
            wait = listen([one.websocket for one in (author, *others)])
            for value in range(1, WARMING):
                _round(author, value, tabs + 1, wait)
            before = sum(one.websocket.received for one in others)
            seconds = []
            with server.meter() as spent:
                for value in range(WARMING, WARMING + times):
                    begun = time.perf_counter()
                    _round(author, value, tabs + 1, wait)
                    seconds.append((time.perf_counter() - begun) * 1000)
            size = (sum(one.websocket.received for one in others) - before) / times
        return {"cpu": [spent.per(times)], "time": seconds, "bytes": [size]}

    return measure


def _round(author: Visitor, value: int, tabs: int, wait: Wait) -> None:
    """Move the slider, and wait until every tab has heard of the arrays."""
    number = author.move(value)
    untold, confirmed = set(range(tabs)), False
    while untold or not confirmed:
        for place, message in wait():
            if is_effect(message):
                untold.discard(place)
            elif message.answers == number:
                confirmed = True


def _row(tabs: int, times: int, quick: tuple[int, int]) -> Row:
    plural = "tab" if tabs == 1 else "tabs"
    return Row(
        f"fan-out-{tabs}",
        f"a patch that {tabs} other {plural} must hear of",
        (CPU, MEDIAN, P99, BYTES),
        fan_out(tabs),
        times=times,
        turns=3,
        quick=quick,
    )


ROWS = (_row(1, 30, (15, 2)), _row(10, 20, (10, 2)), _row(50, 15, (8, 2)), _row(200, 8, (4, 1)))
