"""What a session does with the messages of its connections: one turn for each, and an answer."""

from collections.abc import Callable
from functools import partial

import attrs
import outcome

from docsync_trio.base.errors import ProtocolError
from docsync_trio.documents.shared_document import SharedDocument
from docsync_trio.protocol.message import Message, Outgoing
from docsync_trio.protocol.outgoing import error
from docsync_trio.sessions import replies
from docsync_trio.sessions.connection import Connection
from docsync_trio.sessions.inbox import Rest
from docsync_trio.sessions.replies import AT_ONCE
from docsync_trio.sessions.turns import Turns


@attrs.frozen(eq=False)
class Answers:
    """*report* is told what raised, and what; *most* is as for `replies.reply`."""

    _shared: SharedDocument
    _turns: Turns
    _report: Callable[[str, BaseException], None]
    _most: int

    def receive(self, connection: Connection, message: Message, *, first: bool) -> None:
        """Answer *message* when it is its turn, which for the *first* one may be now."""
        if message.kind == AT_ONCE and (reply := replies.at_once(message)) is not None:
            connection.post(reply)
            connection.handled()
            return
        job = partial(self._handle, connection, message)
        if first:
            self._turns.begin(job)
        else:
            self._turns.queue(job)

    def _handle(self, connection: Connection, message: Message) -> Rest | None:
        reply = partial(replies.reply, self._shared, connection, message, self._report, self._most)
        return self._turns.call(reply, partial(self._answer, connection, message), ours="reply")

    def _answer(
        self, connection: Connection, message: Message, came: outcome.Outcome[Outgoing]
    ) -> None:
        if isinstance(came, outcome.Value):
            connection.post(came.value)
        elif isinstance(came, outcome.Error):
            connection.post(self._excuse(connection, message, came.error))
        connection.handled()

    def _excuse(self, connection: Connection, message: Message, fault: BaseException) -> Outgoing:
        if isinstance(fault, ProtocolError):
            connection.fail(fault)
            return error(message.id, str(fault))
        self._report(message.kind, fault)
        return error(message.id, "the application raised an error")
