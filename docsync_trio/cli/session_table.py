"""The sessions that are alive, as the key `s` shows them: one line each, from events."""

import attrs

from docsync_trio.base import events
from docsync_trio.cli.columns import columns
from docsync_trio.cli.console_format import SHORT_ID

_MOST = 30  # rows: a terminal's worth


@attrs.define
class _Row:
    application: str
    since: float
    alone_since: float
    connections: int = 0
    failures: int = 0


@attrs.define(eq=False)
class SessionTable:
    """What has been heard of sessions. Times are in seconds, of one clock."""

    _rows: dict[tuple[str, str], _Row] = attrs.field(factory=dict, init=False)

    def observe(self, event: events.Event, now: float) -> None:
        """Take note of *event*; any thread may call."""
        match event:
            case events.SessionOpened(application, session):
                self._rows[application, session] = _Row(application, now, now)
            case events.SessionEnded(application, session):
                self._rows.pop((application, session), None)
            case events.ConnectionOpened() | events.ConnectionClosed():
                row = self._rows.get((event.application, event.session))
                if row is not None:
                    row.connections, row.alone_since = event.connections, now
            case events.CallbackFailed(application, session):
                row = self._rows.get((application, session))
                if row is not None:
                    row.failures += 1

    def text(self, now: float) -> str:
        """Return the table at *now* as aligned lines, the newest sessions last."""
        rows = list(self._rows.items())
        if not rows:
            return "no sessions"
        lines = [
            (
                row.application,
                session[:SHORT_ID],
                _age(now - row.since),
                _viewers(row, now),
                _bad(row),
            )
            for (_, session), row in rows[-_MOST:]
        ]
        told = columns([("application", "session", "age", "viewers", "errors"), *lines])
        if len(rows) > _MOST:
            told.append(f"and {len(rows) - _MOST} older ones")
        return "\n".join(told)


def _age(seconds: float) -> str:
    for unit, name in ((86400, "d"), (3600, "h"), (60, "m")):
        if seconds >= 2 * unit:
            return f"{seconds / unit:.0f}{name}"
    return f"{seconds:.0f}s"


def _viewers(row: _Row, now: float) -> str:
    return str(row.connections) if row.connections else f"none for {_age(now - row.alone_since)}"


def _bad(row: _Row) -> str:
    return str(row.failures or "")
