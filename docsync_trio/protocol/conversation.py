"""Who may say which message when: one table for both roles.

The table is all there is to know; `Conversation` only looks it up and remembers
which questions are still open.
"""

from collections.abc import Mapping
from enum import Enum
from typing import Any, Literal

import attrs

from docsync_trio.base.errors import ProtocolError
from docsync_trio.protocol.close_codes import CloseCode
from docsync_trio.protocol.message import Message, Outgoing

Role = Literal["server", "client"]
"""Which side *we* are."""


class When(Enum):
    """When a kind of message is welcome."""

    FIRST = "as the first message, and never again"
    ANY_TIME = "at any time"
    AS_REPLY = "as the answer to what was asked"


@attrs.frozen
class Rule:
    """How one side takes one kind of message.

    *answers*: the kinds of request that it may answer, for `When.AS_REPLY`.
    *needs*: what its content must have, as key and type.
    """

    when: When
    answers: frozenset[str] = frozenset()
    needs: tuple[str, type] | None = None


def _reply(*answers: str, needs: tuple[str, type] | None = None) -> Rule:
    return Rule(When.AS_REPLY, frozenset(answers), needs)


_CHANGES = ("PUSH-DOC", "PATCH-DOC")
_REQUESTS = ("PULL-DOC-REQ", "SERVER-INFO-REQ", *_CHANGES)

TABLE: Mapping[Role, Mapping[str, Rule]] = {
    "server": {
        "PULL-DOC-REQ": Rule(When.ANY_TIME),
        "PUSH-DOC": Rule(When.ANY_TIME, needs=("doc", dict)),
        "PATCH-DOC": Rule(When.ANY_TIME, needs=("events", list)),
        "SERVER-INFO-REQ": Rule(When.ANY_TIME),
        "OK": _reply(*_CHANGES),
        "ERROR": _reply(*_REQUESTS, needs=("text", str)),
    },
    "client": {
        "ACK": Rule(When.FIRST),
        "PATCH-DOC": Rule(When.ANY_TIME, needs=("events", list)),
        "PULL-DOC-REPLY": _reply("PULL-DOC-REQ", needs=("doc", dict)),
        "SERVER-INFO-REPLY": _reply("SERVER-INFO-REQ", needs=("version_info", dict)),
        "OK": _reply(*_CHANGES),
        "ERROR": _reply(*_REQUESTS, needs=("text", str)),
    },
}
"""What each role receives. A kind that is not in it is refused."""


_ANY_TIME: Mapping[Role, Mapping[str, tuple[str, type]]] = {
    role: {
        kind: rule.needs
        for kind, rule in rules.items()
        if rule.when is When.ANY_TIME and rule.needs is not None
    }
    for role, rules in TABLE.items()
}
"""What nearly all messages are: welcome whenever their content is what they need."""


class Conversation:
    """What has been said on one websocket, as far as it decides what may come next."""

    def __init__(self, role: Role) -> None:
        self._rules = TABLE[role]
        self._any_time = _ANY_TIME[role]
        self._before_first = any(rule.when is When.FIRST for rule in self._rules.values())
        self._open: dict[str, str] = {}

    def asked(self, request: Outgoing) -> None:
        """Remember that *request* was sent and that its answer is welcome, once."""
        self._open[request.id] = request.kind

    def receive(self, message: Message) -> None:
        """Check that *message* is welcome now.

        Raises `ProtocolError`: 4001 where the kind or the moment is wrong, 1002 where
        the content lacks what the kind needs.
        """
        needs = self._any_time.get(message.kind)
        if needs and not self._before_first and isinstance(message.content.get(needs[0]), needs[1]):
            return
        rule = self._rules.get(message.kind)
        if rule is None:
            raise _unexpected(f"message {ascii(message.kind)[:40]} is not for this side")
        if (rule.when is When.FIRST) is not self._before_first:
            raise _unexpected(f"{message.kind} at this point")
        self._before_first = False
        if rule.when is When.AS_REPLY:
            self._close_question(message, rule)
        if rule.needs is not None:
            _check_content(message.content, message.kind, *rule.needs)

    def _close_question(self, message: Message, rule: Rule) -> None:
        question = self._open.pop(message.reply_to or "", None)
        if question not in rule.answers:
            raise _unexpected(f"{message.kind} answers nothing that was asked")


def _unexpected(text: str) -> ProtocolError:
    return ProtocolError(text, close_code=CloseCode.UNEXPECTED_MESSAGE)


def _check_content(content: dict[str, Any], kind: str, key: str, expected: type) -> None:
    if not isinstance(content.get(key), expected):
        raise ProtocolError(f"{kind} without {key!r} in its content")
