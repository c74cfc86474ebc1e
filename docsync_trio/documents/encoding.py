"""From Bokeh's values to the JSON text and buffers of a message, once for all viewers."""

from collections.abc import Callable, Container
from typing import Any, TypeVar

import orjson
from bokeh.core.json_encoder import serialize_json
from bokeh.core.serialization import Buffer as BokehBuffer
from bokeh.core.serialization import Ref, Serialized, Serializer
from bokeh.document import Document
from bokeh.model import Model

from docsync_trio.protocol.message import Buffer, Outgoing
from docsync_trio.protocol.outgoing import outgoing

T = TypeVar("T")


class PatchSerializer(Serializer):
    """Writes a bare reference for each model that every receiver has already.

    Bokeh collects those references into a dictionary first, at each patch; here
    they are looked up. *new* are the models that the receivers do not have, *leaving*
    the removed roots that they do have. *keep_columns* says that they have been told all
    that was sent before, and keep the columns of a table that an event does not name.
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
        buffers=[Buffer(buffer.id, buffer.data) for buffer in buffers],
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
