"""Put the frames of one websocket together to messages, within bounds.

Bokeh sends a message as header, metadata and content (text), followed by a reference
(text) and data (binary) for each buffer that the header announces. The order is a
sequence, so it is written as one: a generator that asks for the next frame where it
needs it. Everything is checked as it arrives, so that a peer cannot make us hold more
than the limits say.
"""

from collections.abc import Generator, Iterable, Iterator, Sequence
from typing import Any, TypeGuard

import attrs
import orjson

from docsync_trio.base.errors import ProtocolError
from docsync_trio.protocol.close_codes import CloseCode
from docsync_trio.protocol.json_text import parse_object
from docsync_trio.protocol.message import Buffer, Frame, Message

_MAX_NAME = 200
"""The longest kind or id, in characters. Ours and Bokeh's stay under 50; what a peer
calls its message is sent back to it in the answer and stands in logs."""


_LEAST_VALUES = 100
"""More than any header of ours or Bokeh's has."""

_FRAMES = 3
"""Header, metadata and content: a message without buffers."""

_NAMES = 2
"""Its kind and its id: all that the header of such a message has, unless it answers another."""


@attrs.frozen
class Limits:
    """How much a peer may send in one message; beyond it the websocket is closed with 1009.

    *message_size*: bytes, all frames together. Bokeh's server has 20 MB as well.
    *buffers*: how many; refused when the header announces more, before any arrives.
    *depth*: nesting of the JSON. Bokeh's values nest twice or three times per level of
    the models' own nesting; 200 is far from Python's limit of recursion.
    *values*: of the content's JSON, counted by commas and opening brackets; a hundredth of
    it in each other part. Each may cost 100 bytes and 100 ns, while everybody waits; great
    numbers of numbers come as buffers, which are none of these, and the indices of a million
    selected points are well within.
    """

    message_size: int = 20_000_000
    buffers: int = 10_000
    depth: int = 200
    values: int = 2_000_000


class Assembler:
    """One websocket's frames in, its messages out."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._steps = _begin(limits)
        self._is_between = True
        # Texts of that length cannot break any of the limits.
        self._harmless = min(limits.message_size // 3, 2 * limits.depth, limits.values // 100)

    def messages(self, frames: Sequence[Frame]) -> Iterable[Message]:
        """Take the next *frames*; give each message that they complete, as `feed` does."""
        if len(frames) == _FRAMES and self._is_between and (message := self._small(*frames)):
            return (message,)
        return self._one_by_one(frames)

    def _one_by_one(self, frames: Sequence[Frame]) -> Iterator[Message]:
        for frame in frames:
            if (message := self.feed(frame)) is not None:
                yield message

    def feed(self, frame: Frame) -> Message | None:
        """Take the next frame; return the message that it completes, if it does.

        Raises `ProtocolError`. The websocket has to be closed then: where the next
        message begins is not known any more, and every further frame is refused too.
        """
        self._is_between = False
        try:
            self._steps.send(frame)
        except StopIteration as end:
            message: Message | None = end.value
            if message is None:
                raise ProtocolError("a frame after an error") from None
            self._steps = _begin(self._limits)
            self._is_between = True
            return message
        return None

    def _small(self, header: Frame, metadata: Frame, text: Frame) -> Message | None:
        """The message of these three frames, if it is sound, small and without more of them.

        What a slider sends is; the steps, which can wait for the next frame at every point,
        take twice as long. Nothing is taken where they have to judge.
        """
        if not (
            type(header) is str
            and type(text) is str
            and metadata == "{}"
            and len(header) <= self._harmless
            and len(text) <= self._harmless
            and header.isascii()
            and text.isascii()
        ):
            return None
        try:
            named, content = orjson.loads(header), orjson.loads(text)
        except orjson.JSONDecodeError:
            return None
        if type(named) is not dict or type(content) is not dict or len(named) != _NAMES:
            return None
        kind, message_id = named.get("msgtype"), named.get("msgid")
        if not (_is_name(kind) and _is_name(message_id)):
            return None
        size = len(header) + len(metadata) + len(text)
        return Message(kind, message_id, content, None, (), size, _is_plain(text))


_Steps = Generator[None, Frame, Message]


def _begin(limits: Limits) -> _Steps:
    steps = _message(limits)
    next(steps)
    return steps


def _message(limits: Limits) -> _Steps:
    scale = _Scale(limits.message_size)
    kind, message_id, reply_to, count = _header(scale.text((yield)), limits)
    metadata = scale.text((yield))
    if metadata != "{}":
        _small_part(metadata, "metadata", limits)
    text = scale.text((yield))
    content = parse_object(text, "content", limits.depth, values=limits.values)
    buffers: dict[str, Buffer] = {}
    for _ in range(count):
        buffer_id = _buffer_id(scale.text((yield)), buffers, limits)
        buffers[buffer_id] = Buffer(buffer_id, scale.data((yield)))
    data, plain = tuple(buffers.values()), _is_plain(text)
    return Message(kind, message_id, content, reply_to, data, scale.total, plain)


def _is_plain(text: str) -> bool:
    return '"type"' not in text and "\\" not in text


class _Scale:
    """Weighs the frames of one message, and sees that each is of the type that is due."""

    __slots__ = ("_limit", "total")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.total = 0

    def text(self, frame: Frame) -> str:
        if not isinstance(frame, str):
            raise ProtocolError(
                "a binary frame where text was due", close_code=CloseCode.WRONG_FRAME_TYPE
            )
        size = len(frame) if frame.isascii() else len(frame.encode(errors="surrogatepass"))
        self._add(size)
        return frame

    def data(self, frame: Frame) -> bytes:
        if isinstance(frame, str):
            raise ProtocolError(
                "a text frame where binary data was due", close_code=CloseCode.WRONG_FRAME_TYPE
            )
        self._add(len(frame))
        return frame

    def _add(self, size: int) -> None:
        self.total += size
        if self.total > self._limit:
            raise ProtocolError(
                "the message is too big",
                close_code=CloseCode.TOO_BIG,
                hint=f"server.max_message_size allows {self._limit} bytes",
            )


def _small_part(text: str, what: str, limits: Limits) -> dict[str, Any]:
    values = max(limits.values // 100, _LEAST_VALUES)
    return parse_object(text, what, limits.depth, values=values)


def _header(text: str, limits: Limits) -> tuple[str, str, str | None, int]:
    header = _small_part(text, "header", limits)
    reply_to = header.get("reqid")
    if reply_to is not None:
        _check_name(reply_to, "reqid")
    count = header.get("num_buffers", 0)
    if type(count) is not int or count < 0:
        raise ProtocolError("num_buffers is not a count")
    if count > limits.buffers:
        raise ProtocolError(
            "the message has too many buffers",
            close_code=CloseCode.TOO_BIG,
            hint=f"server.max_message_buffers allows {limits.buffers}",
        )
    return (
        _check_name(header.get("msgtype"), "msgtype"),
        _check_name(header.get("msgid"), "msgid"),
        reply_to,
        count,
    )


def _check_name(value: Any, key: str) -> str:
    if _is_name(value):
        return value
    raise ProtocolError(f"{key} is missing, not text, or too long")


def _is_name(value: Any) -> TypeGuard[str]:
    return isinstance(value, str) and 0 < len(value) <= _MAX_NAME


def _buffer_id(text: str, known: dict[str, Buffer], limits: Limits) -> str:
    reference = _small_part(text, "buffer header", limits)
    buffer_id = _check_name(reference.get("id"), "the buffer's id")
    if buffer_id in known:
        raise ProtocolError("two buffers with the same id")
    return buffer_id
