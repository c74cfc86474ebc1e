"""How a websocket of one of our pages is told from that of any other client.

Browsers hide from a page why its websocket was turned away: to the page it looks like a
network that is down. The script in our pages (`docsync_trio.server.pages.page_script`) therefore
marks its websockets, and what a marked one cannot have is told over the websocket itself.
Other clients get an HTTP status as ever.
"""

from typing import Final, Literal, get_args

from docsync_trio.sessions.request import Request

MARK: Final = "docsync-page"
"""The argument of a websocket's address by which our pages are told from other clients."""

Mark = Literal["new", "waiting", "again"]
"""Whether the page has yet to get its document (``waiting`` with a spinner), or had one."""

_MARKS: Final[tuple[Mark, ...]] = get_args(Mark)


def take_mark(request: Request) -> Mark | None:
    """Return the mark of *request* and take it out: applications never see it."""
    values = request.arguments.pop(MARK, None)
    if values is None:
        return None
    told = values[-1].decode("latin-1")
    # Our script puts it behind the arguments that the page itself has.
    request.query = request.query.removesuffix(f"{MARK}={told}").removesuffix("&")
    request.uri = request.uri.removesuffix(f"{MARK}={told}").removesuffix("&").removesuffix("?")
    return next((mark for mark in _MARKS if mark == told), "new")
