"""One change of a document, and how it is written when it is sent.

The events of Bokeh that set a property are written here as Bokeh writes them, without
making them: that is most of what there is to say.
"""

from collections.abc import Callable
from typing import Any

import attrs
from bokeh.core.property.descriptors import ColumnDataPropertyDescriptor
from bokeh.core.serialization import Buffer
from bokeh.document import Document
from bokeh.model import Model

from docsync_trio.documents.encoding import PatchSerializer, encode_message
from docsync_trio.documents.streamed import Streamed
from docsync_trio.protocol.message import Outgoing

Author = object
"""Who made a change: a viewer, which must not be sent it back; None for the application."""


@attrs.define(eq=False)
class Change:
    """One entry of a patch to come; *encode* writes it with the serializer of its message.

    It gives one event, a list of them, or None if there is nothing to say any more.
    Of two changes with one *key* the later says all. *model* and *attr* are what it is about,
    where it is about one property; a *difference* (a stream, a patch) builds on the value
    before, everything else replaces it. *rows* are those of a stream that can be merged.
    *is_table* says that all columns of a data source are what is written.
    """

    key: object
    author: Author | None
    encode: Callable[[PatchSerializer], Any | None]
    buffers: tuple[Buffer, ...] = ()
    model: Model | None = None
    attr: str = ""
    difference: bool = False
    rows: Streamed | None = None
    is_table: bool = False


def stream_change(model: Model, author: Author | None, rows: Streamed, key: object) -> Change:
    """The change that streams *rows* to *model*."""
    event, buffers = rows.written()
    return Change(
        key, author, lambda _: event, tuple(buffers), model, rows.attr, difference=True, rows=rows
    )


def value_change(
    document: Document, model: Model, attr: str, author: Author | None = None
) -> Change:
    """The change that sets *attr* of *model* to the value it has when it is sent."""
    is_table = isinstance(model.lookup(attr), ColumnDataPropertyDescriptor)
    write = table_event if is_table else _value_event

    def encode(serializer: PatchSerializer) -> Any | None:
        if model.id not in document.models or serializer.has_yet_to_write(model):
            return None  # removed since, or still to be written with all its values
        return write(model, attr, serializer)

    return Change((model.id, attr), author, encode, model=model, attr=attr, is_table=is_table)


def _value_event(model: Model, attr: str, serializer: PatchSerializer) -> dict[str, Any]:
    """What Bokeh's `ModelChangedEvent` writes that sets *attr* to the value it has now."""
    value = serializer.encode(model.lookup(attr).get_value(model))
    return {"kind": "ModelChanged", "model": model.ref, "attr": attr, "new": value}


def table_event(model: Model, attr: str, serializer: PatchSerializer) -> dict[str, Any]:
    """What Bokeh's `ColumnDataChangedEvent` writes that sets *attr* to the table it has now."""
    table = serializer.encode(getattr(model, attr))
    return {
        "kind": "ColumnDataChanged",
        "model": model.ref,
        "attr": attr,
        "data": table,
        "cols": None,
    }


def patch_message(
    changes: list[Change], serializer: PatchSerializer, on_error: Callable[[Exception], None]
) -> Outgoing | None:
    """One message with *changes*; None if nothing is left of them.

    *on_error* is given what a value raises that cannot be written.
    """
    events: list[Any] = []
    buffers: list[Buffer] = []
    for change in changes:
        try:
            rep = serializer.attempt(change.encode)
        except Exception as error:  # noqa: BLE001 - the application's values may raise anything
            on_error(error)
            continue
        if rep is not None:
            events += rep if isinstance(rep, list) else [rep]
            buffers += change.buffers
    if not events:
        return None
    return encode_message("PATCH-DOC", {"events": events}, buffers + serializer.buffers)
