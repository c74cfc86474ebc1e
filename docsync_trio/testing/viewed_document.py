"""The document of somebody who looks at a session, kept in step by messages.

It decodes and applies with Bokeh's own code, as far as Bokeh's Python does what BokehJS
does; what is changed in it becomes a message for the server.
"""

from collections.abc import Callable
from typing import Any, Final

import attrs
from bokeh.core.serialization import Deserializer, Serialized, Serializer
from bokeh.core.types import ID
from bokeh.document import Document
from bokeh.document.events import DocumentPatchedEvent, MessageSentEvent, ModelChangedEvent
from bokeh.events import Event
from bokeh.model import Model

from docsync_trio.documents.encoding import encode_message
from docsync_trio.documents.incoming import serialized
from docsync_trio.protocol.message import Message, Outgoing


class _Server:
    """The author of what comes from the server."""


_SERVER: Final[Any] = _Server()


@attrs.define(eq=False)
class ViewedDocument:
    """A document that came as the answer to a pull.

    *say* takes the message that a change makes, and the change itself.
    """

    document: Document
    _say: Callable[[Outgoing, DocumentPatchedEvent], object]

    @classmethod
    def of_reply(
        cls, reply: Message, say: Callable[[Outgoing, DocumentPatchedEvent], object]
    ) -> "ViewedDocument":
        """Make it of a PULL-DOC-REPLY."""
        whole = serialized(reply)
        document = Document.from_json(Serialized(whole.content["doc"], whole.buffers))
        document.models.flush_synced()
        viewed = cls(document, say)
        document.on_change(viewed._changed)
        return viewed

    def apply(self, patch: Message) -> None:
        """Do what a PATCH-DOC says; raises what callbacks of this document raise."""
        deserializer = Deserializer(list(self.document.models), setter=_SERVER)
        for event in deserializer.deserialize(serialized(patch))["events"]:
            self._apply(event)
        self.document.models.flush_synced()

    def send(self, event: Event) -> None:
        """Tell the server of an event such as a click."""
        message = MessageSentEvent(self.document, "bokeh_event", event)
        self._say(self._encoded(message), message)

    def let_go(self) -> None:
        """Tell the server of no more changes."""
        self.document.remove_on_change(self._changed)

    def _changed(self, event: Any) -> None:
        if isinstance(event, DocumentPatchedEvent) and event.setter is not _SERVER:
            self._say(self._encoded(event), event)

    def _encoded(self, event: DocumentPatchedEvent) -> Outgoing:
        serializer = Serializer(references=self.document.models.synced_references)
        content = {"events": [event.to_serializable(serializer)]}
        self.document.models.flush_synced()
        return encode_message("PATCH-DOC", content, serializer.buffers)

    def _apply(self, event: dict[str, Any]) -> None:
        source: Any = event.get("model")
        if event["kind"] == "ColumnDataChanged":
            # Bokeh's Python drops the columns that are not named, and an array that
            # comes for a list of the same numbers.
            kept = {} if event.get("cols") is None else source.data
            data = {**kept, **event["data"]}
            source.lookup("data").__set__(source, data, setter=_SERVER)
        elif event["kind"] == "ColumnsStreamed":
            # BokehJS streams to some of the columns, too; Bokeh's Python refuses to.
            data, rollover = event["data"], event["rollover"]
            source.data._stream(self.document, source, data, rollover, _SERVER)  # noqa: SLF001
        else:
            DocumentPatchedEvent.handle_event(self.document, event, _SERVER)  # type: ignore[arg-type]


@attrs.define(eq=False)
class Unsent:
    """Values that a page gave to properties while it had no line, for when it has one."""

    _values: dict[tuple[str, str], tuple[Any, Any]] = attrs.field(factory=dict, init=False)

    def remember(self, synced: dict[str, dict[str, Any]], event: DocumentPatchedEvent) -> None:
        """Keep what *event* changed; *synced* has the values as the server last had them."""
        if isinstance(event, ModelChangedEvent):
            key = (event.model.id, event.attr)
            before = synced.get(event.model.id, {}).get(event.attr)
            self._values[key] = (self._values.get(key, (before, None))[0], event.new)

    def make_again(self, document: Document) -> None:
        """Set in *document* what nobody else has changed meanwhile."""
        values, self._values = self._values, {}
        for (model_id, attr), (before, new) in values.items():
            model = document.get_model_by_id(ID(model_id))
            if model is None or isinstance(new, Model):
                continue
            if model.lookup(attr).property.matches(before, getattr(model, attr)):
                setattr(model, attr, new)


def values_of(document: Document) -> dict[str, dict[str, Any]]:
    """Return the value of every property of every model, by the model's id."""
    return {
        model.id: {name: _kept(value) for name, value in model.properties_with_values().items()}
        for model in document.models
    }


def _kept(value: Any) -> Any:
    return list(value) if isinstance(value, list) else value
