"""What a slow viewer has not been sent yet, as values rather than as messages.

Messages that wait would pile up; values do not. While a viewer is behind, it is only
noted which properties changed, and what they are is sent once, when it can take it.

Rows that were streamed to a table, and nothing else, are kept and sent as one stream, as
long as they are fewer than the table has.
"""

from collections.abc import Iterable

import attrs
from bokeh.document import Document
from bokeh.model import Model

from docsync_trio.documents.change import Change, stream_change, value_change
from docsync_trio.documents.streamed import Streamed, at_once

MOST = 10_000
"""Changes that may wait for one viewer. Only messages to the page, which cannot be merged,
or a document with that many properties in motion, come near."""

MOST_STREAMS = 1000
"""Streams to one table that may wait for one viewer; more are sent as the table."""


@attrs.define(eq=False)
class _Rows:
    """Streams to one property that wait, and how many rows they have together."""

    model: Model
    attr: str
    parts: list[Streamed] = attrs.field(factory=list)
    length: int = 0

    def take_in(self, rows: Streamed) -> bool:
        """Add *rows*; if that cannot be, or the whole table is not longer, say no."""
        if self.parts and not rows.goes_on(self.parts[-1]):
            return False
        self.parts.append(rows)
        self.length += rows.length
        table = getattr(self.model, self.attr)
        longest = max((len(table.get(name, ())) for name in rows.columns), default=0)
        return self.length < longest and len(self.parts) <= MOST_STREAMS


@attrs.define(eq=False)
class Backlog:
    """The changes that wait for one viewer: one for each property, in order of the last.

    *patches* is how many messages they would have been.
    """

    _document: Document
    patches: int = attrs.field(default=0, init=False)
    _changes: dict[object, Change | _Rows] = attrs.field(factory=dict, init=False)

    def absorb(self, changes: Iterable[Change]) -> None:
        """Add *changes*; where streams cannot be merged, or there are patches, a whole table."""
        self.patches += 1
        for change in changes:
            key: object = change.key
            entry: Change | _Rows = change
            if change.difference and change.model is not None:
                entry = self._difference(change, change.model)
                key = (change.model.id, change.attr)
            self._changes.pop(key, None)
            self._changes[key] = entry

    def is_full(self) -> bool:
        """Whether it has grown beyond `MOST`; better pull the whole document then."""
        return len(self._changes) > MOST

    def take(self) -> list[Change]:
        """All of it, in order."""
        return [
            stream_change(entry.model, None, at_once(entry.parts), key)
            if isinstance(entry, _Rows)
            else entry
            for key, entry in self._changes.items()
        ]

    def _difference(self, change: Change, model: Model) -> Change | _Rows:
        entry = self._changes.get((model.id, change.attr)) or _Rows(model, change.attr)
        if change.rows is not None and isinstance(entry, _Rows) and entry.take_in(change.rows):
            return entry
        return value_change(self._document, model, change.attr)
