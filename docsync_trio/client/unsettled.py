"""What was changed here and the server has not yet said OK to.

When the connection breaks, nobody knows whether it arrived. Values of properties are set
again when the document has been pulled anew, which is right either way; what adds to
something (streamed rows, new models, events) is not, and is named instead.
"""

from collections.abc import Iterator
from typing import Any

import attrs
from bokeh.core.property.wrappers import PropertyValueColumnData
from bokeh.core.types import ID
from bokeh.document import Document
from bokeh.document.events import (
    ColumnDataChangedEvent,
    DocumentPatchedEvent,
    ModelChangedEvent,
    TitleChangedEvent,
)
from bokeh.model import Model
from bokeh.model.util import visit_value_and_its_immediate_references

from docsync_trio.documents.bokeh_private import model_table


@attrs.frozen
class Edit:
    """One change. *model_id* and *attr* name a property; both are empty for anything else."""

    name: str
    model_id: str = ""
    attr: str = ""


def edit_of(event: DocumentPatchedEvent) -> Edit:
    """What *event* did."""
    if isinstance(event, ModelChangedEvent | ColumnDataChangedEvent):
        return Edit(f"{event.model}.{event.attr}", event.model.id, event.attr)
    if isinstance(event, TitleChangedEvent):
        return Edit("title", attr="title")
    model = getattr(event, "model", "")
    return Edit(f"{event.kind} {model}".strip())


@attrs.define(eq=False)
class Unsettled:
    """The changes of one document that are on their way, by the message they went with."""

    _fresh: list[Edit] = attrs.field(factory=list, init=False)
    _sent: dict[str, list[Edit]] = attrs.field(factory=dict, init=False)

    def changed(self, event: DocumentPatchedEvent) -> None:
        """*event* goes with the next message."""
        self._fresh.append(edit_of(event))

    def sent(self, message_id: str) -> None:
        """All that changed since the last message has gone, or would have gone, with this one."""
        self._sent[message_id], self._fresh = self._fresh, []

    def settled(self, message_id: str | None) -> None:
        """The server has answered that message."""
        self._sent.pop(message_id or "", None)

    def forget(self) -> None:
        """The server has all of it, or is about to get it."""
        self._fresh.clear()
        self._sent.clear()

    def take(self, document: Document) -> tuple[list[tuple[Edit, Any]], tuple[str, ...]]:
        """The changes to make again, each with its value, and the names of all others."""
        edits = dict.fromkeys(edit for edits in self._sent.values() for edit in edits)
        self._sent.clear()
        again: list[tuple[Edit, Any]] = []
        others: list[str] = []
        for edit in edits:
            values = list(_value(document, edit))
            again += [(edit, value) for value in values]
            others += [] if values else [edit.name]
        return again, tuple(others)


def _value(document: Document, edit: Edit) -> Iterator[Any]:
    """The value that *edit* gave, if it can be given again."""
    if not edit.attr:
        return
    if not edit.model_id:
        yield document.title
        return
    model = model_table(document).get(ID(edit.model_id))
    if model is None:
        return
    value = getattr(model, edit.attr)
    found: list[Model] = []
    visit_value_and_its_immediate_references(value, found.append)
    if not found:  # models may be gone when the document has been pulled
        yield dict(value) if isinstance(value, PropertyValueColumnData) else value


def make_again(document: Document, edit: Edit, value: Any) -> bool:
    """Give a property the value that it had here; tells whether there is such a property."""
    if not edit.model_id:
        document.title = value
        return True
    model = model_table(document).get(ID(edit.model_id))
    if model is None or edit.attr not in model.properties():
        return False
    setattr(model, edit.attr, value)
    return True
