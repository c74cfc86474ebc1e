"""What a session answers to each kind of message."""

from collections.abc import Callable

import bokeh

from docsync_trio.documents.shared_document import SharedDocument
from docsync_trio.protocol.message import Message, Outgoing
from docsync_trio.protocol.outgoing import error, ok, server_info_reply
from docsync_trio.sessions.connection import Connection

Report = Callable[[str, BaseException], None]
"""Takes what raised, in words, and what it raised."""


def pull(shared: SharedDocument, connection: Connection, message: Message) -> Outgoing:
    """The whole document."""
    return shared.pull(connection, message, inline_buffers=connection.inline_buffers)


def push(shared: SharedDocument, connection: Connection, message: Message) -> Outgoing:
    """Take the peer's document."""
    shared.push(connection, message)
    return ok(message.id)


def server_info(_shared: SharedDocument, _connection: Connection, message: Message) -> Outgoing:
    """Which version of Bokeh the server has."""
    return server_info_reply(message.id, bokeh.__version__)


HANDLERS: dict[str, Callable[[SharedDocument, Connection, Message], Outgoing]] = {
    "PULL-DOC-REQ": pull,
    "PUSH-DOC": push,
    "SERVER-INFO-REQ": server_info,
}


def patch(
    shared: SharedDocument, connection: Connection, message: Message, report: Report
) -> Outgoing:
    """Apply the peer's changes; what the application raises meanwhile is reported."""
    errors = shared.patch(connection, message)
    for fault in errors:
        report("callback of a change from the browser", fault)
    if errors:
        return error(message.id, "the application raised an error; the server's log has it")
    return ok(message.id)
