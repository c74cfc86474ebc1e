"""``/docsync`` below an application: what its pages do when it has been exchanged for another.

A page whose application has changed asks here, with the token that it has. Its session is
made anew, with what was set in its widgets, and it learns whether the new document fits into
the page as it is, what could not be kept, and what has gone wrong. Without a token only the
version is told: a page that cannot be shown asks until there is another one.
"""

import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qs, urlencode

import attrs
from starlette.types import Receive, Scope, Send

from docsync_trio.base.errors import ApplicationError, Refusal
from docsync_trio.protocol.token import Claims, read_token
from docsync_trio.server.development import overlay
from docsync_trio.server.development.following import ROUTE, FollowedApplication
from docsync_trio.server.entrance.access import SESSION_ID, TOKEN, check_origin, hide_names
from docsync_trio.server.entrance.served_applications import ServedApplications
from docsync_trio.server.pages.application_page import matched_request
from docsync_trio.server.pages.autoload import cross_origin_fields, cross_origin_preflight
from docsync_trio.server.pages.followed_page import FollowedPage
from docsync_trio.server.pages.preflight import TOKEN as TOKEN_HEADER
from docsync_trio.sessions.application_context import ApplicationContext
from docsync_trio.sessions.request import Request

_FIELDS: Final = (
    (b"content-type", b"application/json"),
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
)

State = Mapping[str, Any]
"""``version`` of the application; ``gone``: the session is over for good; ``page`` and
``styles``: its sign; ``not_kept``: sentences; ``failures``: see `overlay`."""


@attrs.frozen(eq=False)
class AfterReload:
    """An ASGI application: the state of a page of *context*, as JSON.

    *page* is None where the pages of the application are not ours.
    """

    site: ServedApplications
    context: ApplicationContext
    application: FollowedApplication
    page: FollowedPage | None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = matched_request(scope, ROUTE)
        fields = cross_origin_fields(request, self.site.settings.server.allow_origins)
        if scope["method"] == "OPTIONS":
            await _send(send, 204, [*fields, *cross_origin_preflight(request)], b"")
            return
        state = {"version": self.application.version, **await self._state(request, scope, receive)}
        await _send(send, 200, [*_FIELDS, *fields], json.dumps(state).encode())

    async def _state(self, request: Request, scope: Scope, receive: Receive) -> State:
        token = request.headers.get(TOKEN_HEADER)
        if token is None:
            return {}
        try:
            check_origin(self.site, request)
            claims = read_token(token, self.site.tokens[self.context.url])
            if not self._is_expected(claims):
                return {"gone": True}
            return await self._of_session(claims, token, request, scope, receive)
        except Refusal as refusal:
            return {"gone": True, "why": str(refusal)}

    def _is_expected(self, claims: Claims) -> bool:
        living = self.context.living(claims.session_id)
        return living is not None or self.application.expects(claims.session_id)

    async def _of_session(
        self, claims: Claims, token: str, request: Request, scope: Scope, receive: Receive
    ) -> State:
        session_id = claims.session_id
        request.token_payload = claims.payload
        hide_names(request)
        try:
            # Its page is there already, and pulls for a second time.
            await self.context.session(session_id, request, by_websocket=True)
            sign = await self._sign(token, scope, receive)
        except ApplicationError as error:
            cause, show = error.__cause__ or error, self.application.following.show_errors
            return {"failures": [overlay.failure_to_build(cause, self.context.url, show=show)]}
        return {
            **sign,
            "not_kept": self.application.not_kept(session_id),
            "failures": self.application.following.failures(self.context.url, session_id),
        }

    async def _sign(self, token: str, scope: Scope, receive: Receive) -> Mapping[str, str]:
        """The sign of the page as it would be now; empty where it is not ours."""
        if self.page is None:
            return {"page": "", "styles": ""}
        query = scope.get("query_string", b"")
        if not _names_session(query):
            query = b"&".join(filter(None, [query, urlencode({TOKEN: token}).encode()]))
        path, raw = scope["path"].removesuffix(ROUTE) or "/", scope.get("raw_path")
        page_scope = {
            **scope,
            "method": "GET",
            "path": path,
            "raw_path": None if raw is None else raw.removesuffix(ROUTE.encode()) or b"/",
            "query_string": query,
        }
        return await self.page.sign(page_scope, receive)


def _names_session(query: bytes) -> bool:
    return not {TOKEN, SESSION_ID}.isdisjoint(parse_qs(query.decode("latin-1")))


async def _send(send: Send, status: int, fields: list[tuple[bytes, bytes]], body: bytes) -> None:
    if body:
        fields.append((b"content-length", b"%d" % len(body)))
    await send({"type": "http.response.start", "status": status, "headers": fields})
    await send({"type": "http.response.body", "body": body})
