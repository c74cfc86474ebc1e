"""From Bokeh's values to the JSON text and buffers of a message, once for all viewers."""

import itertools
import sys
from collections.abc import Callable, Container
from math import isfinite
from typing import Any, TypeVar

import numpy as np
import orjson
from bokeh.core.json_encoder import serialize_json
from bokeh.core.serialization import Buffer as BokehBuffer
from bokeh.core.serialization import Ref, Serializable, Serialized, Serializer
from bokeh.core.types import ID
from bokeh.document import Document
from bokeh.model import Model
from bokeh.util.serialization import BINARY_ARRAY_TYPES

from docsync_trio.protocol.message import Outgoing
from docsync_trio.protocol.outgoing import outgoing

T = TypeVar("T")

# By the letters of their types, since looking for a type itself takes longer.
_ARRAYS = {
    letter: np.dtype(letter).name
    for letter in np.typecodes["All"]
    if np.dtype(letter) in BINARY_ARRAY_TYPES
}
_AS_IS = frozenset({str, bool, type(None)})
_SAFE_INT = 2**53 - 1

# Only the buffers of one message need different ids.
_numbers = itertools.count(1)


class PatchSerializer(Serializer):
    """Writes a bare reference for each model that every receiver has already.

    Bokeh collects those references into a dictionary first, at each patch; here
    they are looked up. Plain values, which are most of what is sent, are written here;
    Bokeh tries them against all that it knows.

    *new* are the models that the receivers do not have, *leaving* the removed roots that
    they do have. *keep_columns* says that they have been told all that was sent before, and
    keep the columns of a table that an event does not name.
    """

    def __init__(
        self,
        document: Document,
        new: Container[Model],
        leaving: Container[Model] = (),
        *,
        keep_columns: bool = False,
    ) -> None:
        super().__init__()
        self._models = document.models
        self._new = new
        self.leaving = leaving
        self.keep_columns = keep_columns

    def get_ref(self, obj: Any) -> Ref | None:
        """The reference to write for *obj*, or None to write it in full."""
        ref = super().get_ref(obj)
        if ref is None and isinstance(obj, Model) and obj.id in self._models:
            return None if obj in self._new else obj.ref
        return ref

    def encode(self, obj: Any) -> Any:
        """What Bokeh's own makes of *obj*, but for the ids of buffers."""
        kind = type(obj)
        if (
            kind in _AS_IS
            or (kind is float and isfinite(obj))
            or (kind is int and -_SAFE_INT < obj <= _SAFE_INT)
        ):
            return obj
        if kind is np.ndarray:
            return self._array(obj)
        if kind is list:
            return self._list(obj)
        if (
            isinstance(obj, dict)
            and obj
            and not (isinstance(obj, Serializable) or kind in self._encoders)
        ):
            entries = [
                (
                    key if type(key) is str else self.encode(key),
                    self._array(value) if type(value) is np.ndarray else self.encode(value),
                )
                for key, value in obj.items()
            ]
            return {"type": "map", "entries": entries}
        return super().encode(obj)

    def _list(self, values: list[Any]) -> list[Any]:
        plain = plain_list(values)
        return [self.encode(value) for value in values] if plain is None else plain

    def _array(self, array: np.ndarray[Any, Any]) -> Any:
        dtype = dtype_as_sent(array)
        if dtype is None:
            return super().encode(array)
        name = buffer_id()
        self._buffers.append(BokehBuffer(name, array.data))
        return {
            "type": "ndarray",
            "array": {"type": "bytes", "data": {"id": name}},
            "shape": array.shape,
            "dtype": dtype,
            "order": sys.byteorder,
        }

    def has_yet_to_write(self, model: Model) -> bool:
        """Whether the receivers do not know *model*, not even from what is written so far."""
        return model in self._new and not self.has_ref(model)

    @property
    def wrote_models(self) -> bool:
        """Whether a model has been written in full."""
        return bool(self._references)

    def attempt(self, write: Callable[["PatchSerializer"], T]) -> T:
        """The result of *write*; if it raises, it is as if nothing had been written."""
        references, buffers = len(self._references), len(self._buffers)
        try:
            return write(self)
        except BaseException:
            while len(self._references) > references:
                self._references.popitem()
            del self._buffers[buffers:]
            raise


def buffer_id() -> ID:
    """An id for a buffer: another one than those of all buffers before."""
    return f"b{next(_numbers)}"  # type: ignore[return-value] # to make it an `ID` is a call


def plain_list(values: list[Any]) -> list[Any] | None:
    """A copy of *values*, if JSON says all of them as they are; else None."""
    kinds = set(map(type, values))
    if kinds <= _AS_IS:
        return values.copy()
    if kinds == {float}:
        return values.copy() if all(map(isfinite, values)) else None
    if kinds == {int} and min(values) > -_SAFE_INT and max(values) <= _SAFE_INT:
        return values.copy()
    return None


def dtype_as_sent(value: Any) -> str | None:
    """What BokehJS calls the type of *value*, if that is an array whose bytes are what is sent.

    None if it is anything else.
    """
    if type(value) is not np.ndarray:
        return None
    dtype = value.dtype
    if not dtype.isnative or not value.flags.c_contiguous or not value.ndim:
        return None
    return _ARRAYS.get(dtype.char)


def encode_message(
    kind: str, content: Any, buffers: list[BokehBuffer], *, reply_to: str | None = None
) -> Outgoing:
    """The message with *content* as Bokeh's serializer made it, and its *buffers*.

    The buffers, views of the application's own arrays, are copied: it may change
    them before a slow connection has sent them.
    """
    return outgoing(
        kind,
        _json_text(content, buffers),
        reply_to=reply_to,
        buffers=buffers,
    )


def _json_text(content: Any, buffers: list[BokehBuffer]) -> str | bytes:
    try:
        return orjson.dumps(
            content, default=_buffer_reference, option=orjson.OPT_PASSTHROUGH_DATACLASS
        )
    except TypeError:  # a value that orjson is stricter about than the standard library
        return serialize_json(Serialized(content, buffers))


def _buffer_reference(value: Any) -> Any:
    if isinstance(value, BokehBuffer):
        return value.ref
    raise TypeError(type(value).__name__)
