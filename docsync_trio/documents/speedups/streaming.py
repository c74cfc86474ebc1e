"""What happens between ``source.stream(rows)`` and those who are told of it.

Bokeh checks the rows as it checks any value, compares the table with itself as it was, and
then tells of the change whatever came of that. For plain rows none of it can fail.
"""

from typing import Any

import numpy as np
from bokeh.core.property.descriptors import ColumnDataPropertyDescriptor
from bokeh.core.property.wrappers import PropertyValueColumnData
from bokeh.document.events import ColumnsStreamedEvent
from bokeh.models.sources import ColumnDataSource

from docsync_trio.documents.speedups.changing import is_plain_table
from docsync_trio.documents.speedups.values import check_assertions

# Bokeh's own function, as it is before anything is replaced.
_stream: Any = ColumnDataSource._stream  # type: ignore[attr-defined, unused-ignore] # noqa: SLF001

_KINDS = frozenset("?" + np.typecodes["AllInteger"] + np.typecodes["AllFloat"])
"""The letters of types of plain numbers."""


def stream(self: Any, new_data: Any, rollover: int | None = None, setter: Any = None) -> None:
    """`ColumnDataSource._stream`, at once where all columns are plain and fit together."""
    descriptor = _plain_descriptor(self)
    data = self._property_values.get("data")
    if (
        descriptor is None
        or not is_plain_table(descriptor.property, new_data)
        or not _fits(data, new_data)
        or not (rollover is None or (type(rollover) is int and rollover > 0))
    ):
        _stream(self, new_data, rollover, setter)
        return
    old = dict(data)
    for name, rows in new_data.items():
        column = data[name]
        if type(column) is list:
            column.extend(rows)
            if rollover is not None and len(column) > rollover:
                del column[: len(column) - rollover]
        else:
            dict.__setitem__(data, name, _joined(column, rows, rollover))
    hint = ColumnsStreamedEvent(self.document, self, "data", new_data, rollover, setter)
    check_assertions(descriptor.property, self, "data", data)
    self.trigger("data", old, data, hint, None)


def _plain_descriptor(source: Any) -> Any:
    """What *source* keeps its data with, if that is Bokeh's own and nobody else has the data.

    None if not.
    """
    data = source._property_values.get("data")  # noqa: SLF001
    if type(data) is not PropertyValueColumnData or len(data._owners) != 1:  # noqa: SLF001
        return None
    ((owner, descriptor),) = data._owners  # noqa: SLF001
    plain = owner is source and type(descriptor) is ColumnDataPropertyDescriptor
    return descriptor if plain and descriptor.name == "data" else None


def _fits(data: dict[str, Any], new_data: dict[str, Any]) -> bool:
    """Whether *new_data* has a plain column, as long as the others, for each one of *data*."""
    if len(data) != len(new_data):
        return False
    length = -1
    for name, rows in new_data.items():
        column: Any = data.get(name)
        if type(column) is not type(rows):
            return False
        if type(rows) is np.ndarray and not (
            rows.ndim == column.ndim == 1
            and rows.dtype.char in _KINDS
            and column.dtype.char in _KINDS
        ):
            return False
        if length < 0:
            length = len(rows)
        elif length != len(rows):
            return False
    return length >= 0


def _joined(column: Any, rows: Any, rollover: int | None) -> Any:
    """*column* and then *rows*, and of both together the last *rollover*."""
    before, more = len(column), len(rows)
    total = before + more
    if before and more:
        if rollover is not None and more >= rollover and _is_copied_as_it_is(column, rows):
            return rows[more - rollover :].copy()  # nothing is left of what was there
        joined = np.concatenate((column, rows))
    else:
        joined = column if before else rows
    return joined if rollover is None or total <= rollover else joined[total - rollover :]


def _is_copied_as_it_is(column: Any, rows: Any) -> bool:
    """Whether a copy of *rows* is of the type that *column* and *rows* have together."""
    return bool(column.dtype == rows.dtype and rows.dtype.isnative)
