"""Failures that come again and again: told once in full, then counted.

A periodic callback that fails does so every time, for every visitor. Its traceback a
hundred times a second would bury all else and fill the disk.
"""

import collections
import threading
from collections.abc import Iterable

import attrs

from docsync_trio.base.author_frames import CodeLine, authors_line
from docsync_trio.base.events import (
    ApplicationTaskFailed,
    CallbackFailed,
    ConnectionClosed,
    Event,
    PeerFault,
)
from docsync_trio.cli.log.line import LogLine, log_line

WINDOW = 60.0
"""Seconds for which a failure is counted before the count is told; also how long it has to
keep quiet to be told in full again."""

_DROPPED = 100  # of the last are remembered: not every fault is that of a websocket


@attrs.frozen
class _Kind:
    """What two failures have in common that are told as one.

    Nothing here may keep a session alive: no exception, and no class of one, as every
    session runs its script anew.
    """

    application: str
    what: str
    error: str
    at: CodeLine | None


@attrs.define
class _Count:
    text: str
    since: float
    times: int = 0
    sessions: set[str] = attrs.field(factory=set)


@attrs.define(eq=False)
class Repeats:
    """The failures of late. Times are in seconds, of one clock; any thread may call.

    What has a number that a visitor saw is never held back.
    """

    _counts: dict[_Kind, _Count] = attrs.field(factory=dict, init=False)
    _lock: threading.Lock = attrs.field(factory=threading.Lock, init=False)

    def holds_back(self, event: Event, now: float) -> bool:
        """Whether *event* was told in full lately, so that it is only counted."""
        if not isinstance(event, CallbackFailed | ApplicationTaskFailed):
            return False
        error = event.error
        kind = _Kind(event.application, event.what, type(error).__qualname__, authors_line(error))
        with self._lock:
            count = self._counts.get(kind)
            if count is None:
                self._counts[kind] = _Count(log_line(event).text, now)
                return False
            count.times += 1
            if isinstance(event, CallbackFailed):
                count.sessions.add(event.session)
            return True

    def due(self, now: float) -> list[LogLine]:
        """Return a line for each count that is to be told at *now*."""
        if not self._counts:  # as ever; this is asked at every event
            return []
        with self._lock:
            return self._told(now, [k for k, c in self._counts.items() if now >= c.since + WINDOW])

    def rest(self, now: float) -> list[LogLine]:
        """Return a line for each count, as nobody will ask again."""
        with self._lock:
            return self._told(now, list(self._counts))

    def _told(self, now: float, kinds: Iterable[_Kind]) -> list[LogLine]:
        lines = []
        for kind in kinds:
            count = self._counts.pop(kind)
            if count.times:
                lines.append(_line(kind, count, now - count.since))
                self._counts[kind] = _Count(count.text, now)
        return lines


@attrs.define(eq=False)
class DroppedPeers:
    """Peers that were told to be dropped, and why: that they are gone goes without saying then.

    Any thread may call.
    """

    _peers: collections.deque[str] = attrs.field(
        factory=lambda: collections.deque(maxlen=_DROPPED), init=False
    )
    _lock: threading.Lock = attrs.field(factory=threading.Lock, init=False)

    def explains(self, event: Event) -> bool:
        """Whether *event* only says what follows from one before."""
        with self._lock:
            match event:
                case PeerFault(peer=peer):
                    self._peers.append(peer)
                case ConnectionClosed(peer=peer) if peer in self._peers:
                    self._peers.remove(peer)
                    return True
            return False


def _line(kind: _Kind, count: _Count, seconds: float) -> LogLine:
    often = f"{count.times} times more" if count.times > 1 else "once more"
    where = f" in {len(count.sessions)} sessions" if len(count.sessions) > 1 else ""
    fields = {
        "application": kind.application,
        "what": kind.what,
        "times": count.times,
        "sessions": len(count.sessions),
        "seconds": round(seconds, 1),
    }
    return LogLine("error", f"{count.text}: {often}{where} within {seconds:.0f} s", fields)
