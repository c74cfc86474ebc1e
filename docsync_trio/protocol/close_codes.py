"""The close codes of our websockets, all in one table.

Below 4000 they are RFC 6455's (section 7.4.1) and registered ones; 4000-4999 are left
to applications, and these are ours. BokehJS logs the code and reconnects after any of
them; a person who reads that log should be able to tell whose fault it was.
"""

from enum import IntEnum


class CloseCode(IntEnum):
    """Why a websocket was closed."""

    PROTOCOL_ERROR = 1002
    """A message without a kind or an id, a frame out of place, content of a wrong shape."""

    WRONG_FRAME_TYPE = 1003
    """A binary frame where text belongs, or the other way round."""

    INVALID_DATA = 1007
    """Text that is not JSON."""

    TOO_MANY = 1008
    """The session has all the connections it may have."""

    TOO_BIG = 1009
    """A message beyond one of the `docsync_trio.protocol.frames.Limits`."""

    INTERNAL_ERROR = 1011
    """Our own fault; the log has it under an incident id."""

    RESTARTING = 1012
    """The server goes down and is expected back: reconnect."""

    TRY_AGAIN_LATER = 1013
    """The peer did not read what was posted for it, and its outbox ran over: reconnect."""

    SESSION_ENDED = 4000
    """The session is over: expired, or ended by the application."""

    UNEXPECTED_MESSAGE = 4001
    """A good message that this side does not take, or does not take now."""

    BAD_DOCUMENT_DATA = 4002
    """A patch or a document that Bokeh cannot read, or that is not about this document."""

    UNANSWERED = 4003
    """The other way round: a page of ours got no answer from us and gave this line up."""

    NOT_BUILT = 4004
    """There is no document for the page, and it has been told why."""

    RELOADED = 4005
    """The application has been changed while the server ran: ask for the new page."""
