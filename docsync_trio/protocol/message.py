"""A message as it came in, and a message as it goes out.

The two are different things. What came in is parsed and belongs to one connection;
what goes out is bytes already, made once and shared by every connection it goes to.
"""

from functools import cached_property
from typing import Any

import attrs

from docsync_trio.protocol.wire import split_wire

Frame = str | bytes
"""The payload of one websocket data frame: ``str`` is a text frame, ``bytes`` a binary one."""


@attrs.frozen
class Buffer:
    """Binary data that travels beside the JSON, which refers to it as ``{"id": id}``.

    It has the attributes that Bokeh's ``Deserializer`` asks of a buffer.
    """

    id: str
    data: bytes | memoryview = attrs.field(repr=False)


@attrs.define(eq=False)
class Message:
    """What a peer said: checked against the `Limits`, not yet against the conversation.

    ``Serialized(message.content, list(message.buffers))`` is what Bokeh's
    ``Deserializer`` takes. *kind* is Bokeh's ``msgtype``, *id* its ``msgid``,
    *reply_to* its ``reqid`` (the id of the message this one answers). *size* is in
    bytes: the payloads of all frames. *plain* says that for sure no object in the content has
    a ``"type"``, by which Bokeh knows what needs more than JSON.
    """

    kind: str
    id: str
    content: dict[str, Any] = attrs.field(repr=False)
    reply_to: str | None = None
    buffers: tuple[Buffer, ...] = attrs.field(default=(), repr=False)
    size: int = 0
    plain: bool = False


@attrs.frozen(eq=False, slots=False)
class Outgoing:
    """What we say: encoded once, immutable, the same object for every connection.

    *wire* is the whole message as unmasked websocket frames, for a transport that
    writes to a socket; `frames` is for one that frames by itself. *size* is in bytes:
    the payloads of all frames. Make one with `docsync_trio.protocol.outgoing`.
    """

    kind: str
    id: str
    wire: bytes = attrs.field(repr=False)
    size: int

    @cached_property
    def frames(self) -> tuple[Frame, ...]:
        """The payloads of the frames, in order."""
        return split_wire(self.wire)
