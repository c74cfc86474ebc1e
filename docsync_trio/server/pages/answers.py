"""The one place where the errors of HTTP requests end and become answers."""

from collections.abc import Sequence

import attrs
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from docsync_trio.base.errors import ApplicationError, Refusal, new_incident
from docsync_trio.base.events import ConnectionRefused, Observer, RequestFailed
from docsync_trio.server.entrance.gate import way_on
from docsync_trio.server.own_pages.error_page import (
    PAGE_HEADERS,
    ExplainedError,
    Explanation,
    Link,
    links_below,
    of_failure,
    of_fault,
    of_http,
    of_refusal,
)
from docsync_trio.server.sockets.peer_name import peer_of_scope


@attrs.frozen(eq=False)
class Answers:
    """Answers what nobody else did: tells the log, and the visitor.

    *links* lead on from an address where there is nothing.
    """

    observe: Observer
    show_errors: bool
    links: Sequence[Link] = ()

    def explain(self, error: Exception, scope: Scope) -> Explanation:
        """Return what to tell the visitor of *scope* about *error*, after telling the log."""
        path, peer = scope["path"], peer_of_scope(scope)
        match error:
            case Refusal():
                status, text, hint = error.status, str(error), error.hint
                self.observe(ConnectionRefused(path, peer, status, text, hint))
                return of_refusal(error)
            case ExplainedError():
                return error.explanation
            case ApplicationError():
                return of_failure(error, show=self.show_errors)
            case HTTPException():
                return of_http(error, links_below(scope.get("root_path", ""), self.links))
            case _:
                incident = new_incident()
                self.observe(RequestFailed(path, peer, incident, error))
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
            if (on := way_on(error, scope)) is not None:
                await on(scope, receive, send_and_note)
                return
            told = self.explain(error, scope)
            wants_html = "text/html" in Headers(scope=scope).get("accept", "")
            await _answer(told, wants_html=wants_html)(scope, receive, send_and_note)


def _answer(told: Explanation, *, wants_html: bool) -> Response:
    return Response(
        told.as_html() if wants_html else told.as_text(),
        status_code=told.status,
        headers={**PAGE_HEADERS, **told.headers},
        media_type="text/html" if wants_html else "text/plain",
    )
