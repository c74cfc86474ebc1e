"""Putting the faster functions into Bokeh, and taking them out again.

They are for the whole process, like Bokeh's classes. Nothing is replaced that is not as
we know it, and nothing stays replaced if documents come out differently.
"""

from collections.abc import Iterable
from typing import Any

import attrs
import bokeh
import bokeh.core.validation
import bokeh.document.document
from bokeh.core import has_props
from bokeh.core.has_props import HasProps
from bokeh.core.property.bases import Property
from bokeh.core.property.container import ColumnData, Dict, Seq
from bokeh.core.property.descriptors import ColumnDataPropertyDescriptor, PropertyDescriptor
from bokeh.core.property.wrappers import (
    PropertyValueColumnData,
    PropertyValueContainer,
    PropertyValueDict,
)
from bokeh.core.serialization import Deserializer
from bokeh.model import Model, model, util
from bokeh.models.sources import ColumnDataSource
from bokeh.util.callback_manager import PropertyCallbackManager

from docsync_trio.documents.speedups import changing, graph, serializing, streaming, values
from docsync_trio.documents.speedups.class_facts import PLACE, ClassFacts, forget_all
from docsync_trio.documents.speedups.own_text import is_known, where
from docsync_trio.documents.speedups.self_test import sample

Place = tuple[Any, str]

FOUNDATION: tuple[Place, ...] = (
    (Property, "themed_default"),
    (Property, "_raw_default"),
    (Property, "_copy_default"),
    (Property, "_may_have_unstable_default"),
    (PropertyDescriptor, "__get__"),
    (PropertyDescriptor, "__delete__"),
    (PropertyDescriptor, "class_default"),
    (PropertyDescriptor, "instance_default"),
    (PropertyDescriptor, "get_value"),
    (PropertyDescriptor, "has_unstable_default"),
    (PropertyDescriptor, "_get"),
    (PropertyDescriptor, "_get_default"),
    (PropertyDescriptor, "_set_value"),
    (PropertyDescriptor, "_set"),
    (PropertyDescriptor, "_notify_mutated"),
    (HasProps, "query_properties_with_values"),
    (HasProps, "themed_values"),
    (ColumnData, "_hinted_value"),
    (ColumnData, "wrap"),
    (Dict, "validate"),
    (Seq, "validate"),
    (Seq, "_is_seq"),
    (Seq, "_should_skip_item_validation"),
)
"""Functions of Bokeh that stay, and on which what `class_facts` says rests."""

REST_ON: dict[str, tuple[Place, ...]] = {
    "stream": (
        (PropertyValueColumnData, "_stream"),
        (PropertyValueDict, "_saved_copy"),
        (PropertyValueContainer, "_notify_owners"),
        (PropertyDescriptor, "_trigger"),
    ),
}
"""Functions of Bokeh of which single replacements do what they do, too."""

REPLACEMENTS: dict[str, tuple[tuple[Place, ...], Any]] = {
    # name: (where Bokeh keeps the function, what takes its place)
    "init": (((HasProps, "__init__"),), values.init),
    "setattr": (((HasProps, "__setattr__"),), values.set_attribute),
    "theme": (((HasProps, "apply_theme"),), values.apply_theme),
    "default": (((PropertyDescriptor, "_get_default"),), values.get_default),
    "matches": (((Property, "matches"),), changing.matches),
    "prepare": (((Property, "prepare_value"),), values.prepare_value),
    "columns": (((ColumnDataPropertyDescriptor, "__set__"),), changing.set_columns),
    "stream": (((ColumnDataSource, "_stream"),), streaming.stream),
    "trigger": (((Model, "trigger"),), changing.trigger),
    "callbacks": (((PropertyCallbackManager, "trigger"),), changing.trigger_callbacks),
    "patch": (((HasProps, "set_from_json"),), values.set_from_json),
    "json": (((HasProps, "properties_with_values"),), serializing.properties_with_values),
    "definitions": (
        ((has_props, "is_DataModel"), (bokeh.document.document, "is_DataModel")),
        serializing.is_data_model,
    ),
    "resolve": (((Deserializer, "_resolve_type"),), serializing.resolve_type),
    "references": (((util, "visit_immediate_value_references"),), graph.visit_references),
    "visit": (
        (
            (util, "visit_value_and_its_immediate_references"),
            (model, "visit_value_and_its_immediate_references"),
        ),
        graph.visit_value,
    ),
    "integrity": (
        ((bokeh.core.validation, "check_integrity"), (bokeh.document.document, "check_integrity")),
        graph.check_integrity,
    ),
}
if not hasattr(HasProps, "__property_info__"):  # Bokeh 3.10 has these itself
    REPLACEMENTS["overridden"] = (
        ((HasProps, "_overridden_defaults"),),
        classmethod(values.overridden_defaults),
    )
    for method in ("properties", "descriptors", "properties_with_refs", "dataspecs"):
        REPLACEMENTS[method] = (((HasProps, method),), values.kept_on_class(method))


@attrs.frozen
class SpeedUp:
    """What came of it.

    *active* are the names of the replacements in force. *reason* is why Bokeh has been left
    as it is, wholly or in part, in words; empty where it has not.
    """

    active: tuple[str, ...] = ()
    reason: str = ""


_NO_THEME = "__themed_values__"
_STOCK: dict[Place, Any] = {
    place: vars(place[0]).get(place[1]) for places, _ in REPLACEMENTS.values() for place in places
}
_BEGINNING: dict[Place, Any] = _STOCK | {
    (owner, name): vars(owner).get(name)
    for places in (FOUNDATION, *REST_ON.values())
    for owner, name in places
}
_state: list[SpeedUp] = []
_trusted: list[bool] = []


def speed_up() -> SpeedUp:
    """Make Bokeh's models faster, if this is a Bokeh that we know; once is enough.

    Documents are compared before and after; if one differs, everything is put back.
    """
    if not _state:
        _state.append(_speed_up())
    return _state[0]


def slow_down() -> None:
    """Give Bokeh its own functions back. Models made meanwhile work on."""
    for (owner, name), stock in _STOCK.items():
        if stock is not None:
            setattr(owner, name, stock)
    if _NO_THEME in vars(HasProps):
        delattr(HasProps, _NO_THEME)
    forget_all()
    _state.clear()


def fingerprint() -> str:
    """Return which function is at each place that matters: its name, file and line.

    Where this and the files are as they were, `speed_up` comes to the same end.
    """
    return "\n".join(map(where, _BEGINNING.values()))


def trust() -> None:
    """Let `speed_up` replace all without a test: it is known to have passed with these files.

    The test is made all the same if somebody replaces a function of Bokeh's meanwhile.
    """
    _trusted[:] = [True]


def _speed_up() -> SpeedUp:
    if _trusted and all(vars(owner).get(name) is it for (owner, name), it in _BEGINNING.items()):
        install(*REPLACEMENTS)
        return SpeedUp(tuple(REPLACEMENTS))
    if not _are_known(FOUNDATION):
        return SpeedUp(
            reason=f"bokeh {bokeh.__version__} computes defaults in a way we do not know"
        )
    known = [name for name in REPLACEMENTS if _may_replace(name)]
    expected = sample()
    install(*known)
    try:
        why = "" if sample() == expected else "makes documents that differ"
    except Exception as error:  # noqa: BLE001 - whatever it is, Bokeh itself does not raise it
        why = f"raises {error!r}"
    if why:
        slow_down()
        return SpeedUp(reason=f"with bokeh {bokeh.__version__} the fast way {why}")
    unknown = ", ".join(REPLACEMENTS.keys() - known)
    return SpeedUp(
        tuple(known), unknown and f"bokeh {bokeh.__version__} is new to us in part ({unknown})"
    )


def install(*names: str) -> None:
    """Put the replacements *names* in place, unseen and untested."""
    setattr(HasProps, PLACE, ClassFacts(HasProps))
    if "theme" in names:
        # An attribute that is always there is found without an exception.
        setattr(HasProps, _NO_THEME, None)
    for name in names:
        places, replacement = REPLACEMENTS[name]
        for owner, attribute in places:
            setattr(owner, attribute, replacement)


def _may_replace(name: str) -> bool:
    places, _ = REPLACEMENTS[name]
    stock = _STOCK[places[0]]
    if not is_known(stock) or not _are_known(REST_ON.get(name, ())):
        return False
    return all(vars(owner).get(attribute) is stock for owner, attribute in places)


def _are_known(places: Iterable[Place]) -> bool:
    return all(is_known(vars(owner).get(name)) for owner, name in places)
