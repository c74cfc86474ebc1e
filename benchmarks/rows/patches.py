"""What it costs when somebody moves a slider and a callback answers."""

import time
from collections.abc import Callable, Sequence

from benchmarks.measures import BYTES, CPU, MEDIAN, P99, RATE, Figure, Readings, Row
from benchmarks.servers import Server
from benchmarks.visitors import Answered, Visitor, listen, visitor, visitors

SESSIONS = 8
WARMING = 5
PARTS = 4


def patch(path: str, marker: str = "") -> Callable[[Server, int], Readings]:
    """Return what moves one visitor's slider; *marker* is formatted with its value."""

    def measure(server: Server, times: int) -> Readings:
        with visitor(server.port, path) as one:
            for value in range(1, WARMING):
                one.moved(value, marker.format(value).encode())
            before, seconds = one.websocket.received, []
            with server.meter() as spent:
                for value in range(WARMING, WARMING + times):
                    begun = time.perf_counter()
                    one.moved(value, marker.format(value).encode())
                    seconds.append((time.perf_counter() - begun) * 1000)
            size = (one.websocket.received - before) / times
        return {"cpu": [spent.per(times)], "time": seconds, "bytes": [size]}

    return measure


def eight(server: Server, times: int) -> Readings:
    """Move the sliders of eight sessions, each as soon as its last move is answered."""
    with visitors(server.port, "/small", sessions=SESSIONS) as all_of_them:
        for one in all_of_them:
            one.moved(1)
        with server.meter() as spent:
            _volley(all_of_them, times)
    total = times * SESSIONS
    return {"cpu": [spent.per(total)], "rate": [total / spent.seconds]}


def _volley(all_of_them: Sequence[Visitor], times: int) -> None:
    wait = listen([one.websocket for one in all_of_them])
    moved = [2] * len(all_of_them)
    answers = [Answered(one.move(2)) for one in all_of_them]
    left = times * len(all_of_them)
    while left:
        for place, message in wait():
            answers[place].hears(message)
            if answers[place].complete:
                left -= 1
                moved[place] += 1
                if moved[place] < times + 2:
                    answers[place] = Answered(all_of_them[place].move(moved[place]))


def more_models(server: Server, times: int) -> Readings:
    """Move the slider in a document of 3,000 models and in one of 34, in turn."""
    with (
        visitor(server.port, "/small") as small,
        visitor(server.port, "/among_many") as large,
    ):
        costs: dict[Visitor, list[float]] = {small: [], large: []}
        for part in range(PARTS + 1):
            for one in (small, large):
                with server.meter() as spent:
                    for value in range(times):
                        one.moved(1 + part * times + value)
                costs[one].append(spent.per(times))
    # The first part was for warming up.
    pairs = zip(costs[small][1:], costs[large][1:], strict=True)
    return {"more": [more - few for few, more in pairs], "cpu": costs[large][1:]}


ROWS = (
    Row(
        "patch",
        "a slider moves 16 kB of arrays",
        (CPU, MEDIAN, P99, BYTES),
        patch("/small"),
        times=60,
        quick=(30, 3),
    ),
    Row("eight", "the same in eight sessions at once", (RATE, CPU), eight, times=40, quick=(20, 2)),
    Row(
        "many",
        "101 changes in one callback",
        (CPU, MEDIAN, P99, BYTES),
        patch("/many_changes", '"done {}"'),
        quick=(15, 2),
    ),
    Row(
        "panel-patch",
        "a slider of Panel's replaces a plot",
        (CPU, MEDIAN, P99, BYTES),
        patch("/panel_sliders"),
        site="panel",
        quick=(10, 1),
    ),
    Row(
        "models",
        "the same patch among 3,000 models",
        (Figure("server CPU beyond that among 34", "more", "ms"), CPU),
        more_models,
        site="large",
        times=15,
        turns=3,
        quick=(6, 1),
    ),
)
