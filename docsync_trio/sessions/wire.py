"""What a session asks of a transport: receive frames, send messages, say how it ended.

Two transports implement it (our own on a socket, and ASGI's websocket) and so does
the fake browser of the tests. The task belongs to the transport, the cancel scope
round it to the session; see `docsync_trio.sessions.connection`.
"""

from collections.abc import Sequence
from typing import Protocol

import attrs

from docsync_trio.protocol.close_codes import CloseCode
from docsync_trio.protocol.message import Frame, Outgoing

NO_CLOSE_FRAME = 1006
"""RFC 6455 section 7.1.5: the connection broke, no close frame was seen."""


class WireClosed(Exception):  # noqa: N818 - an end, not an error
    """The websocket is closed; *code* is what the peer (or our transport) closed it with."""

    def __init__(self, code: int, reason: str = "") -> None:
        super().__init__(f"closed with {code} {reason}".rstrip())
        self.code = code
        self.reason = reason

    def is_goodbye(self) -> bool:
        """Whether the peer has left on purpose: a closed tab, a page that was reloaded.

        Everything else (a broken line, a breach of the protocol) may be followed by
        another connection for the same session. 1005 is a close frame without a code.
        """
        if self.code == CloseCode.UNANSWERED:
            return False
        return self.code in {1000, 1001, 1005} or self.code >= 3000  # noqa: PLR2004


@attrs.frozen
class Ending:
    """How a connection is to be closed: a websocket close code and its reason."""

    code: int
    reason: str = ""


class Wire(Protocol):
    """One websocket, as the session sees it."""

    async def receive(self) -> Sequence[Frame]:
        """All data frames that have arrived, at least one; text as ``str``.

        Raises `WireClosed` when there will be no more.
        """
        ...

    def send_now(self, messages: Sequence[Outgoing]) -> bool:
        """Send the messages in order, as far as that needs no waiting; tell whether it was all.

        If it was not, `send` has to be called: it sends the rest first. Raises `WireClosed`.
        """
        ...

    async def send(self, messages: Sequence[Outgoing]) -> None:
        """Send the messages in order; never stop in the middle of one.

        BokehJS keeps its receiver over a reconnect and would misread all that
        follows half a message. Raises `WireClosed`.
        """
        ...
