"""Visitors: somebody has a page, its websocket and its document, and moves a slider."""

import itertools
import json
import re
import select
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import attrs

from benchmarks.http import get
from benchmarks.websocket import Message, Websocket, frame, open_websocket

_numbers = itertools.count(1)
_TOKEN = re.compile(rb'"token":\s*"([^"]+)"')


def page_token(page: bytes) -> str:
    """Return the token that is in *page*."""
    found = _TOKEN.search(page)
    if found is None:
        raise ConnectionError(f"no token in {page[:200]!r}")
    return found[1].decode()


def say(kind: str, content: object = None) -> tuple[str, bytes]:
    """Return a new message's id, and its frames."""
    number = f"m{next(_numbers)}"
    header = {"msgid": number, "msgtype": kind}
    parts: tuple[object, ...] = (header, {}, content if content is not None else {})
    return number, b"".join(frame(json.dumps(part).encode()) for part in parts)


def find_model(value: Any, test: Callable[[dict[str, Any]], bool]) -> str | None:
    """Return the id of the first model in a document's JSON that passes *test*."""
    if isinstance(value, dict):
        if value.get("type") == "object" and test(value):
            return str(value["id"])
        value = list(value.values())
    if isinstance(value, list):
        return next(filter(None, (find_model(item, test) for item in value)), None)
    return None


def is_driver(model: dict[str, Any]) -> bool:
    """Whether that is the slider that all applications here are driven with."""
    attributes: dict[str, object] = model.get("attributes", {})
    return attributes.get("name") == "drive" or attributes.get("title") == "frequency"


@attrs.define(eq=False)
class Visitor:
    """One tab of a session. *driver* is the id of its slider, empty before `pull`."""

    websocket: Websocket
    driver: str = ""

    def pull(self) -> Message:
        """Fetch the document."""
        self.websocket.send(say("PULL-DOC-REQ")[1])
        return self.websocket.hear("PULL-DOC-REPLY")

    def find_driver(self) -> None:
        """Fetch the document, and look up the slider in it."""
        found = find_model(json.loads(self.pull().content), is_driver)
        if found is None:
            raise ConnectionError("no slider in the document")
        self.driver = found

    def move(self, value: int) -> str:
        """Send the slider's new value; returns the message's id."""
        event = {
            "kind": "ModelChanged",
            "model": {"id": self.driver},
            "attr": "value",
            "new": value,
        }
        number, data = say("PATCH-DOC", {"events": [event]})
        self.websocket.send(data)
        return number

    def moved(self, value: int, marker: bytes = b"") -> None:
        """Move the slider, and wait for the server's OK and for what its callback changed."""
        answer = Answered(self.move(value), marker)
        while not answer.complete:
            for message in self.websocket.read():
                answer.hears(message)


@attrs.define
class Answered:
    """Whether a patch has its OK, and its effect has been told.

    The effect is a message with arrays, or one with the *marker* in it.
    """

    number: str
    marker: bytes = b""
    confirmed: bool = False
    told: bool = False

    def hears(self, message: Message) -> None:
        """Take note of a message."""
        if message.kind == "OK" and message.answers == self.number:
            self.confirmed = True
        elif message.kind == "PATCH-DOC":
            self.told |= is_effect(message, self.marker)

    @property
    def complete(self) -> bool:
        """Whether both have come."""
        return self.confirmed and self.told


def is_effect(message: Message, marker: bytes = b"") -> bool:
    """Whether *message* tells what a callback has changed."""
    return marker in message.content if marker else message.buffers > 0


Wait = Callable[[], Iterator[tuple[int, Message]]]


@contextmanager
def visitors(port: int, path: str, *, sessions: int = 1, tabs: int = 1) -> Iterator[list[Visitor]]:
    """Visitors: *tabs* for each of *sessions*. All have pulled their documents."""
    opened: list[Visitor] = []
    try:
        for _ in range(sessions):
            token = page_token(get(port, path).body)
            first = Visitor(open_websocket(port, path, token))
            opened.append(first)
            first.find_driver()
            for _ in range(tabs - 1):
                opened.append(Visitor(open_websocket(port, path, token)))
                opened[-1].pull()
        yield opened
    finally:
        for visitor in opened:
            visitor.websocket.close()


@contextmanager
def visitor(port: int, path: str) -> Iterator[Visitor]:
    """One visitor."""
    with visitors(port, path) as (one,):
        yield one


def listen(websockets: Sequence[Websocket]) -> Wait:
    """Return what waits for any of *websockets*: its place and its message, for each that came."""
    waiting = select.epoll()
    places = {websocket.socket.fileno(): n for n, websocket in enumerate(websockets)}
    for descriptor in places:
        waiting.register(descriptor, select.EPOLLIN)

    def wait() -> Iterator[tuple[int, Message]]:
        for descriptor, _ in waiting.poll(60):
            place = places[descriptor]
            for message in websockets[place].read():
                yield place, message

    return wait
