"""Fingerprints of columns of data, by which what was sent is known again.

Applications change their arrays in place and assign them again, so a reference to what
was sent says nothing, and a copy would double the memory. A column is kept as one
64-bit hash for each `BLOCK` of rows: 0.2 % of an array of floats. Python's hash of bytes
is keyed anew in each process and three times as fast as the cryptographic ones.
"""

import marshal
from array import array
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
from bokeh.util.dependencies import uses_pandas
from bokeh.util.serialization import array_encoding_disabled, transform_array, transform_series

from docsync_trio.documents.encoding import dtype_as_sent

BLOCK = 512
"""Rows that share one hash: 4 KB of floats, the least that a change of one row costs."""

_PLAIN = frozenset({bool, int, float, str, type(None)})
_DATES = frozenset({datetime, date, time, timedelta})
_NUMPY = (np.floating, np.integer, np.bool_, np.str_)

Kind = tuple[object, ...]


class Column(NamedTuple):
    """A column as it is written into messages: *rows* of one *kind*.

    Only columns of the same kind become the same thing in a page; *flat* ones, with one
    value for each row, can also be extended and patched there.
    """

    kind: Kind
    rows: Any

    @property
    def flat(self) -> bool:
        """Whether each row is one entry of the page's array."""
        return not isinstance(self.rows, np.ndarray) or self.rows.ndim == 1


class Digest(NamedTuple):
    """What is remembered of a column."""

    kind: Kind
    length: int
    blocks: Sequence[int]

    def begins(self, column: Column) -> bool:
        """Whether *column* has this one's rows, and then more."""
        if column.kind != self.kind or len(column.rows) <= self.length:
            return False
        return _digest(column.kind, column.rows[: self.length]) == self

    def changed(self, other: "Digest") -> list[slice] | None:
        """The rows in which *other* may differ; None if it is not of the same kind and length."""
        if (self.kind, self.length) != (other.kind, other.length):
            return None
        rows: list[slice] = []
        for number, (one, two) in enumerate(zip(self.blocks, other.blocks, strict=True)):
            start, stop = number * BLOCK, min((number + 1) * BLOCK, self.length)
            if one != two and rows and rows[-1].stop == start:
                rows[-1] = slice(rows[-1].start, stop)
            elif one != two:
                rows.append(slice(start, stop))
        return rows


def column_of(value: Any) -> Column | None:
    """*value*, a column of a data source, as Bokeh sends it; None for what is not understood."""
    if isinstance(value, list | tuple):
        return Column(("list",), value)
    if dtype_as_sent(value) is not None:
        return Column(("array", value.dtype.str, value.shape[1:]), value)
    values = _as_array(value)
    if values is None or values.ndim == 0:
        return None
    values = transform_array(values)
    if not array_encoding_disabled(values):
        return Column(("array", values.dtype.str, values.shape[1:]), values)
    return Column(("objects",), values.tolist()) if values.ndim == 1 else None


def digest_of(column: Column | None) -> Digest | None:
    """The digest of *column*; None if it holds values that are not understood."""
    return None if column is None else _digest(column.kind, column.rows)


def _as_array(value: Any) -> np.ndarray[Any, Any] | None:
    if isinstance(value, np.ndarray):
        return value
    if uses_pandas(value) and hasattr(value, "to_numpy"):
        return transform_series(value)
    return None


def _digest(kind: Kind, rows: Any) -> Digest | None:
    blocks = _array_blocks(rows) if isinstance(rows, np.ndarray) else _list_blocks(rows)
    return None if blocks is None else Digest(kind, len(rows), blocks)


def _array_blocks(rows: np.ndarray[Any, Any]) -> Sequence[int]:
    if rows.size == 0:
        return array("q")
    return array("q", [hash(rows[at : at + BLOCK].tobytes()) for at in range(0, len(rows), BLOCK)])


def _list_blocks(rows: Sequence[Any]) -> Sequence[int] | None:
    blocks = array("q")
    for at in range(0, len(rows), BLOCK):
        written = _written(rows[at : at + BLOCK])
        if written is None:
            return None
        blocks.append(hash(written))
    return blocks


def _written(values: Sequence[Any]) -> bytes | None:
    """Bytes that only lists with the same contents share; None if there is no telling.

    Python's equality would not do: True equals 1, and NaN does not equal itself.
    """
    kinds = set(map(type, values))
    if kinds <= _PLAIN:
        return marshal.dumps(list(values), 2)  # later versions also write who shares an object
    if kinds <= {list, tuple}:
        inner = _written(list(chain.from_iterable(values)))
        return None if inner is None else marshal.dumps(list(map(len, values)), 2) + inner
    if kinds <= _PLAIN | _DATES:
        return repr(list(values)).encode("utf-8", "surrogatepass")
    if kinds == {np.ndarray}:
        return _written_arrays(values)
    if all(kind in _PLAIN or issubclass(kind, _NUMPY) for kind in kinds):
        plain = [value.item() if isinstance(value, np.generic) else value for value in values]
        return _written(plain) if set(map(type, plain)) <= _PLAIN else None
    return None


def _written_arrays(values: Sequence[np.ndarray[Any, Any]]) -> bytes | None:
    if any(value.dtype.hasobject for value in values):
        return None
    shapes = [(value.dtype.str, value.shape) for value in values]
    return marshal.dumps(shapes, 2) + b"".join(value.tobytes() for value in values)
