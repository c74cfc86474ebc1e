"""What the people at its pages have set in a document's widgets, for the document after it.

When an application is reloaded, its documents are built anew. What somebody had set in a
widget is then set once more, as if they had done it, where the new document has the same
widget: the same by name, else by kind and title, else by kind and place in the tree. What
the application's own code has set is its business and is not kept.
"""

import datetime as dt
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any

import attrs
from bokeh.core.types import ID
from bokeh.document import Document
from bokeh.document.events import DocumentPatchedEvent, ModelChangedEvent
from bokeh.model import Model
from bokeh.model.util import visit_value_and_its_immediate_references
from bokeh.models import Tabs
from bokeh.models.widgets import Widget

from docsync_trio.documents.fitting import misfit

_PLAIN = (str, bytes, int, float, type(None), dt.date, dt.time, dt.timedelta)


@attrs.frozen
class Identity:
    """What a widget is known by in another document.

    *place* is the way to it from the roots: ``(0, "children", 2)``. *name* and *title* are
    empty where it has none.
    """

    kind: str
    name: str
    title: str
    place: tuple[str | int, ...]

    @property
    def label(self) -> str:
        """How its user would call it."""
        return f"“{self.title or self.name}”" if self.title or self.name else f"a {self.kind}"


@attrs.frozen
class KeptState:
    """All widgets that a document had, and what was set in them.

    *values* are triples of the widget, the property and the value, in the order in which they
    were set; the values belong to nobody else.
    """

    widgets: tuple[Identity, ...] = ()
    values: tuple[tuple[Identity, str, Any], ...] = ()


@attrs.frozen
class NotKept:
    """*sentences* say what could not be put back; *errors* are what callbacks raised meanwhile."""

    sentences: tuple[str, ...] = ()
    errors: tuple[BaseException, ...] = ()


class UserChanges:
    """Remembers which properties of *document* were last set by somebody at a page.

    It has to be made before anybody views the document.
    """

    def __init__(self, document: Document) -> None:
        self._changed: dict[tuple[ID, str], None] = {}
        document.callbacks.on_change_dispatch_to(self)

    def __iter__(self) -> Iterator[tuple[ID, str]]:
        """Give the id of the model and the name of the property, in the order of the changes."""
        return iter(list(self._changed))

    def _document_patched(self, event: DocumentPatchedEvent) -> None:
        """Bokeh calls this by its name for every change; those of a page have a setter."""
        if isinstance(event, ModelChangedEvent) and _is_widget(event.model):
            key = (event.model.id, event.attr)
            self._changed.pop(key, None)
            # What the application did to it in its callback is told before.
            if event.setter is not None and getattr(event.model, event.attr) == event.new:
                self._changed[key] = None


def take(document: Document, changes: Iterable[tuple[ID, str]]) -> KeptState:
    """Return what *changes* say was set in *document*, with the values it has now."""
    widgets = dict(_widgets(document))
    values = []
    for model_id, attr in changes:
        model = document.models.get_by_id(model_id)
        if model is not None and model in widgets:
            with suppress(TypeError):
                values.append((widgets[model], attr, _plain(getattr(model, attr))))
    return KeptState(tuple(widgets.values()), tuple(values))


def put_back(state: KeptState, document: Document, author: object) -> NotKept:
    """Set in *document* what *state* holds, and run the callbacks that follow.

    *author* stands for the page that had set it. The document has to be held.
    """
    models = {identity: model for model, identity in _widgets(document)}
    same = match(state.widgets, list(models))
    sentences: dict[str, None] = {}
    errors: list[BaseException] = []
    for old, attr, value in state.values:
        new = same.get(old)
        why = "it is no longer there" if new is None else misfit(models[new], attr, value)
        if new is None or why:
            sentences[f"{old.label}: {why}."] = None
            continue
        try:
            models[new].set_from_json(attr, value, setter=author)  # type: ignore[arg-type]
        except Exception as error:  # noqa: BLE001 - callbacks of the application may raise anything
            errors.append(error)
    return NotKept(tuple(sentences), tuple(errors))


def match(old: Sequence[Identity], new: Sequence[Identity]) -> dict[Identity, Identity]:
    """Return which of *new* each of *old* has become; those that went are not in it."""
    found: dict[Identity, Identity] = {}
    for key_of in (_by_name, _by_title, _by_place):
        there = _single(key_of, set(new) - set(found.values()))
        for key, one in _single(key_of, set(old) - set(found)).items():
            other = there.get(key)
            if other is not None and not (one.name and other.name and one.name != other.name):
                found[one] = other
    return found


def _by_name(one: Identity) -> Hashable:
    return (one.kind, one.name) if one.name else None


def _by_title(one: Identity) -> Hashable:
    return (one.kind, one.title) if one.title else None


def _by_place(one: Identity) -> Hashable:
    return (one.kind, one.place)


def _single(
    key_of: Callable[[Identity], Hashable], identities: Iterable[Identity]
) -> dict[Hashable, Identity]:
    """Those that are the only ones with their key."""
    groups: dict[Hashable, list[Identity]] = {}
    for one in identities:
        groups.setdefault(key_of(one), []).append(one)
    return {key: group[0] for key, group in groups.items() if key is not None and len(group) == 1}


def _is_widget(model: Model) -> bool:
    return isinstance(model, (Widget, Tabs))


def _widgets(document: Document) -> Iterator[tuple[Model, Identity]]:
    """All widgets of *document*, each with what it is known by; roots first."""
    waiting: list[tuple[Model, tuple[str | int, ...]]] = [
        (root, (at,)) for at, root in enumerate(document.roots)
    ]
    seen = {root for root, _ in waiting}
    for model, place in waiting:  # it grows meanwhile
        if _is_widget(model):
            title = getattr(model, "title", None) or getattr(model, "label", None)
            title = title if isinstance(title, str) else ""
            yield model, Identity(type(model).__name__, model.name or "", title, place)
        for attr, below in _parts(model):
            for at, part in enumerate(below):
                if part not in seen:
                    seen.add(part)
                    waiting.append((part, (*place, attr, at)))


def _parts(model: Model) -> Iterator[tuple[str, list[Model]]]:
    for attr, value in model.properties_with_values(include_defaults=False).items():
        below: list[Model] = []
        visit_value_and_its_immediate_references(value, below.append)
        if below:
            yield attr, below


def _plain(value: Any) -> Any:
    """A copy of *value* that belongs to no document. Raises ``TypeError`` if it has models."""
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, tuple):
        return tuple(map(_plain, value))
    if isinstance(value, list):
        return list(map(_plain, value))
    raise TypeError(f"{type(value).__name__} is not a plain value")
