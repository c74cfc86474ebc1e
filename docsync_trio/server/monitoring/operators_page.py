"""How the server is and which sessions it has: a page for operators, and JSON for programs.

Everything is heard as an observer and put together when somebody asks; any thread may. So the
page also answers, at an address of its own, while application code holds the loop.
"""

import json
import math
from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter
from typing import Any, Final
from urllib.parse import parse_qs

import attrs

from docsync_trio.base.events import Event
from docsync_trio.server.monitoring.health import Answer, Question
from docsync_trio.server.monitoring.roll import Ended, Living, Roll, in_words
from docsync_trio.server.own_pages.html import SECURITY, render
from docsync_trio.server.process.memory import resident
from docsync_trio.server.process.pulse import Pulse
from docsync_trio.server.process.versions import versions

MOST: Final = 500
"""Sessions that the page shows; JSON has all."""

REFRESH: Final = 5
"""Seconds after which the page is loaded anew."""

_LIVING: Final = (
    "Application", "Session", "User", "Age", "Viewers", "Lives on for",
    "Received", "Sent", "Waiting", "Errors",
)  # fmt: skip
_ENDED: Final = ("Application", "Session", "Lived", "Ended", "Reason")


@attrs.frozen
class Totals:
    """The server as a whole: *memory* is in bytes, None where it is not known, times in seconds.

    *loop_lag* is how late the loop was at most within the last minute.
    """

    sessions: int
    viewed: int
    connections: int
    memory: int | None
    loop_lag: float
    uptime: float

    @classmethod
    def of(cls, living: Sequence[Living], *, lag: float, uptime: float) -> "Totals":
        """Add up *living*, and look how much memory is in use now."""
        connections = [one.connections for one in living]
        viewed = len(connections) - connections.count(0)
        memory = resident()
        return cls(
            len(living), viewed, sum(connections), memory, round(lag, 4), round(uptime, 1)
        )  # fmt: skip

    def facts(self) -> Iterator[tuple[str, str]]:
        """Yield what people are told, each with its name."""
        yield "Sessions", f"{self.sessions} ({self.viewed} with viewers)"
        yield "Connections", str(self.connections)
        if self.memory is not None:
            yield "Memory", _size(self.memory)
        yield "Loop", f"up to {self.loop_lag * 1000:.0f} ms late in the last minute"
        yield "Running for", in_words(self.uptime)


@attrs.define(eq=False)
class OperatorsPage:
    """Hears what happens, at the times of *clock*, and asks *pulse* how late the loop was."""

    _pulse: Pulse
    _clock: Callable[[], float]
    _roll: Roll = attrs.field(factory=Roll, init=False)
    _began: float = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self._began = self._clock()

    def observe(self, event: Event) -> None:
        """Take note of *event*; any thread may call."""
        self._roll.observe(event, self._clock())

    def answer(self, question: Question) -> Answer:
        """Return the page, or JSON, whichever *question* wants; any thread may ask."""
        now, living, ended = self._clock(), self._roll.living(), self._roll.ended()
        totals = Totals.of(living, lag=self._pulse.worst_lately(), uptime=now - self._began)
        if not wants_page(question):
            return Answer(200, as_json(totals, living, ended, now))
        refreshes = parse_qs(question.query).get("refresh") != ["off"]
        page = as_page(totals, living, ended, now, refreshes=refreshes)
        return Answer(200, page, "text/html; charset=utf-8", SECURITY)


def wants_page(question: Question) -> bool:
    """Say whether a browser asks: one that takes HTML, and was not told to fetch JSON."""
    if form := parse_qs(question.query).get("format"):
        return form[-1] != "json"
    return "text/html" in question.accept and "application/json" not in question.accept


def as_json(
    totals: Totals, living: Sequence[Living], ended: Sequence[Ended], now: float
) -> bytes:  # fmt: skip
    """Return all that is known, with times in seconds before *now*."""
    told = {"versions": dict(versions()), **attrs.asdict(totals)}
    # Row by row: other threads have to wait while one call encodes.
    rows = {
        "living": (json.dumps(_living_facts(one, now)) for one in living),
        "ended": (json.dumps(_ended_facts(one, now)) for one in ended),
    }
    parts = [
        json.dumps(told)[1:-1],
        *(f'"{name}": [{", ".join(some)}]' for name, some in rows.items()),
    ]
    return f"{{{', '.join(parts)}}}".encode()


def as_page(
    totals: Totals,
    living: Sequence[Living],
    ended: Sequence[Ended],
    now: float,
    *,
    refreshes: bool = True,
) -> bytes:
    """Return the page with the first `MOST` of *living* by application; it may stand still."""
    first = sorted(living, key=attrgetter("application"))[:MOST]
    page = render(
        "sessions.html",
        totals=list(totals.facts()),
        versions=versions(),
        living=(_LIVING, [_living_cells(one, now) for one in first]),
        more=len(living) - len(first),
        ended=(_ENDED, [_ended_cells(one, now) for one in ended]),
        refresh=REFRESH if refreshes else 0,
    )
    # A name that a visitor chose may have what is no text.
    return page.encode("utf-8", "replace")


def _living_facts(one: Living, now: float) -> dict[str, Any]:
    carried, remaining = one.carried(), one.remaining()
    return {
        "application": one.application,
        "session": one.session,
        "user": one.user or None,
        "age": round(now - one.since, 1),
        "connections": one.connections,
        "remaining": None if remaining == math.inf else round(remaining, 1),
        "messages_in": carried.messages_in,
        "messages_out": carried.messages_out,
        "bytes_in": carried.bytes_in,
        "bytes_out": carried.bytes_out,
        "outbox": carried.queued,
        "errors": one.failures,
    }


def _living_cells(one: Living, now: float) -> tuple[str, ...]:
    carried, remaining = one.carried(), one.remaining()
    return (
        one.application,
        one.session,
        one.user,
        in_words(now - one.since),
        one.viewers(now),
        "" if remaining == math.inf else in_words(remaining),
        _messages(carried.messages_in, carried.bytes_in),
        _messages(carried.messages_out, carried.bytes_out),
        _size(carried.queued) if carried.queued else "",
        str(one.failures or ""),
    )


def _ended_facts(one: Ended, now: float) -> dict[str, Any]:
    return {
        "application": one.application,
        "session": one.session,
        "lived": round(one.lived, 1),
        "ended": round(now - one.ended, 1),
        "reason": one.reason,
    }


def _ended_cells(one: Ended, now: float) -> tuple[str, ...]:
    lived, ago = in_words(one.lived), f"{in_words(now - one.ended)} ago"
    return (one.application, one.session, lived, ago, one.reason)


def _messages(number: int, size: int) -> str:
    return f"{number} ({_size(size)})" if size else ""


def _size(size: int) -> str:
    for unit, name in ((10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if size >= unit:
            return f"{size / unit:.1f} {name}"
    return f"{size} B"
