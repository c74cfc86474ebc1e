"""Who is here and who was: sessions one by one, from events, for people who look at them.

A terminal and a page show the same. Whoever looks may be in another thread, so nothing that
a look goes through is changed where it is: it is replaced as a whole.
"""

from collections.abc import Callable
from typing import Final

import attrs

from docsync_trio.base import events
from docsync_trio.base.log_owner import short_session
from docsync_trio.base.traffic import Traffic

KEPT: Final = 100
"""How many of the sessions that have ended are remembered."""


@attrs.define(eq=False)
class Living:
    """A session that is alive: of *application*, under the name *session* that the log has.

    *user* is who has signed in, ``""`` for nobody; *remaining* gives the seconds that it goes
    on if nobody comes; *since* and *alone_since* are times of the clock of the `Roll`.
    """

    application: str
    session: str
    user: str
    remaining: Callable[[], float]
    since: float
    alone_since: float
    connections: int = 0
    failures: int = 0
    # The first is what those carried who have left.
    _traffic: tuple[Traffic, ...] = attrs.field(factory=lambda: (Traffic(),))

    def carried(self) -> Traffic:
        """Return what its connections have carried, and what waits to be sent on them."""
        now = self._traffic
        total = Traffic.total(now)
        total.queued = sum(one.queued for one in now)
        return total

    def viewers(self, now: float) -> str:
        """Return in words how many are connected, or for how long nobody has been."""
        if self.connections:
            return str(self.connections)
        return f"none for {in_words(now - self.alone_since)}"

    def observe_connection(
        self, event: events.ConnectionOpened | events.ConnectionClosed, now: float
    ) -> None:
        """Take note of who came or went."""
        self.connections, self.alone_since = event.connections, now
        left, *here = (one for one in self._traffic if one is not event.traffic)
        if isinstance(event, events.ConnectionOpened):
            here.append(event.traffic)
        else:
            left = Traffic.total((left, event.traffic))
        self._traffic = (left, *here)


@attrs.frozen
class Ended:
    """A session that is gone: how many seconds it lived, *ended* when, and in words why."""

    application: str
    session: str
    lived: float
    ended: float
    reason: str


@attrs.define(eq=False)
class Roll:
    """What has been heard of sessions. Times are in seconds, of one clock."""

    _living: dict[tuple[str, str], Living] = attrs.field(factory=dict, init=False)
    _ended: tuple[Ended, ...] = attrs.field(default=(), init=False)

    def observe(self, event: events.Event, now: float) -> None:
        """Take note of *event*; any thread may call."""
        match event:
            case events.SessionOpened(application, session):
                name = short_session(session)
                self._living[application, session] = Living(
                    application, name, event.user, event.remaining, now, now
                )
            case events.SessionEnded(application, session, reason):
                row = self._living.pop((application, session), None)
                if row is not None:
                    ended = Ended(application, row.session, now - row.since, now, reason)
                    self._ended = (ended, *self._ended[: KEPT - 1])
            case events.ConnectionOpened() | events.ConnectionClosed():
                row = self._living.get((event.application, event.session))
                if row is not None:
                    row.observe_connection(event, now)
            case events.CallbackFailed(application, session):
                row = self._living.get((application, session))
                if row is not None:
                    row.failures += 1

    def living(self) -> list[Living]:
        """Return the sessions that are alive, the newest last; any thread may ask."""
        return list(self._living.copy().values())

    def ended(self) -> tuple[Ended, ...]:
        """Return the last `KEPT` that have ended, the newest first; any thread may ask."""
        return self._ended


def in_words(seconds: float) -> str:
    """Return *seconds* as people read an age: "90s", "3m", "26h"."""
    for unit, name in ((86400, "d"), (3600, "h"), (60, "m")):
        if seconds >= 2 * unit:
            return f"{seconds / unit:.0f}{name}"
    return f"{seconds:.0f}s"
