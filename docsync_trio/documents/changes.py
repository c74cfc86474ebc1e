"""What changed in a document since it was last sent: merged, in order, not yet encoded.

A changed property is kept as "this property of this model changed"; its value is
read when the change is sent. So a property that was set ten times in one callback
is sent once, with the value the document really has. Streams and patches of a
column are differences, not values: they are encoded at once, arrays copied, before
the application can reuse them.
"""

from collections.abc import Callable, Iterable
from typing import Any
from weakref import WeakSet

import attrs
from bokeh.document import Document
from bokeh.document.events import (
    ColumnDataChangedEvent,
    ColumnsPatchedEvent,
    ColumnsStreamedEvent,
    DocumentChangedEvent,
    DocumentPatchedEvent,
    ModelChangedEvent,
    RootAddedEvent,
    RootRemovedEvent,
    TitleChangedEvent,
)
from bokeh.model import Model

from docsync_trio.documents.bokeh_private import new_models
from docsync_trio.documents.change import Author, Change, stream_change, table_event, value_change
from docsync_trio.documents.column_differences import ColumnDifferences
from docsync_trio.documents.encoding import PatchSerializer
from docsync_trio.documents.streamed import streamed

_OF_A_PROPERTY = (
    *(ModelChangedEvent, ColumnDataChangedEvent),
    *(ColumnsPatchedEvent, ColumnsStreamedEvent),
)


@attrs.define(eq=False)
class Changes:
    """The changes of one document since the last `take`."""

    document: Document
    _entries: dict[object, Change] = attrs.field(factory=dict, init=False)
    # The keys of streams and patches, by the column data that they are for.
    _differences: dict[object, list[object]] = attrs.field(factory=dict, init=False)
    _roots: dict[Model, None] = attrs.field(factory=dict, init=False)
    _overtaken: WeakSet[DocumentChangedEvent] = attrs.field(factory=WeakSet, init=False)
    _tables: ColumnDifferences = attrs.field(factory=ColumnDifferences, init=False)

    def record(
        self,
        event: DocumentPatchedEvent,
        known: Callable[[Model], bool],
        only_viewer: Author | None = None,
    ) -> None:
        """Add what Bokeh reports. *known* tells the models that some viewer has.

        *only_viewer* is who is the only one to hear of it: what that one has done itself is left
        out, unless something else has been changed with it.
        """
        author = event.setter
        if isinstance(event, _OF_A_PROPERTY):
            model = event.model
            if model in new_models(self.document) and not known(model):
                return  # it is still to be sent for the first time, with all it has by then
            if not isinstance(event, ModelChangedEvent):
                self._columns(event, author)
            elif author is None or author is not only_viewer or self._has(model, event.attr):
                self._changed(model, event.attr, author)
        elif isinstance(event, TitleChangedEvent):
            self._put(Change("title", author, event.to_serializable))
        elif isinstance(event, (RootAddedEvent, RootRemovedEvent)):
            self._root(event.model, author)
        else:
            self._put(self._encoded_now(event, author))

    def _has(self, model: Model, attr: str) -> bool:
        key = (model.id, attr)
        return key in self._entries or key in self._differences

    def restate(self, model: Model) -> None:
        """Tell everyone all that there is to know of *model*, but for what never changed."""
        for attr in model.properties_with_values(include_defaults=False):
            self._changed(model, attr, None)

    def overtake(self, events: Iterable[DocumentChangedEvent]) -> None:
        """A viewer has pulled. It has seen what *events* did, though they are not reported yet.

        It has also seen what the application did to its arrays and has told nobody of.
        """
        self._overtaken.update(events)
        self._tables.forget_all()

    def differ(self, model: Model) -> None:
        """One viewer may have other data of *model* than the others have."""
        self._tables.forget(model)

    def take(self) -> tuple[list[Model], list[Change]]:
        """The models that were roots since the last time and are none now, and all changes.

        In order; the record starts anew.
        """
        removed: list[Model] = []
        if self._roots:
            roots = self.document.roots
            removed = [model for model in self._roots if model not in roots]
            self._roots.clear()
        entries, self._entries = self._entries, {}
        self._differences.clear()
        for model in new_models(self.document):
            self._tables.forget(model)  # somebody is going to be sent it as it is now
        return removed, list(entries.values())

    def _changed(self, model: Model, attr: str, author: Author | None) -> None:
        key = (model.id, attr)
        if key in self._entries or key in self._differences:
            earlier = [self._entries.pop(each) for each in self._differences.pop(key, ())]
            if key in self._entries:
                earlier.append(self._entries[key])
            if any(change.author is not author for change in earlier):
                author = None  # the author's value may have been overwritten: it must hear of it
        change = value_change(self.document, model, attr, author)
        if author is None and change.is_table:
            change.encode = self._table_encoder(model, attr, change.encode)
        self._put(change)

    def _table_encoder(
        self, model: Model, attr: str, whole: Callable[[PatchSerializer], Any | None]
    ) -> Callable[[PatchSerializer], Any | None]:
        """Writes the data of *model* as a difference for those who can take it, else *whole*."""
        decided: list[list[DocumentPatchedEvent] | None] = []

        def encode(serializer: PatchSerializer) -> Any | None:
            is_known = model.id in self.document.models and model not in new_models(self.document)
            if not (serializer.keep_columns and is_known):
                self._tables.forget(model)
                return whole(serializer)
            try:
                if not decided:  # all groups of viewers are told the same
                    decided.append(self._tables.events_for(self.document, model))
                events = decided[0]
                if events is None:
                    return table_event(model, attr, serializer)
                return [event.to_serializable(serializer) for event in events]
            except BaseException:
                self._tables.forget(model)
                raise

        return encode

    def _root(self, model: Model, author: Author | None) -> None:
        """*model* became a root or ceased to be one; what it is when it is sent counts."""

        def encode(serializer: PatchSerializer) -> Any | None:
            if model in self.document.roots:
                return RootAddedEvent(self.document, model).to_serializable(serializer)
            if model in serializer.leaving:
                return RootRemovedEvent(self.document, model).to_serializable(serializer)
            return None

        # Whoever did it last has it as it is now, whatever came before.
        self._roots[model] = None
        self._put(Change(model, author, encode))

    def _columns(
        self,
        event: ColumnDataChangedEvent | ColumnsPatchedEvent | ColumnsStreamedEvent,
        author: Author | None,
    ) -> None:
        # The whole value, read when it is sent, is right whatever came before.
        if isinstance(event, ColumnDataChangedEvent) and event.cols is None:
            self._changed(event.model, event.attr, author)
            return
        key = (event.model.id, event.attr)
        earlier = [self._entries[each].author for each in self._differences.get(key, ())]
        if (
            key in self._entries
            or event.model in new_models(self.document)
            or event in self._overtaken
            or (isinstance(event, ColumnDataChangedEvent) and self._tables.knows(event.model))
            # An author has applied its own difference before it hears of the others'.
            or (author is not None and any(other is not author for other in earlier))
        ):
            self._changed(event.model, event.attr, author)
        else:
            self._tables.forget(event.model)
            self._put(self._difference(event, author))
            self._differences.setdefault(key, []).append(event)

    def _difference(
        self,
        event: ColumnDataChangedEvent | ColumnsPatchedEvent | ColumnsStreamedEvent,
        author: Author | None,
    ) -> Change:
        if isinstance(event, ColumnsStreamedEvent):
            rows = streamed(event, self._serializer)
            if rows is not None:
                return stream_change(event.model, author, rows, event)
        change = self._encoded_now(event, author)
        change.model, change.attr = event.model, event.attr
        change.difference = True
        return change

    def _encoded_now(self, event: DocumentPatchedEvent, author: Author | None) -> Change:
        serializer = self._serializer()
        rep = event.to_serializable(serializer)
        if serializer.wrote_models:  # which belong into the message once, wherever that is
            return Change(event, author, event.to_serializable)
        for buffer in serializer.buffers:
            buffer.data = buffer.to_bytes()
        return Change(event, author, lambda _: rep, tuple(serializer.buffers))

    def _serializer(self) -> PatchSerializer:
        return PatchSerializer(self.document, new_models(self.document))

    def _put(self, change: Change) -> None:
        self._entries.pop(change.key, None)
        self._entries[change.key] = change


def by_author(changes: list[Change]) -> list[tuple[Author | None, list[Change]]]:
    """The changes of each author together, the application's last.

    A viewer has applied its own changes before those of the application reach it;
    the others get them in the same order.
    """
    if len(changes) == 1:
        return [(changes[0].author, changes)]
    groups: dict[Author | None, list[Change]] = {}
    for change in changes:
        groups.setdefault(change.author, []).append(change)
    application = groups.pop(None, None)
    return [*groups.items(), *([(None, application)] if application else [])]
