"""What happens between ``source.data = table`` and those who are told of it.

Each function here stands in for the one of Bokeh that it names and does the same. Bokeh
imports what it needs at each call, and looks at every value for what it mostly is not.
"""

from typing import Any

import numpy as np
from bokeh.core.property.any import Any as AnyVal
from bokeh.core.property.bases import Property
from bokeh.core.property.container import ColumnData, Seq
from bokeh.core.property.descriptors import ColumnDataPropertyDescriptor
from bokeh.core.property.primitive import String
from bokeh.core.property.wrappers import PropertyValueColumnData
from bokeh.document.events import ColumnDataChangedEvent
from bokeh.model.model import Model
from bokeh.util.serialization import BINARY_ARRAY_TYPES

PLAIN = frozenset({bool, int, float, str, type(None)})

# Bokeh's own functions, as they are before anything is replaced.
_matches = Property.matches
_set_columns = ColumnDataPropertyDescriptor.__set__
_trigger = Model.trigger

_NUMBERS = frozenset(BINARY_ARRAY_TYPES)
_COLUMNS = frozenset({list, np.ndarray})


def matches(self: Any, new: Any, old: Any) -> bool:
    """`Property.matches`, at once where values are plain, and where tables plainly differ."""
    kind, other = type(new), type(old)
    if kind in PLAIN and other in PLAIN:
        return bool(new == old)
    if kind is other is PropertyValueColumnData and _differ(new, old):
        return False
    return _matches(self, new, old)


def _differ(new: dict[str, Any], old: dict[str, Any]) -> bool:
    """Whether arrays of numbers, of all columns the first, begin differently."""
    for name, column in new.items():
        before = old.get(name)
        if type(column) is not np.ndarray or type(before) is not np.ndarray:
            return False
        if column.dtype != before.dtype or column.dtype not in _NUMBERS:
            return False
        if column.size and before.size and column.item(0) != before.item(0):
            return True
    return False


def is_plain_table(self: Any, value: Any) -> bool:
    """Whether *value* is sure to pass the check of the `ColumnData` property *self*."""
    if type(self) is not ColumnData or type(value) is not dict:
        return False
    keys, values = self._type_params
    if type(keys) is not String or type(values) is not Seq:
        return False
    if not isinstance(values._type_params[0], AnyVal):  # noqa: SLF001
        return False
    for name, column in value.items():
        if type(name) is not str or type(column) not in _COLUMNS:
            return False
    return True


def set_columns(self: Any, obj: Any, value: Any, *, setter: Any = None) -> None:
    """`ColumnDataPropertyDescriptor.__set__`, without an import statement per value."""
    if (
        not hasattr(obj, "_property_values")
        or self.property.readonly
        or isinstance(value, PropertyValueColumnData)
    ):
        _set_columns(self, obj, value, setter=setter)  # type: ignore[no-untyped-call, unused-ignore]
        return
    document = obj.document
    hint = ColumnDataChangedEvent(document, obj, "data", setter=setter) if document else None
    value = self.property.prepare_value(obj, self.name, value)
    self._set(obj, self._get(obj), value, hint=hint, setter=setter)


def trigger(self: Any, attr: str, old: Any, new: Any, hint: Any = None, setter: Any = None) -> None:
    """`Model.trigger`, which need not look for models in a number."""
    if hint is None and not (type(old) in PLAIN and type(new) in PLAIN):
        _trigger(self, attr, old, new, hint, setter)
        return
    name = self.lookup(attr).name
    super(Model, self).trigger(name, old, new, hint=hint, setter=setter)


def trigger_callbacks(
    self: Any, attr: str, old: Any, new: Any, hint: Any = None, setter: Any = None
) -> None:
    """`PropertyCallbackManager.trigger`, without an import statement per change."""

    def invoke() -> None:
        callbacks = self._callbacks.get(attr)
        if callbacks:
            for callback in callbacks:
                callback(attr, old, new)

    document = self.document
    if document is None:
        invoke()
    else:
        document.callbacks.notify_change(self, attr, old, new, hint, setter, invoke)
