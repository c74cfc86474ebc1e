"""Makers of the messages that we send.

Content is JSON text already: the documents floor encodes Bokeh's values, once for
everyone. The small messages, whose content is ours, are made here from end to end.
"""

import itertools
import secrets
from collections.abc import Sequence
from typing import Protocol

import orjson

from docsync_trio.protocol.message import Outgoing
from docsync_trio.protocol.wire import BINARY, flat, frame_head, text_head

_METADATA = b"{}"
_METADATA_FRAME = text_head(len(_METADATA)) + _METADATA

# Ids need not be secret, only different from all that the peer hears in one
# conversation, also when another worker goes on with it.
_prefix = secrets.token_hex(4)
_numbers = itertools.count(1)


class Data(Protocol):
    """A buffer: a `docsync_trio.protocol.message.Buffer`, or one of Bokeh's."""

    @property
    def id(self) -> str:
        """What the content calls it."""
        ...

    @property
    def data(self) -> bytes | memoryview:
        """Its bytes."""
        ...


def outgoing(
    kind: str,
    content_json: str | bytes,
    *,
    reply_to: str | None = None,
    buffers: Sequence[Data] = (),
) -> Outgoing:
    """Return the message *kind* (Bokeh's ``msgtype``) with a new id, encoded.

    *content_json* is the JSON of an object; *reply_to* the id of the message that this
    one answers. The data of *buffers* is copied now and not kept.
    """
    message_id = f"{_prefix}-{next(_numbers)}"
    content = content_json.encode() if isinstance(content_json, str) else content_json
    named: dict[str, str | int] = {"msgid": message_id, "msgtype": kind}
    if reply_to is not None:
        named["reqid"] = reply_to
    if buffers:
        named["num_buffers"] = len(buffers)
    header = orjson.dumps(named)
    size = len(header) + len(_METADATA) + len(content)
    # All in one list, and joined once: most of a message is the data of its buffers.
    frames: list[bytes | memoryview]
    frames = [text_head(len(header)), header, _METADATA_FRAME, text_head(len(content)), content]
    for buffer in buffers:
        reference, data = orjson.dumps({"id": buffer.id}), flat(buffer.data)
        length = len(data)
        frames += (text_head(len(reference)), reference, frame_head(BINARY, length), data)
        size += len(reference) + length
    return Outgoing(kind, message_id, b"".join(frames), size)


def ack(session: str = "") -> Outgoing:
    """Return the server's first word on a connection.

    *session* tells a page whether it is still the same session that it comes back to; a
    session that was made anew may well have the id of the one before. Bokeh's own clients
    do not look.
    """
    return outgoing("ACK", orjson.dumps({"session": session}) if session else b"{}")


def ok(reply_to: str) -> Outgoing:
    """Return the answer that all went well."""
    return outgoing("OK", b"{}", reply_to=reply_to)


def error(reply_to: str, text: str) -> Outgoing:
    """Return the answer that it did not; *text* is for the peer.

    There is never a traceback in it: that is for the log.
    """
    content = orjson.dumps({"text": text, "traceback": None})
    return outgoing("ERROR", content, reply_to=reply_to)


def server_info_request() -> Outgoing:
    """Return the question which versions the server runs."""
    return outgoing("SERVER-INFO-REQ", b"{}")


def server_info_reply(reply_to: str, bokeh_version: str) -> Outgoing:
    """Return the answer to `server_info_request`.

    Bokeh sends its own version as that of the server too, and clients compare it.
    """
    versions = {"bokeh": bokeh_version, "server": bokeh_version}
    content = orjson.dumps({"version_info": versions})
    return outgoing("SERVER-INFO-REPLY", content, reply_to=reply_to)


def pull_request() -> Outgoing:
    """Return the request for the whole document."""
    return outgoing("PULL-DOC-REQ", b"{}")
