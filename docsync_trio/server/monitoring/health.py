"""Whether the server is alive, and whether visitors may be sent to it.

Two questions with two consequences. A server that is not alive is killed, so only a loop
that has not turned for long says so; one that is not ready is sent nobody, and goes on for
those who are here. Nothing is built for an answer, and no session is made. Any thread may
ask, also while the loop is held.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Protocol

import attrs
import trio

from docsync_trio.config.schema import SiteSettings
from docsync_trio.server.process.pulse import Pulse
from docsync_trio.sessions.call_times import CallTimes


class WatchedApplication(Protocol):
    """What is asked of an application."""

    @property
    def url(self) -> str:
        """Its path in the site file."""
        ...

    @property
    def sessions(self) -> Collection[str]:
        """Its sessions."""
        ...

    @property
    def threads_at_work(self) -> int:
        """How many threads run its functions."""
        ...

    @property
    def times(self) -> CallTimes:
        """How long its code took."""
        ...


class WatchedSite(Protocol):
    """What is asked of an open site."""

    @property
    def settings(self) -> SiteSettings:
        """The whole site's settings."""
        ...

    @property
    def applications(self) -> Sequence[WatchedApplication]:
        """Its applications."""
        ...


@attrs.frozen
class Question:
    """What a request says besides its path: the *query*, and which media types it takes."""

    query: str = ""
    accept: str = ""


@attrs.frozen
class Answer:
    """What is answered: a *status* of HTTP, a *body* of *media_type*, and *headers* beside it."""

    status: int
    body: bytes
    media_type: str = "application/json"
    headers: Mapping[str, str] = attrs.field(factory=dict)


@attrs.define(eq=False)
class Health:
    """How the server is. *site* is None until it is open; *stop* is set when it is to end.

    *stuck_after* is how many seconds the loop may be held.
    """

    pulse: Pulse
    stop: trio.Event
    stuck_after: float
    site: WatchedSite | None = None

    def is_alive(self) -> bool:
        """Say whether the loop turns, as `livez` does."""
        return not any(self._held())

    def livez(self) -> Answer:
        """Answer whether the loop turns."""
        return _answer("alive", list(self._held()))

    def readyz(self) -> Answer:
        """Answer whether the server is open, goes on, and has room."""
        return _answer("ready", [*self._held(), *self._not_ready()])

    def _held(self) -> Iterator[str]:
        held = self.pulse.late()
        if held > self.stuck_after:
            yield f"the loop has been held for {held:.0f} s"

    def _not_ready(self) -> Iterator[str]:
        if self.site is None:
            yield "the server is starting"
            return
        if self.stop.is_set():
            yield "the server is ending"
        most = self.site.settings.server.max_sessions
        sessions = sum(len(one.sessions) for one in self.site.applications)
        if most and sessions >= most:
            yield f"the server is full: {sessions} sessions, server.max_sessions allows {most}"


ALIVE = Answer(200, b'{"alive": true}')
"""What whoever is answered by the loop itself learns from being answered."""


def _answer(word: str, reasons: list[str]) -> Answer:
    told = {word: not reasons} | ({"reasons": reasons} if reasons else {})
    return Answer(503 if reasons else 200, json.dumps(told).encode())
