"""The one place where the errors of HTTP requests end and become answers."""

import secrets
from collections.abc import Sequence

import attrs
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from docsync_trio.base.errors import ApplicationError, Refusal
from docsync_trio.base.events import ApplicationTaskFailed, ConnectionRefused, Observer
from docsync_trio.server.error_page import (
    PAGE_HEADERS,
    Explanation,
    Link,
    links_below,
    of_failure,
    of_fault,
    of_http,
    of_refusal,
)
from docsync_trio.server.request import request_from_scope
from docsync_trio.sessions.request import Request


@attrs.frozen(eq=False)
class Answers:
    """Answers what nobody else did: tells the log, and the visitor.

    *links* lead on from an address where there is nothing.
    """

    observe: Observer
    show_errors: bool
    links: Sequence[Link] = ()

    def explain(self, error: Exception, request: Request) -> Explanation:
        """Return what to tell the visitor about *error*, after telling the log."""
        match error:
            case Refusal():
                peer = request.remote_ip or "unknown"
                status, text, hint = error.status, str(error), error.hint
                self.observe(ConnectionRefused(request.path, peer, status, text, hint))
                return of_refusal(error)
            case ApplicationError():
                return of_failure(error, show=self.show_errors)
            case HTTPException():
                return of_http(error, links_below(request.root_path, self.links))
            case _:
                incident = secrets.token_hex(4)
                what = f"answering {request.method} (incident {incident})"
                self.observe(ApplicationTaskFailed(request.path, what, error))
                return of_fault(error, incident, show=self.show_errors)

    async def around(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Let *app* answer an ``http`` request, and answer it ourselves where that raises.

        An answer that has begun cannot be taken back: then the exception goes on, and
        the connection ends.
        """
        begun = False
        head = scope["method"] == "HEAD"

        async def send_and_note(message: Message) -> None:
            nonlocal begun
            begun = True
            if head and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        try:
            await app(scope, receive, send_and_note)
        except Exception as error:
            if begun:
                raise
            request = request_from_scope(scope)
            told = self.explain(error, request)
            wants_html = "text/html" in request.headers.get("Accept", "")
            await _answer(told, wants_html=wants_html)(scope, receive, send_and_note)


def _answer(told: Explanation, *, wants_html: bool) -> Response:
    return Response(
        told.as_html() if wants_html else told.as_text(),
        status_code=told.status,
        headers={**PAGE_HEADERS, **told.headers},
        media_type="text/html" if wants_html else "text/plain",
    )
