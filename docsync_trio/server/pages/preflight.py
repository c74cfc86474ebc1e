"""``/preflight`` below an application: what a page of some origin would meet, with its token.

Browsers tell neither a page nor its visitor why a websocket could not be opened. So the
page asks here, and so does ``docsync probe``. Asking costs next to nothing whoever does it
and however often: nothing is built, no session is made or kept alive by it, and what is
answered anybody could find out by trying.
"""

import json
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any, Final

import attrs
from starlette.types import Receive, Scope, Send

from docsync_trio.base.errors import Refusal
from docsync_trio.protocol.token import read_token
from docsync_trio.server.entrance.access import check_age, check_origin, now
from docsync_trio.server.entrance.served_applications import ServedApplications
from docsync_trio.server.pages.application_page import matched_request
from docsync_trio.server.pages.autoload import cross_origin_preflight
from docsync_trio.server.pages.metadata import path_in_site
from docsync_trio.server.visits.head import MAX_HEAD
from docsync_trio.sessions.application_context import ApplicationContext
from docsync_trio.sessions.request import Headers, Request

TOKEN: Final = "Bokeh-Token"  # noqa: S105 - the name of a header
"""The header for the token. In an address it would be in every log on the way."""

ORIGIN: Final = "origin"
"""The argument for where the page is, as browsers do not say that to its own server."""

_FIELDS: Final = (
    (b"content-type", b"application/json"),
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
)
# It says nothing of its visitor that the page did not know, and is asked without cookies.
_FOR_ALL_PAGES: Final = (b"access-control-allow-origin", b"*")


@attrs.frozen
class Finding:
    """One thing that was looked at; *good* is None where there was nothing to look at.

    *says* is for a visitor, *instead* for whoever runs the server; it stays empty where
    others than they could read it.
    """

    check: str
    says: str
    good: bool | None = attrs.field(default=None, kw_only=True)
    instead: str = ""


@attrs.frozen(eq=False)
class Preflight:
    """An ASGI application: what would become of a page of *context*, as JSON."""

    site: ServedApplications
    context: ApplicationContext

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Answer one request, always with 200: it is an answer whatever it says."""
        request = matched_request(scope, "/preflight")
        if scope["method"] == "OPTIONS":
            await _send(send, 204, cross_origin_preflight(request), b"")
            return
        body = json.dumps(self._answer(request, scope["headers"])).encode()
        await _send(send, 200, [], b"" if scope["method"] == "HEAD" else body)

    def _answer(self, request: Request, fields: list[tuple[bytes, bytes]]) -> dict[str, Any]:
        findings = list(self._findings(request))
        if not self.site.show_errors:
            findings = [attrs.evolve(finding, instead="") for finding in findings]
        return {
            "application": path_in_site(request, self.site.settings.server.prefix),
            "websocket": self.site.websocket_seen_from(self.context, request) or "ws",
            "good": all(finding.good is not False for finding in findings),
            "checks": [attrs.asdict(finding) for finding in findings],
            "request": {
                "host": request.host,
                "version": request.version,
                "head": sum(len(name) + len(value) + 4 for name, value in fields),
            },
            "limits": {
                "head": MAX_HEAD,
                "message": self.site.settings.server.max_message_size,
            },
        }

    def _findings(self, request: Request) -> Iterator[Finding]:
        token = request.headers.get(TOKEN)
        yield _checked("origin", "Pages of this origin are let in.", self._check_origin, request)
        if token is None:
            yield Finding("token", "No token was given.")
        else:
            text = "The token opens its session."
            yield _checked("token", text, self._check_token, token)
        yield _checked("room", "There is room for another session.", self._check_room, token)
        yield self._document()
        yield _version(request)

    def _check_origin(self, request: Request) -> None:
        told = request.arguments.get(ORIGIN)
        if told:
            origin = told[-1].decode("latin-1")
            named = [(n, v) for n, v in request.headers.items() if n != "Origin"]
            request = attrs.evolve(request, headers=Headers([*named, ("Origin", origin)]))
        check_origin(self.site, request)

    def _check_token(self, token: str) -> None:
        claims = read_token(token, self.site.tokens[self.context.application.path])
        check_age(self.context, claims, now())

    def _check_room(self, token: str | None) -> None:
        if token is not None and self._is_alive(token):
            return
        _check_most(len(self.context.sessions), self.context.settings.max_sessions, "sessions")
        everywhere = sum(len(context.sessions) for context in self.site.applications)
        _check_most(everywhere, self.site.settings.server.max_sessions, "server")

    def _is_alive(self, token: str) -> bool:
        try:
            claims = read_token(token, self.site.tokens[self.context.application.path])
        except Refusal:
            return False
        return self.context.living(claims.session_id) is not None

    def _document(self) -> Finding:
        if self.context.sessions:
            return Finding("document", "The application has built documents.", good=True)
        text = "Whether the application builds its document is not tried here."
        return Finding("document", text, instead="open the page, or run docsync check")


def _checked(check: str, good: str, look: Callable[..., None], *about: Any) -> Finding:
    try:
        look(*about)
    except Refusal as refusal:
        return Finding(check, str(refusal), good=False, instead=refusal.hint)
    return Finding(check, good, good=True)


def _check_most(count: int, most: int, table: str) -> None:
    if most and count >= most:
        text = "The server has all the visitors it can serve. Please try again later."
        raise Refusal(503, text, hint=f"{table}.max_sessions allows {most}")


def _version(request: Request) -> Finding:
    if request.version == "HTTP/1.0":
        return Finding(
            "proxy",
            "A proxy in front of this server does not pass websockets on.",
            good=False,
            instead="it speaks HTTP/1.0 to this server; nginx: proxy_http_version 1.1, and the "
            "headers Upgrade and Connection",
        )
    return Finding("proxy", f"The request came as {request.version}.", good=True)


async def _send(send: Send, status: int, more: list[tuple[bytes, bytes]], body: bytes) -> None:
    fields = [*_FIELDS, _FOR_ALL_PAGES, *more, (b"content-length", b"%d" % len(body))]
    if status == HTTPStatus.NO_CONTENT:
        fields = [*more, _FOR_ALL_PAGES]
    await send({"type": "http.response.start", "status": status, "headers": fields})
    await send({"type": "http.response.body", "body": body})
