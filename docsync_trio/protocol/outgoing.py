"""Makers of the messages that we send.

Content is JSON text already: the documents floor encodes Bokeh's values, once for
everyone. The small messages, whose content is ours, are made here from end to end.
"""

import itertools
import secrets
from collections.abc import Iterable

import orjson

from docsync_trio.protocol.message import Buffer, Outgoing
from docsync_trio.protocol.wire import flat, join_wire

_METADATA = b"{}"

# Ids need not be secret, only different from all that the peer hears in one
# conversation, also when another worker goes on with it.
_prefix = secrets.token_hex(4)
_numbers = itertools.count(1)


def outgoing(
    kind: str,
    content_json: str | bytes,
    *,
    reply_to: str | None = None,
    buffers: Iterable[Buffer] = (),
) -> Outgoing:
    """Return the message *kind* (Bokeh's ``msgtype``) with a new id, encoded.

    *content_json* is the JSON of an object; *reply_to* the id of the message that this
    one answers. The data of *buffers* is copied now and not kept.
    """
    message_id = f"{_prefix}-{next(_numbers)}"
    content = content_json.encode() if isinstance(content_json, str) else content_json
    pairs: list[tuple[bytes, bytes | memoryview]] = []
    size = 0
    for buffer in buffers:
        reference, data = b'{"id":%b}' % orjson.dumps(buffer.id), flat(buffer.data)
        pairs.append((reference, data))
        size += len(reference) + len(data)
    header = b'{"msgid":"%b","msgtype":%b' % (message_id.encode(), orjson.dumps(kind))
    if reply_to is not None:
        header += b',"reqid":' + orjson.dumps(reply_to)
    if pairs:
        header += b',"num_buffers":%d' % len(pairs)
    header += b"}"
    size += len(header) + len(_METADATA) + len(content)
    return Outgoing(kind, message_id, join_wire((header, _METADATA, content), pairs), size)


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
