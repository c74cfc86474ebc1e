"""What a visitor costs until the document is on the screen."""

import select
import socket
import time
from collections.abc import Callable

from benchmarks.http import Answer, ask, connect, get, read_answer
from benchmarks.measures import BYTES, CPU, MEDIAN, P99, Readings, Row
from benchmarks.servers import Server
from benchmarks.visitors import page_token, say, visitor
from benchmarks.websocket import open_websocket


def page(path: str) -> Callable[[Server, int], Readings]:
    """Return what fetches pages one after the other; each makes a session."""

    def measure(server: Server, times: int) -> Readings:
        get(server.port, path)
        answers: list[Answer] = []
        seconds: list[float] = []
        with server.meter() as spent:
            for _ in range(times):
                begun = time.perf_counter()
                answers.append(get(server.port, path))
                seconds.append((time.perf_counter() - begun) * 1000)
        size = [float(answer.size) for answer in answers]
        return {"cpu": [spent.per(times)], "time": seconds, "bytes": size}

    return measure


def opening(server: Server, times: int) -> Readings:
    """Open websockets of one session, one after the other, until the server says hello."""
    token = page_token(get(server.port, "/small").body)
    seconds: list[float] = []
    opened = [open_websocket(server.port, "/small", token)]
    with server.meter() as spent:
        for _ in range(times):
            begun = time.perf_counter()
            opened.append(open_websocket(server.port, "/small", token))
            seconds.append((time.perf_counter() - begun) * 1000)
    for websocket in opened:
        websocket.close()
    return {"cpu": [spent.per(times)], "time": seconds}


def pull(path: str) -> Callable[[Server, int], Readings]:
    """Return what fetches one document again and again."""

    def measure(server: Server, times: int) -> Readings:
        with visitor(server.port, path) as one:
            one.pull()
            before, seconds = one.websocket.received, []
            with server.meter() as spent:
                for _ in range(times):
                    begun = time.perf_counter()
                    one.pull()
                    seconds.append((time.perf_counter() - begun) * 1000)
            size = (one.websocket.received - before) / times
        return {"cpu": [spent.per(times)], "time": seconds, "bytes": [size]}

    return measure


def arriving(path: str) -> Callable[[Server, int], Readings]:
    """Return what does all that a browser does: the page, its websocket, its document."""

    def measure(server: Server, times: int) -> Readings:
        opened, seconds = [], []
        with server.meter() as spent:
            for _ in range(times):
                begun = time.perf_counter()
                token = page_token(get(server.port, path).body)
                websocket = open_websocket(server.port, path, token)
                websocket.send(say("PULL-DOC-REQ")[1])
                websocket.hear("PULL-DOC-REPLY")
                seconds.append((time.perf_counter() - begun) * 1000)
                opened.append(websocket)
        for websocket in opened:
            websocket.close()
        return {"cpu": [spent.per(times)], "time": seconds}

    return measure


def crowded(server: Server, times: int) -> Readings:
    """Fetch one page for each of *times* visitors who all ask at the same moment."""
    connections = [connect(server.port) for _ in range(times)]
    begun = time.perf_counter()
    with server.meter() as spent:
        for connection in connections:
            ask(connection, "/small")
        seconds = [(when - begun) * 1000 for when in _answered(connections)]
    for connection in connections:
        connection.close()
    return {"cpu": [spent.per(times)], "time": seconds}


OK = 200


def _answered(connections: list[socket.socket]) -> list[float]:
    """Return when each of *connections* had its answer."""
    waiting = select.epoll()
    for connection in connections:
        waiting.register(connection.fileno(), select.EPOLLIN)
    by_descriptor = {connection.fileno(): connection for connection in connections}
    done: list[float] = []
    while by_descriptor:
        for descriptor, _ in waiting.poll(120):
            waiting.unregister(descriptor)
            answer = read_answer(by_descriptor.pop(descriptor))
            if answer.status != OK:
                raise ConnectionError(answer.head)
            done.append(time.perf_counter())
    return done


ROWS = (
    Row("page", "the page of a new session", (CPU, MEDIAN, P99, BYTES), page("/small")),
    Row("open", "opening a websocket", (CPU, MEDIAN, P99), opening, times=40),
    Row("pull", "fetching the document", (CPU, MEDIAN, P99, BYTES), pull("/small")),
    Row("arrive", "page, websocket and document", (CPU, MEDIAN, P99), arriving("/small")),
    Row(
        "big-page",
        "the page of 2,000 models",
        (CPU, MEDIAN),
        page("/big"),
        site="large",
        times=1,
        turns=3,
        quick=(1, 1),
    ),
    Row(
        "big-pull",
        "fetching 2,000 models",
        (CPU, MEDIAN, BYTES),
        pull("/big"),
        site="large",
        times=2,
        turns=2,
        quick=(1, 1),
    ),
    Row(
        "crowd",
        "a page, while 200 visitors want one",
        (CPU, MEDIAN, P99),
        crowded,
        times=200,
        turns=1,
        quick=(50, 1),
    ),
    Row(
        "panel-page",
        "the page of a Panel application",
        (CPU, MEDIAN, P99),
        page("/panel_sliders"),
        site="panel",
    ),
)
