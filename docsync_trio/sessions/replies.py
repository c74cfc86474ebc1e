"""What a session answers to each kind of message."""

from collections.abc import Callable

import bokeh

from docsync_trio.documents.shared_document import SharedDocument
from docsync_trio.documents.unpacking import unpack
from docsync_trio.protocol.message import Message, Outgoing
from docsync_trio.protocol.outgoing import error, ok, server_info_reply
from docsync_trio.sessions.connection import Connection

Report = Callable[[str, BaseException], None]
"""Takes what raised, in words, and what it raised."""

AT_ONCE = "SERVER-INFO-REQ"
"""The kind of message that `at_once` may answer."""

Handle = Callable[[SharedDocument, Connection, Message, Report], Outgoing]


def reply(
    shared: SharedDocument, connection: Connection, message: Message, report: Report, most: int
) -> Outgoing:
    """The answer to *message*; what the application raises meanwhile goes to *report*.

    *most* is how many bytes all compressed values in it may unpack to. Raises
    `ProtocolError` where the content is not what the kind of message needs.
    """
    if not message.plain:
        unpack(message.content, most)
    return _HANDLERS[message.kind](shared, connection, message, report)


def at_once(message: Message) -> Outgoing | None:
    """The answer to *message* if it must not wait for its turn, else None.

    Bokeh's clients ask for the server's versions to learn that all they sent before has
    been handled. A page of ours asks, with ``at_once``, only whether we are there: a
    session that is busy for long is no broken line.
    """
    if message.kind == AT_ONCE and message.content.get("at_once"):
        return server_info_reply(message.id, bokeh.__version__)
    return None


def _pull(
    shared: SharedDocument, connection: Connection, message: Message, _report: Report
) -> Outgoing:
    return shared.pull(
        connection,
        message,
        inline_buffers=connection.inline_buffers,
        keeps_columns=connection.keeps_columns,
    )


def _push(
    shared: SharedDocument, connection: Connection, message: Message, _report: Report
) -> Outgoing:
    shared.push(connection, message)
    return ok(message.id)


def _patch(
    shared: SharedDocument, connection: Connection, message: Message, report: Report
) -> Outgoing:
    errors = shared.patch(connection, message)
    for fault in errors:
        report("callback of a change from the browser", fault)
    if errors:
        return error(message.id, "the application raised an error; the server's log has it")
    return ok(message.id)


def _server_info(
    _shared: SharedDocument, _connection: Connection, message: Message, _report: Report
) -> Outgoing:
    return server_info_reply(message.id, bokeh.__version__)


_HANDLERS: dict[str, Handle] = {
    "PULL-DOC-REQ": _pull,
    "PUSH-DOC": _push,
    "PATCH-DOC": _patch,
    "SERVER-INFO-REQ": _server_info,
}
