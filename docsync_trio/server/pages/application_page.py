"""The page of an application: a session's document, ready to be drawn by BokehJS."""

import attrs
from bokeh.embed.elements import html_page_for_render_items
from bokeh.embed.util import RenderItem
from starlette.types import Receive, Scope, Send

from docsync_trio.base.errors import ApplicationError, new_incident
from docsync_trio.base.events import BuildFailed
from docsync_trio.server.entrance.open_session import open_session_for
from docsync_trio.server.entrance.served_applications import ServedApplications
from docsync_trio.server.pages.bokehjs import BokehJS, root_url
from docsync_trio.server.pages.page_script import page_script_url, with_page_script
from docsync_trio.server.visits.request import request_from_scope
from docsync_trio.sessions.application_context import ApplicationContext
from docsync_trio.sessions.request import Request
from docsync_trio.sessions.session import Session

FIELDS = (
    (b"content-type", b"text/html; charset=utf-8"),
    # A page holds the token of one visitor's session.
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
)


@attrs.frozen(eq=False)
class Page:
    """An ASGI application: the page of *context*."""

    site: ServedApplications
    context: ApplicationContext
    bokehjs: BokehJS

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Answer one request; HEAD makes no session, since nobody would ever join it."""
        head = scope["method"] == "HEAD"
        await send_page(send, None if head else await self._body(matched_request(scope)))

    async def _body(self, request: Request) -> bytes:
        session = await open_session_for(self.site, request, self.context)
        try:
            return self._html(session, request).encode()
        except Exception as error:
            # The application's template is filled in here.
            incident = new_incident()
            path = self.context.application.path
            self.site.observe(BuildFailed(path, session.id, error, incident))
            raise ApplicationError(str(error), application=path, incident=incident) from error

    def _html(self, session: Session, request: Request) -> str:
        document = session.document
        root = root_url(self.site.settings.server.prefix, request.root_path)
        websocket = self.site.websocket_seen_from(self.context, request)
        script = page_script_url(root, websocket=websocket)
        framework, resources = self.context.application.framework, self.bokehjs.resources(root)
        page = framework.page(document, session.token, resources, script)
        if page is not None:
            return page
        item = RenderItem(token=session.token, roots=document.roots, use_for_title=True)
        return html_page_for_render_items(
            with_page_script(self.bokehjs.bundle(root), root, websocket=websocket),
            {},
            [item],
            document.title,
            template=document.template,
            template_variables=document.template_variables,
        )


async def send_page(send: Send, body: bytes | None) -> None:
    """Answer with the page *body*; with its head alone where that is None."""
    fields = list(FIELDS)
    if body is not None:
        fields.append((b"content-length", b"%d" % len(body)))
    await send({"type": "http.response.start", "status": 200, "headers": fields})
    await send({"type": "http.response.body", "body": body or b""})


def matched_request(scope: Scope, suffix: str = "") -> Request:
    """Return the request of a matched route; *suffix* is what follows the application's path."""
    request = request_from_scope(scope)
    path = request.path.removesuffix(suffix) if suffix else request.path
    request.matched(path or "/", scope.get("path_params", {}))
    return request
