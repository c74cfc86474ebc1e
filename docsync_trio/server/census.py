"""How many sessions and connections there are, from what the server tells its observers."""

import attrs

from docsync_trio.base import events


@attrs.define
class Count:
    """What one application has: sessions with and without viewers, and connections."""

    viewed: int = 0
    alone: int = 0
    connections: int = 0


@attrs.define(eq=False)
class Census:
    """Counts sessions and connections by the path of the application."""

    _connections: dict[tuple[str, str], int] = attrs.field(factory=dict, init=False)

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

    def counts(self) -> dict[str, Count]:
        """Return what each application has now; any thread may ask."""
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
