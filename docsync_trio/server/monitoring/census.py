"""How many sessions and connections there are, and what these carry.

All of it comes from what the server tells its observers. Connections count for themselves
(`Traffic`); here their numbers are added up when somebody asks.
"""

import threading

import attrs

from docsync_trio.base import events
from docsync_trio.base.traffic import Traffic


@attrs.define
class Count:
    """What one application has: sessions with and without viewers, and connections."""

    viewed: int = 0
    alone: int = 0
    connections: int = 0


@attrs.frozen
class Load:
    """What went over all websockets of one application, those that have left included.

    *queued* bytes wait to be sent now, *most_queued* of them for one connection.
    """

    carried: Traffic
    queued: int = 0
    most_queued: int = 0


@attrs.define(eq=False)
class Census:
    """Counts by the path of the application; any thread may call.

    What was carried never becomes less: a connection that leaves is counted on with those
    that have left.
    """

    _connections: dict[tuple[str, str], int] = attrs.field(factory=dict, init=False)
    _open: dict[str, set[Traffic]] = attrs.field(factory=dict, init=False)
    _left: dict[str, Traffic] = attrs.field(factory=dict, init=False)
    _lock: threading.Lock = attrs.field(factory=threading.Lock, init=False)

    def observe(self, event: events.Event) -> None:
        """Take note of *event*."""
        match event:
            case events.SessionOpened(application, session):
                self._connections[application, session] = 0
            case events.SessionEnded(application, session):
                self._connections.pop((application, session), None)
            case events.ConnectionOpened() | events.ConnectionClosed():
                whose = event.application, event.session
                if whose in self._connections:
                    self._connections[whose] = event.connections
                self._observe_traffic(event)

    def _observe_traffic(self, event: events.ConnectionOpened | events.ConnectionClosed) -> None:
        application, traffic = event.application, event.traffic
        with self._lock:
            here = self._open.setdefault(application, set())
            left = self._left.setdefault(application, Traffic())
            if isinstance(event, events.ConnectionOpened):
                here.add(traffic)
            else:
                here.discard(traffic)
                left.add(traffic)

    def counts(self) -> dict[str, Count]:
        """Return what each application has now."""
        counts: dict[str, Count] = {}
        for (application, _), connections in self._connections.copy().items():
            count = counts.setdefault(application, Count())
            if connections:
                count.viewed += 1
            else:
                count.alone += 1
            count.connections += connections
        return counts

    def total(self) -> Count:
        """Return what all applications have together."""
        counts = self.counts().values()
        return Count(
            sum(one.viewed for one in counts),
            sum(one.alone for one in counts),
            sum(one.connections for one in counts),
        )

    def loads(self) -> dict[str, Load]:
        """Return what the connections of each application have carried so far."""
        with self._lock:
            return {path: self._load(path) for path in self._left}

    def _load(self, application: str) -> Load:
        here = self._open[application]
        queued = [one.queued for one in here]
        carried = Traffic.total([self._left[application], *here])
        return Load(carried, sum(queued), max(queued, default=0))

    def carried(self) -> Traffic:
        """Return what the connections of all applications have carried so far."""
        return Traffic.total(load.carried for load in self.loads().values())
