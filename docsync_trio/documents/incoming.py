"""A peer's patch, checked and applied event by event.

A patch that is malformed is the peer's fault and refused whole. An application's
callback that raises is the application's fault and stops nothing: the other events
of the patch still apply, or the two sides would differ for ever.
"""

from collections import ChainMap
from collections.abc import Mapping
from typing import Any

from bokeh.core.serialization import Buffer as BokehBuffer
from bokeh.core.serialization import (
    DeserializationError,
    Deserializer,
    Serialized,
    UnknownReferenceError,
)
from bokeh.core.types import ID
from bokeh.document import Document
from bokeh.document.events import DocumentPatchedEvent
from bokeh.model import Model

from docsync_trio.base.errors import ProtocolError
from docsync_trio.documents.bokeh_private import model_table
from docsync_trio.protocol.close_codes import CloseCode
from docsync_trio.protocol.message import Message

_FIELDS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    # kind of event: (fields that must be there, fields that may be)
    "ModelChanged": (frozenset({"model", "attr", "new"}), frozenset()),
    "ColumnDataChanged": (frozenset({"model", "attr", "data"}), frozenset({"cols"})),
    "ColumnsStreamed": (frozenset({"model", "attr", "data"}), frozenset({"rollover"})),
    "ColumnsPatched": (frozenset({"model", "attr", "patches"}), frozenset()),
    "TitleChanged": (frozenset({"title"}), frozenset()),
    "RootAdded": (frozenset({"model"}), frozenset()),
    "RootRemoved": (frozenset({"model"}), frozenset()),
    "MessageSent": (frozenset({"msg_type"}), frozenset({"msg_data"})),
}


_KIND = frozenset({"kind"})
_MODEL_CHANGED = _FIELDS["ModelChanged"][0] | _KIND
_PLAIN = frozenset({bool, int, float, str, type(None)})


class PatchDeserializer(Deserializer):
    """Finds the models of *table* where they are.

    Bokeh puts them into a dictionary of its own first, for each patch all of them.
    """

    def __init__(self, table: Mapping[ID, Model], author: object) -> None:
        super().__init__(setter=author)  # type: ignore[arg-type]
        self.brought: dict[ID, Model] = {}
        self._references = ChainMap(self.brought, table)  # type: ignore[assignment, arg-type]


class Patch:
    """The events of one PATCH-DOC, decoded against the document they are for.

    *changed* are the model's id and the name of each property that the *author* changed,
    *models* their models.
    """

    def __init__(self, document: Document, message: Message, author: object) -> None:
        """Decode *message*; raises `ProtocolError` if it is not a patch for *document*."""
        self._document = document
        self.author = author
        self._before = model_table(document)
        self._brought: Mapping[ID, Model] = {}
        events = plain_events(message.content, self._before) if message.plain else None
        self._events = self._decode(message) if events is None else events
        self.changed: list[tuple[ID, str]] = []
        self.models: list[Model] = []
        for event in self._events:
            _check(event)
            if "attr" in event:
                model: Model = event["model"]
                self.changed.append((model.id, event["attr"]))
                self.models.append(model)
        self._dropped: set[ID] = set()
        self._removed: set[ID] = set()

    def brought(self, model: Model) -> bool:
        """Whether the author itself sent *model*, which was not in the document before."""
        return self._brought.get(model.id) is model

    def keeps(self, model: Model) -> bool:
        """Whether the author, which had *model*, has it for sure, though it is new again."""
        return model.id not in self._dropped

    def removes(self, model: Model) -> bool:
        """Whether the author itself removed *model* from the roots."""
        return model.id in self._removed

    def apply(self) -> list[BaseException]:
        """Apply all events in order; returns what the application raised meanwhile."""
        return [error for event in self._events if (error := self._apply(event)) is not None]

    def _apply(self, event: dict[str, Any]) -> BaseException | None:
        before = model_table(self._document)
        kind = event["kind"]
        if kind == "RootRemoved":
            self._removed.add(event["model"].id)
        try:
            if kind == "ModelChanged":  # as Bokeh handles it, without making the event
                event["model"].set_from_json(event["attr"], event["new"], setter=self.author)
            else:
                DocumentPatchedEvent.handle_event(self._document, event, self.author)  # type: ignore[arg-type]
        except GeneratorExit:
            raise
        except BaseException as error:  # noqa: BLE001 - callbacks may raise anything, sys.exit() included
            return error
        finally:
            after = model_table(self._document)
            if after is not before:
                self._dropped.update(before.keys() - after.keys())
        return None

    def _decode(self, message: Message) -> list[dict[str, Any]]:
        deserializer = PatchDeserializer(self._before, self.author)
        try:
            content = deserializer.deserialize(serialized(message))
        except UnknownReferenceError as error:
            if self._document.models.seen(error.id):
                return []  # the model was removed here while the peer was changing it
            raise _bad(
                f"the patch names a model that is not in the document ({error.id})"
            ) from error
        except Exception as error:
            raise _bad(f"the patch cannot be read: {error}") from error
        events = content.get("events") if isinstance(content, dict) else None
        if not isinstance(events, list):
            raise _bad("a patch needs a list of events")
        self._brought = deserializer.brought
        return events


def plain_events(content: Mapping[str, Any], table: Mapping[ID, Model]) -> list[Any] | None:
    """What Bokeh makes of the events in *content*, if that is plain to see.

    They may have plain values and name models of *table*. There must be no ``"type"`` in it.
    """
    events = content.get("events")
    if len(content) != 1 or type(events) is not list:
        return None
    decoded: list[dict[str, Any]] = []
    for event in events:
        if type(event) is not dict or "id" in event:
            return None
        own = event.copy()
        for name, value in event.items():
            if type(value) is dict:
                own[name] = model = _named(value, table)
                if model is None:
                    return None
            elif type(value) not in _PLAIN:
                return None
        decoded.append(own)
    return decoded


def _named(reference: dict[str, Any], table: Mapping[ID, Model]) -> Model | None:
    """The model that *reference* names and does no more than that."""
    model_id = reference.get("id")
    return table.get(model_id) if type(model_id) is str and len(reference) == 1 else None  # type: ignore[call-overload]


def serialized(message: Message) -> Serialized[Any]:
    """The content of *message* with its buffers, as Bokeh's decoder takes them."""
    buffers = [BokehBuffer(buffer.id, buffer.data) for buffer in message.buffers]  # type: ignore[arg-type]
    return Serialized(message.content, buffers)


def replace_document(document: Document, message: Message) -> None:
    """Make *document* what a PUSH-DOC says; raises `ProtocolError` if it says nothing sound."""
    pushed = serialized(message)
    if not isinstance(pushed.content.get("doc"), dict):
        raise _bad("PUSH-DOC without a document")
    try:
        document.replace_with_json(Serialized(pushed.content["doc"], pushed.buffers))
    except (
        DeserializationError,
        KeyError,
        TypeError,
        ValueError,
        AttributeError,
        RuntimeError,
    ) as error:
        raise _bad(f"the pushed document cannot be read: {error}") from error


def _check(event: Any) -> None:
    if (
        type(event) is dict
        and event.keys() == _MODEL_CHANGED
        and event["kind"] == "ModelChanged"
        and isinstance(event["model"], Model)
        and type(event["attr"]) is str
    ):
        return  # by far the most
    kind = event.get("kind") if isinstance(event, dict) else None
    if not isinstance(kind, str) or kind not in _FIELDS:
        raise _bad(f"unknown kind of event: {kind!r}")
    required, optional = _FIELDS[kind]
    names = event.keys() - _KIND
    if names != required and not required <= names <= required | optional:
        raise _bad(
            f"{kind} needs {', '.join(sorted(required))}, got {', '.join(sorted(map(str, names)))}"
        )
    for name in optional:
        event.setdefault(name, None)  # bokeh 3.10 wants all of them
    if "model" in required and not isinstance(event["model"], Model):
        raise _bad(f"{kind} without a model")
    if "attr" in required and not isinstance(event["attr"], str):
        raise _bad(f"{kind} without the name of a property")


def _bad(text: str) -> ProtocolError:
    return ProtocolError(text, close_code=CloseCode.BAD_DOCUMENT_DATA)
