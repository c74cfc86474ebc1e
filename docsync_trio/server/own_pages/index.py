"""The front page of a site: its applications, or the only one straight away."""

import pathlib
from collections.abc import Sequence
from functools import cache
from urllib.parse import quote

import attrs
from jinja2 import Environment, FileSystemLoader, Template, TemplateSyntaxError
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from docsync_trio.base.errors import Problem
from docsync_trio.server.own_pages.error_page import Link, links_below
from docsync_trio.server.own_pages.html import html_answer


@attrs.frozen(eq=False)
class Index:
    """An ASGI application: links to *links*, or a redirect where there is just one.

    *named* are applications that cannot be linked to, because something in their path
    has to be filled in. *template* is the site's own; with one there is no redirect.
    """

    title: str
    links: Sequence[Link]
    named: Sequence[Link] = ()
    template: pathlib.Path | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        root = scope.get("root_path", "")
        answer: Response
        links, named = links_below(root, self.links), links_below(root, self.named)
        values = {"title": self.title, "links": links, "named": named}
        if self.template is not None:
            page = _own_template(self.template).render(values)
            answer = HTMLResponse(page, headers={"cache-control": "no-store"})
        elif len(self.links) == 1 and not self.named:
            answer = RedirectResponse(root + self.links[0].url, status_code=302)
        else:
            answer = html_answer("index.html", **values)
        await answer(scope, receive, send)


def check_template(path: pathlib.Path | None, problems: list[Problem]) -> None:
    """Append to *problems* why the template at *path* cannot be used."""
    if path is None:
        return
    try:
        _own_template(path)
    except (OSError, UnicodeDecodeError, TemplateSyntaxError) as error:
        where = f"line {error.lineno}: " if isinstance(error, TemplateSyntaxError) else ""
        problems.append(Problem(("index",), f"{path.name}: {where}{error}", cause=error))


def _own_template(path: pathlib.Path) -> Template:
    # A template may include others that lie beside it. Jinja looks whether they have changed.
    return _environment(path.parent).get_template(path.name)


@cache
def _environment(folder: pathlib.Path) -> Environment:
    return Environment(loader=FileSystemLoader(folder), autoescape=True)


async def without_slash(request: Request) -> Response:
    """Send a visitor who typed a slash too many to the address without it."""
    raw = request.scope.get("raw_path") or quote(request.scope["path"]).encode()
    # Of several slashes in front a browser would make another server's name.
    path = "/" + raw.decode("latin-1").strip("/")
    query = request.url.query
    return RedirectResponse(f"{path}?{query}" if query else path, status_code=307)
