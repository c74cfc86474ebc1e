"""``autoload.js``: a script that puts an application into somebody else's page.

It is what `bokeh.embed.server_document` and `server_session` refer to. Three values out
of the address end up inside the script, so they are let in only if they look like what
Bokeh puts there, and are escaped all the same.
"""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

import attrs
from bokeh.core.templates import AUTOLOAD_JS
from bokeh.core.types import ID
from bokeh.embed.bundle import Bundle, bundle_for_objs_and_resources
from bokeh.embed.elements import script_for_render_items
from bokeh.embed.util import RenderItem
from starlette.types import Receive, Scope, Send

from docsync_trio.base.errors import Refusal
from docsync_trio.server.development.following import ROUTE, followed_of
from docsync_trio.server.entrance.access import check_origin
from docsync_trio.server.entrance.gate import rule_of
from docsync_trio.server.entrance.open_session import open_session_for
from docsync_trio.server.entrance.served_applications import ServedApplications
from docsync_trio.server.pages.answers import Answers
from docsync_trio.server.pages.application_page import matched_request
from docsync_trio.server.pages.bokehjs import BokehJS, root_url
from docsync_trio.server.pages.page_script import (
    in_quotes,
    page_script_url,
    websocket_statement,
    with_page_script,
)
from docsync_trio.server.visits.cross_origin import may_talk
from docsync_trio.sessions.application_context import ApplicationContext
from docsync_trio.sessions.request import Request
from docsync_trio.sessions.session import Session

_PATH = r"/[\w.~!$&()*+,;=:@%/-]*"
_ELEMENT = re.compile(r"[\w.:-]{1,200}", re.ASCII)
_APP_PATH = re.compile(_PATH)
_ABSOLUTE_URL = re.compile(rf"https?://[\w.:\[\]-]+(?:{_PATH})?")

Fields = list[tuple[bytes, bytes]]


@attrs.frozen
class Placement:
    """Where in which page the document goes.

    *element* is the id of an element there; *app_path* and *absolute_url* are what that
    page knows the application by; *own_resources* says that it loads BokehJS itself.
    """

    element: str
    app_path: str
    absolute_url: str | None
    own_resources: bool

    @property
    def server(self) -> str:
        """``scheme://host`` by which the page knows us; empty where it is our own."""
        if self.absolute_url is None:
            return ""
        parts = urlsplit(self.absolute_url)
        return f"{parts.scheme}://{parts.netloc}"


def placement_of(arguments: Mapping[str, list[bytes]]) -> Placement:
    """Return what the arguments of the address say. Raises `Refusal` (400)."""
    element = _argument(arguments, "bokeh-autoload-element", _ELEMENT)
    if element is None:
        raise Refusal(400, "No bokeh-autoload-element query parameter")
    return Placement(
        element=element,
        app_path=_argument(arguments, "bokeh-app-path", _APP_PATH) or "/",
        absolute_url=_argument(arguments, "bokeh-absolute-url", _ABSOLUTE_URL),
        own_resources=arguments.get("resources", [b""])[-1] == b"none",
    )


def _argument(
    arguments: Mapping[str, list[bytes]], name: str, pattern: re.Pattern[str]
) -> str | None:
    value = arguments.get(name, [b""])[-1].decode("utf-8", "replace")
    if value and not pattern.fullmatch(value):
        raise Refusal(400, f"{name} is malformed")
    return value or None


@attrs.frozen(eq=False)
class Autoload:
    """An ASGI application: the script that embeds *context* in a page."""

    site: ServedApplications
    context: ApplicationContext
    bokehjs: BokehJS
    answers: Answers

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Answer one request. What goes wrong is answered by a script that says so."""
        request = matched_request(scope, "/autoload.js")
        fields = cross_origin_fields(request, self.site.settings.server.allow_origins)
        if scope["method"] == "OPTIONS":
            await _send(send, 204, [*fields, *cross_origin_preflight(request)], b"")
            return
        fields += [
            (b"content-type", b"application/javascript; charset=utf-8"),
            (b"cache-control", b"no-store"),
            (b"x-content-type-options", b"nosniff"),
        ]
        if scope["method"] == "HEAD":
            await _send(send, 200, fields, None)
            return
        status, script, more = await self._script(scope, request)
        await _send(send, status, [*fields, *more], script.encode())

    async def _script(self, scope: Scope, request: Request) -> tuple[int, str, Fields]:
        placement: Placement | None = None
        try:
            placement = placement_of(request.arguments)
            check_origin(self.site, request)
            if self.site.gate is not None:
                await self.site.gate.let_in(request, rule_of(self.site, self.context))
            session = await open_session_for(self.site, request, self.context)
            return 200, self._loader(session, placement, request), []
        except Exception as error:  # noqa: BLE001 - all of it is told, in the page and the log
            explanation = self.answers.explain(error, scope)
            fields = [(n.encode(), v.encode()) for n, v in explanation.headers.items()]
            if placement is None:
                return explanation.status, explanation.as_script(None), fields
            script = explanation.as_script(placement.element, self._watched(placement, request))
            return explanation.status, script, fields

    def _watched(self, placement: Placement, request: Request) -> Mapping[str, str] | None:
        followed = followed_of(self.context)
        if followed is None:
            return None
        page = (placement.absolute_url or placement.app_path).rstrip("/")
        script = f"{page}/autoload.js?{request.query}"
        return {"state": f"{page}{ROUTE}", "version": followed.version, "script": script}

    def _loader(self, session: Session, placement: Placement, request: Request) -> str:
        bundle = self._bundle(session, placement, request)
        element = ID(placement.element)
        item = RenderItem(token=session.token, elementid=element, use_for_title=False)
        url = placement.absolute_url
        render = script_for_render_items(
            {},
            [item],
            app_path=in_quotes(placement.app_path),
            absolute_url=None if url is None else in_quotes(url),
        )
        if websocket := self.site.websocket_seen_from(self.context, request):
            page = f"{urlsplit(url).netloc if url else ''}{placement.app_path.rstrip('/')}"
            bundle.js_raw.append(websocket_statement(page, websocket))
        bundle.js_raw.append(render)
        return AUTOLOAD_JS.render(bundle=bundle, elementid=element)

    def _bundle(self, session: Session, placement: Placement, request: Request) -> Bundle:
        root = root_url(self.site.settings.server.prefix, request.root_path, placement.server)
        if placement.own_resources:
            return with_page_script(bundle_for_objs_and_resources(None, None), root)
        framework, resources = self.context.application.framework, self.bokehjs.resources(root)
        made = framework.bundle(session.document, resources, page_script_url(root))
        return made or with_page_script(self.bokehjs.bundle(root), root)


def cross_origin_fields(request: Request, allow_origins: tuple[str, ...]) -> Fields:
    """Return what tells a browser which page may read the answer.

    A page that may use the site may send its visitor's cookies along. Any other may read
    the script without them: it says why there is nothing to see.
    """
    origin = request.headers.get("Origin")
    if origin is None:
        return [(b"vary", b"origin")]
    if not may_talk(origin, request.host, allow_origins):
        return [(b"vary", b"origin"), (b"access-control-allow-origin", b"*")]
    return [
        (b"vary", b"origin"),
        (b"access-control-allow-origin", origin.encode("latin-1")),
        (b"access-control-allow-credentials", b"true"),
    ]


def cross_origin_preflight(request: Request) -> Fields:
    """Return what a browser asks before a request that only a page could make."""
    asked = request.headers.get("Access-Control-Request-Headers", "")
    # A wildcard would not cover requests with cookies, so what is asked for is named.
    names = [name.strip() for name in asked.split(",") if _HEADER.fullmatch(name.strip())]
    return [
        (b"allow", b"GET, HEAD, OPTIONS"),
        (b"access-control-allow-methods", b"GET, OPTIONS"),
        (b"access-control-allow-headers", ", ".join(names).encode("ascii")),
        (b"access-control-max-age", b"600"),
    ]


_HEADER = re.compile(r"[A-Za-z0-9-]{1,100}")


async def _send(send: Send, status: int, fields: Fields, body: bytes | None) -> None:
    if body:
        fields.append((b"content-length", b"%d" % len(body)))
    await send({"type": "http.response.start", "status": status, "headers": fields})
    await send({"type": "http.response.body", "body": body or b""})
