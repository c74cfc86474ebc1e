"""Rows that were streamed to a data source, as they were at that moment.

The application may fill its arrays anew for the next rows, so these are copied at once, and
written into messages as they are. And rows that wait for somebody can be sent in one go.
"""

import sys
from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any

import attrs
from bokeh.core.serialization import Buffer
from bokeh.core.types import ID
from bokeh.document.events import ColumnsStreamedEvent

from docsync_trio.documents.encoding import (
    PatchSerializer,
    buffer_id,
    dtype_as_sent,
    plain_list,
)

Column = tuple[str, bytes] | list[Any]
"""An array's type and its bytes, or the values of a list as Bokeh writes them."""


@attrs.frozen(eq=False)
class Streamed:
    """One stream, or several in one: *length* rows for each of the *columns* of *model*."""

    model: ID
    attr: str
    columns: dict[str, Column]
    rollover: int | None
    length: int

    def written(self) -> tuple[dict[str, Any], list[Buffer]]:
        """The event as JSON, and the buffers that it refers to."""
        buffers: list[Buffer] = []
        entries: list[tuple[str, Any]] = []
        for name, column in self.columns.items():
            if type(column) is tuple:
                dtype, data = column
                buffer = Buffer(buffer_id(), data)
                buffers.append(buffer)
                array = {
                    "type": "ndarray",
                    "array": {"type": "bytes", "data": {"id": buffer.id}},
                    "shape": [self.length],
                    "dtype": dtype,
                    "order": sys.byteorder,
                }
                entries.append((name, array))
            else:
                entries.append((name, column))
        event = {
            "kind": "ColumnsStreamed",
            "model": {"id": self.model},
            "attr": self.attr,
            "data": {"type": "map", "entries": entries},
            "rollover": self.rollover,
        }
        return event, buffers

    def goes_on(self, before: "Streamed") -> bool:
        """Whether what was streamed *before*, and then this, may as well be streamed at once.

        With one rollover it comes to the same. Arrays of different types do not: what
        becomes of them depends on which comes first.
        """
        rollover = self.rollover
        if rollover != before.rollover or not (rollover is None or rollover > 0):
            return False
        if self.columns.keys() != before.columns.keys():
            return False
        return all(_kind(column) == _kind(before.columns[n]) for n, column in self.columns.items())


def streamed(
    event: ColumnsStreamedEvent, serializer: Callable[[], PatchSerializer]
) -> Streamed | None:
    """The rows of *event*; None if they are more than numbers and other simple values."""
    data = event.data
    if type(data) is not dict or not data:
        return None
    columns: dict[str, Column] = {}
    length = -1
    for name, rows in data.items():
        column = _column(rows, serializer)
        if column is None or type(name) is not str or length not in {-1, len(rows)}:
            return None
        length = len(rows)
        columns[name] = column
    rollover = event.rollover
    if rollover is not None and type(rollover) is not int:
        return None
    return Streamed(event.model.id, event.attr, columns, rollover, length)


def at_once(parts: Sequence[Streamed]) -> Streamed:
    """All *parts*, each of which goes on where the one before ended, as one stream."""
    first = parts[0]
    columns: dict[str, Column] = {}
    for name, column in first.columns.items():
        pieces: Any = [part.columns[name] for part in parts]
        if type(column) is tuple:
            columns[name] = (column[0], b"".join(data for _, data in pieces))
        else:
            columns[name] = list(chain.from_iterable(pieces))
    length = sum(part.length for part in parts)
    return attrs.evolve(first, columns=columns, length=length)


def _column(rows: Any, serializer: Callable[[], PatchSerializer]) -> Column | None:
    if type(rows) is not list:
        dtype = dtype_as_sent(rows)
        return None if dtype is None or rows.ndim != 1 else (dtype, rows.tobytes())
    values = plain_list(rows)
    if values is not None:
        return values
    writer = serializer()
    values = [writer.encode(value) for value in rows]
    return None if writer.wrote_models or writer.buffers else values


def _kind(column: Column) -> str:
    return column[0] if type(column) is tuple else "list"
