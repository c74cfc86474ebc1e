"""What static files cost."""

import time
from collections.abc import Callable

from benchmarks.http import Answer, get
from benchmarks.measures import BYTES, CPU, MEDIAN, P99, Readings, Row
from benchmarks.servers import Server

SCRIPT = "/static/js/bokeh.min.js"
"""The 1 MB that every server of Bokeh's has to serve to every new browser."""


def fetching(encodings: str) -> Callable[[Server, int], Readings]:
    """Return what fetches BokehJS as a browser that takes these *encodings*."""

    def measure(server: Server, times: int) -> Readings:
        get(server.port, SCRIPT, encodings=encodings)
        answers: list[Answer] = []
        seconds: list[float] = []
        with server.meter() as spent:
            for _ in range(times):
                begun = time.perf_counter()
                answers.append(get(server.port, SCRIPT, encodings=encodings))
                seconds.append((time.perf_counter() - begun) * 1000)
        size = [float(answer.size) for answer in answers]
        return {"cpu": [spent.per(times)], "time": seconds, "bytes": size}

    return measure


ROWS = (
    Row("file", "a static file of 1 MB", (CPU, MEDIAN, P99, BYTES), fetching("identity"), times=30),
    Row(
        "file-packed",
        "the same for a browser that takes gzip and brotli",
        (CPU, MEDIAN, BYTES),
        fetching("gzip, deflate, br"),
        times=30,
    ),
)
