"""The smallest events that give every viewer the columns that a data source has now.

`source.data = table` says that all is new, though often only some columns are, or some
rows at the end. What viewers have is remembered by its digests. That is a guess about
them which must never be wrong: whatever else tells a viewer of a data source, or lets
one change it, has to `forget` it, and the next time everything is sent.

A page must not be able to tell what it was sent. BokehJS announces a stream or a patch
by other signals than a new table, and makes it inside objects that the page's own code
may hold. So these come between two events that replace no column (a "touch"): the first
gives the page a table of its own to be changed, the last announces a new table.

Bokeh's Python client takes a table with some of the columns for all there is; it needs
whole tables.
"""

from typing import Any
from weakref import WeakKeyDictionary

import attrs
from bokeh.document import Document
from bokeh.document.events import (
    ColumnDataChangedEvent,
    ColumnsPatchedEvent,
    ColumnsStreamedEvent,
    DocumentPatchedEvent,
)
from bokeh.model import Model
from bokeh.models import ColumnDataSource, WebDataSource

from docsync_trio.documents.column_digests import Column, Digest, column_of, digest_of

WORTHWHILE = 256
"""Values that a stream or a patch must save; below, its touches cost as much."""

LONGEST_PAUSE = 32
"""Tables sent unread, at most, between attempts with a source where all always differs."""

Tables = dict[str, Digest | None]


@attrs.define(eq=False)
class _Sent:
    """What is known of one source: *columns* as sent (None: not known), and when to look again."""

    columns: Tables | None = None
    pause: int = 0
    in_vain: int = 0


@attrs.define(eq=False)
class ColumnDifferences:
    """What all viewers of a document have of its data sources."""

    _sent: WeakKeyDictionary[Model, _Sent] = attrs.field(factory=WeakKeyDictionary, init=False)

    def events_for(self, document: Document, model: Model) -> list[DocumentPatchedEvent] | None:
        """What to send to all viewers so that they have the data of *model* as it is now.

        An empty list if they have it already, None if it is the whole table. From here on they
        are taken to have it: who does not send that to all of them has to `forget` the model.
        """
        if not isinstance(model, ColumnDataSource) or isinstance(model, WebDataSource):
            return None  # pages fetch the data of a web data source themselves
        sent = self._sent.get(model)
        if sent is None:
            sent = self._sent[model] = _Sent()
        if sent.pause:
            sent.pause -= 1
            return None
        columns = {name: column_of(value) for name, value in model.data.items()}
        before, sent.columns = sent.columns, {n: digest_of(c) for n, c in columns.items()}
        if before is None:
            return None
        events = _Table(document, model, before, columns, sent.columns).events()
        if events is None:
            sent.in_vain += 1
            sent.pause = min(2 ** (sent.in_vain - 1) - 1, LONGEST_PAUSE)
            if sent.pause:
                sent.columns = None
            return None
        sent.in_vain = 0
        return events

    def knows(self, model: Model) -> bool:
        """Whether it is known what viewers have of *model*."""
        sent = self._sent.get(model)
        return sent is not None and sent.columns is not None

    def forget(self, model: Model) -> None:
        """Viewers may have something else of *model* than they were sent here."""
        sent = self._sent.get(model) if isinstance(model, ColumnDataSource) else None
        if sent is not None:
            sent.columns = None

    def forget_all(self) -> None:
        """Somebody may have something else of any model."""
        for sent in self._sent.values():
            sent.columns = None


@attrs.frozen(eq=False)
class _Table:
    """One table that viewers have (*before*) beside the one that they are to have."""

    document: Document
    model: Model
    before: Tables
    columns: dict[str, Column | None]
    digests: Tables

    def events(self) -> list[DocumentPatchedEvent] | None:
        """The difference; None if it would be the whole table."""
        if not self.before.keys() <= self.columns.keys():
            return None  # nothing but a whole table takes a column away
        changed = [name for name in self.columns if self._differs(name)]
        if not changed:
            return []
        inner = self._streamed(changed) or self._patched(changed)
        if inner is not None:
            return [self._replaced([]), *inner, self._replaced([])]
        return None if len(changed) == len(self.columns) else [self._replaced(changed)]

    def _differs(self, name: str) -> bool:
        digest = self.digests[name]
        return digest is None or digest != self.before.get(name)

    def _replaced(self, names: list[str]) -> DocumentPatchedEvent:
        data = {name: self.model.data[name] for name in names}  # type: ignore[attr-defined]
        return ColumnDataChangedEvent(self.document, self.model, "data", data, names)

    def _streamed(self, changed: list[str]) -> list[DocumentPatchedEvent] | None:
        """Rows at the end of all *changed* columns, if that is all that is new in them."""
        tails: dict[str, Any] = {}
        growth: set[tuple[int, int]] = set()
        for name in changed:
            column, before = self.columns[name], self.before.get(name)
            if column is None or before is None or not column.flat or not before.begins(column):
                return None
            tails[name] = column.rows[before.length :]
            growth.add((before.length, len(column.rows)))
        known = min(length for length, _ in growth) * len(changed)
        if len(growth) > 1 or known < WORTHWHILE:
            return None
        return [ColumnsStreamedEvent(self.document, self.model, "data", tails)]

    def _patched(self, changed: list[str]) -> list[DocumentPatchedEvent] | None:
        """The few rows of the *changed* columns that are new."""
        patches: dict[str, list[tuple[slice, Any]]] = {}
        saved = 0
        for name in changed:
            column, digest, before = self.columns[name], self.digests[name], self.before.get(name)
            if column is None or digest is None or before is None or not column.flat:
                return None
            rows = before.changed(digest)
            if rows is None:
                return None
            patches[name] = [(each, column.rows[each]) for each in rows]
            saved += digest.length - sum(each.stop - each.start for each in rows)
        if saved < WORTHWHILE:
            return None
        copies = {name: self.columns[name].rows[:0] for name in changed}  # type: ignore[union-attr]
        return [
            # A stream of nothing makes arrays anew, so that nobody else's are patched.
            ColumnsStreamedEvent(self.document, self.model, "data", copies),
            ColumnsPatchedEvent(self.document, self.model, "data", patches),
        ]
