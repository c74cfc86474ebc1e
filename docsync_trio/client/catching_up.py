"""A pulled document, said as a patch of the one that is already here.

After a reconnect the whole document comes again. Bokeh would put new models in the place
of the old ones, and everything that a program holds would be dead: its variables, its
callbacks. So what has changed is written as changes of the models that are here.
"""

from collections.abc import Iterator
from typing import Any

import attrs
from bokeh.document import Document
from bokeh.model import Model

from docsync_trio.documents.bokeh_private import model_table
from docsync_trio.protocol.message import Message


@attrs.frozen
class CatchingUp:
    """*patch* is a PATCH-DOC; *defaults* are properties that have their default there."""

    patch: Message
    defaults: tuple[tuple[Model, str], ...]


def catching_up(document: Document, pulled: Message) -> CatchingUp | None:
    """Return what makes *document* the one in *pulled*; None where no patch can say it."""
    doc: dict[str, Any] = pulled.content["doc"]
    roots, title = doc.get("roots"), doc.get("title")
    if not isinstance(roots, list):
        return None
    writer = _Writer(document)
    now_roots = [writer.changed(root) for root in roots]
    there = {root["id"] for root in now_roots if isinstance(root, dict) and "id" in root}
    here = {root.id for root in document.roots}
    events = [
        *writer.events,
        *({"kind": "RootAdded", "model": root} for root in now_roots if root["id"] not in here),
        *({"kind": "RootRemoved", "model": {"id": gone}} for gone in here - there),
    ]
    if title != document.title:
        events.append({"kind": "TitleChanged", "title": title})
    if not _is_sound(events, set(model_table(document))):
        return None
    patch = attrs.evolve(pulled, kind="PATCH-DOC", content={"events": events})
    return CatchingUp(patch, tuple(writer.defaults))


@attrs.define(eq=False)
class _Writer:
    """Takes models that are here out of a document's JSON, and notes how they are to change."""

    document: Document
    events: list[dict[str, Any]] = attrs.field(factory=list)
    defaults: list[tuple[Model, str]] = attrs.field(factory=list)

    def changed(self, value: Any) -> Any:
        """*value* with a bare reference for each model that is here."""
        if isinstance(value, list):
            return [self.changed(each) for each in value]
        if not isinstance(value, dict):
            return value
        model = self._known(value)
        if model is None:
            return {key: self.changed(each) for key, each in value.items()}
        attributes = value.get("attributes", {})
        for attr, new in attributes.items():
            event = {"model": {"id": model.id}, "attr": attr, "new": self.changed(new)}
            self.events.append({"kind": "ModelChanged", **event})
        ours = model.properties_with_values(include_defaults=False)
        self.defaults += [(model, attr) for attr in ours if attr not in attributes]
        return {"id": model.id}

    def _known(self, value: dict[str, Any]) -> Model | None:
        if value.get("type") != "object" or "id" not in value:
            return None
        model = model_table(self.document).get(value["id"])
        if model is None or model.__qualified_model__ != value.get("name"):
            return None
        return model


def _is_sound(events: list[dict[str, Any]], known: set[Any]) -> bool:
    """Whether every model is there, or written in full, before it is referred to."""
    for each in _objects(events):
        if each.get("type") == "object" and "id" in each:
            if each["id"] in known:
                return False  # another kind of model that has the id of one of ours
            known.add(each["id"])
        elif each.keys() == {"id"} and each["id"] not in known:
            return False
    return True


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every JSON object in *value*, in the order in which it is read."""
    if isinstance(value, dict):
        yield value
        for each in value.values():
            yield from _objects(each)
    elif isinstance(value, list):
        for each in value:
            yield from _objects(each)
