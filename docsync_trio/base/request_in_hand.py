"""The request, or the websocket, that is being answered.

Whoever stands at the door knows its id and what the log wants to know in the end; whoever
answers knows for whom, and how it went. Both write it down here. Tasks and threads that are
started meanwhile inherit it, and it means nothing to them any more once it is over.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import attrs

from docsync_trio.base.traffic import Traffic


@attrs.define(eq=False)
class RequestInHand:
    """A request that came in and is not *over*.

    *id* stands in every line of the log that belongs to it, *trace* as well if a proxy has
    told one (W3C Trace Context). *application* and *session* say for whom it turned out to be,
    *user* who has signed in. A websocket has a *status* once it has been answered, and at the
    end the *close_code* and what it has carried. *quiet* leaves it out of the access log.
    """

    id: str
    trace: str = ""
    application: str = ""
    session: str = ""
    user: str = ""
    status: int = 0
    close_code: int = 0
    traffic: Traffic | None = None
    quiet: bool = False
    over: bool = attrs.field(default=False, init=False)

    def taken_in_hand(self) -> None:
        """Make it that of the context in which this is called, for good."""
        _in_hand.set(self)


_in_hand: ContextVar[RequestInHand | None] = ContextVar("docsync_request", default=None)


def request_in_hand() -> RequestInHand | None:
    """Return the request that the code which is running answers, None if it answers none."""
    request = _in_hand.get()
    return None if request is None or request.over else request


@contextmanager
def in_hand(request: RequestInHand) -> Iterator[None]:
    """Answer *request* in the block."""
    token = _in_hand.set(request)
    try:
        yield
    finally:
        _in_hand.reset(token)


def note_session(application: str, session: str) -> None:
    """Note that the request in hand, if any, is for that session of that application."""
    request = request_in_hand()
    if request is not None:
        request.application, request.session = application, session


def note_websocket(close_code: int, traffic: Traffic) -> None:
    """Note how the websocket in hand, if it is one, was closed, and what it has carried."""
    request = request_in_hand()
    if request is not None:
        request.close_code, request.traffic = close_code, traffic


def note_status(status: int) -> None:
    """Note how the request in hand, if any, is answered."""
    request = request_in_hand()
    if request is not None:
        request.status = int(status)


def leave_unlogged() -> None:
    """Leave the request in hand, if any, out of the list of visits."""
    request = request_in_hand()
    if request is not None:
        request.quiet = True


def note_user(name: str) -> None:
    """Note who has sent the request in hand, if any: the user of that *name*."""
    request = request_in_hand()
    if request is not None:
        request.user = name
