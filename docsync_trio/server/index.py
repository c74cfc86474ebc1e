"""The front page of a site: its applications, or the only one straight away."""

from collections.abc import Sequence
from urllib.parse import quote

import attrs
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from docsync_trio.server.error_page import Link, links_below
from docsync_trio.server.html import html_answer


@attrs.frozen(eq=False)
class Index:
    """An ASGI application: links to *links*, or a redirect where there is just one.

    *named* are applications that cannot be linked to, because something in their path
    has to be filled in.
    """

    title: str
    links: Sequence[Link]
    named: Sequence[Link] = ()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        root = scope.get("root_path", "")
        answer: Response
        if len(self.links) == 1 and not self.named:
            answer = RedirectResponse(root + self.links[0].url, status_code=302)
        else:
            links, named = links_below(root, self.links), links_below(root, self.named)
            answer = html_answer("index.html", title=self.title, links=links, named=named)
        await answer(scope, receive, send)


async def without_slash(request: Request) -> Response:
    """Send a visitor who typed a slash too many to the address without it."""
    raw = request.scope.get("raw_path") or quote(request.scope["path"]).encode()
    # Of several slashes in front a browser would make another server's name.
    path = "/" + raw.decode("latin-1").strip("/")
    query = request.url.query
    return RedirectResponse(f"{path}?{query}" if query else path, status_code=307)
