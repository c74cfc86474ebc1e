"""What the server observes, on its way into the log.

Each event becomes one line (`line`), except that a failure which comes again and
again is counted, and what follows from the line before is not said again (`repeats`).
Nothing is put into words that the log's level leaves out for sure (`quiet`).
"""

import logging
import time

import attrs
import structlog

from docsync_trio.base.events import Event
from docsync_trio.base.traceback_text import error_text
from docsync_trio.cli.log.console import OURS
from docsync_trio.cli.log.line import LogLine, log_line
from docsync_trio.cli.log.quiet import LOUDEST
from docsync_trio.cli.log.repeats import DroppedPeers, Repeats
from docsync_trio.cli.log.writer import LineWriter


@attrs.frozen(eq=False)
class EventLog:
    """Logs what it observes through *logger*, and its own failures to *writer*."""

    _logger: structlog.stdlib.BoundLogger
    _writer: LineWriter
    _ours: logging.Logger = attrs.field(factory=lambda: logging.getLogger(OURS), init=False)
    _repeats: Repeats = attrs.field(factory=Repeats, init=False)
    _dropped: DroppedPeers = attrs.field(factory=DroppedPeers, init=False)

    def observe(self, event: Event) -> None:
        """Log *event*; any thread may call, and nothing is ever raised into the server."""
        try:
            now = time.monotonic()
            for line in self._repeats.due(now):
                self._log(line)
            explained = self._dropped.explains(event)
            if self._goes_without_saying(event):
                return
            if not self._repeats.holds_back(event, now):
                line = log_line(event)
                if explained:
                    line = attrs.evolve(line, level="debug")
                self._log(line)
        except Exception as error:  # noqa: BLE001 - an author's exception may do anything
            self._writer.write(
                f"an event could not be logged: {type(event).__name__}: {error_text(error)}"
            )

    def close(self) -> None:
        """Tell the counts of what was held back."""
        for line in self._repeats.rest(time.monotonic()):
            self._log(line)

    def _goes_without_saying(self, event: Event) -> bool:
        loudest = LOUDEST.get(type(event))
        return loudest is not None and not self._ours.isEnabledFor(loudest)

    def _log(self, line: LogLine) -> None:
        fields = line.fields | ({"hint": line.hint} if line.hint else {})
        level = logging.getLevelNamesMapping()[line.level.upper()]
        self._logger.log(level, line.text, exc_info=line.error, **fields)
