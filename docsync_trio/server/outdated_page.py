"""Pages of ours that come for a session that is no more.

A websocket that is turned away looks to a page like a network that is down: browsers
hide the status. The script in our pages (`docsync_trio.server.page_script`) therefore
marks its websockets, and what a marked one is told is a close code: the page then knows
that waiting will not help, and reloads. Other clients get an HTTP status as ever.
"""

from typing import Final, Literal

from docsync_trio.base.errors import Refusal
from docsync_trio.sessions.request import Request

MARK: Final = "docsync-page"
"""The argument of a websocket's address by which our pages are told from other clients."""

Mark = Literal["new", "again"]
"""Whether the page has yet to get its document, or had one and comes back."""


class OutdatedPage(Refusal):
    """The peer's, as `Refusal`: a marked page that only a reload can help."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.status, str(refusal), hint=refusal.hint)


def take_mark(request: Request) -> Mark | None:
    """Return the mark of *request* and take it out: applications never see it."""
    values = request.arguments.pop(MARK, None)
    if values is None:
        return None
    mark: Mark = "again" if values[-1] == b"again" else "new"
    # Our script puts it behind the arguments that the page itself has.
    request.query = request.query.removesuffix(f"{MARK}={mark}").removesuffix("&")
    request.uri = request.uri.removesuffix(f"{MARK}={mark}").removesuffix("&").removesuffix("?")
    return mark
