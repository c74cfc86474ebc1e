"""The table of a site's addresses.

Order matters where two patterns match one address: what a site must have, then
applications at fixed paths, then the operator's routes and mounted web applications, then
applications whose paths have parameters, so that ``/{name}`` hides nothing, those that take
the rest of a path behind the others; and last of all the web application that is mounted
at ``/``.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from http import HTTPStatus
from pathlib import Path
from urllib.parse import quote

import attrs
from bokeh.embed.bundle import extension_dirs
from bokeh.settings import settings as bokeh_settings
from starlette.exceptions import HTTPException
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from docsync_trio.config.url_paths import takes_rest
from docsync_trio.server.development.following import ROUTE as AFTER_RELOAD
from docsync_trio.server.development.following import followed_of
from docsync_trio.server.entrance.access import admit_websocket
from docsync_trio.server.entrance.gate import Rule, behind, rule_of
from docsync_trio.server.entrance.path_numbers import application_pattern
from docsync_trio.server.entrance.served_applications import (
    PATH_CHARACTERS,
    ServedApplications,
    below,
    has_parameters,
    url_below,
)
from docsync_trio.server.extra_routes import Endpoint, extra_routes
from docsync_trio.server.files.static import ExtensionFiles, Folder, MadeFile, OneFile, StaticFiles
from docsync_trio.server.files.static_files import FileCache
from docsync_trio.server.lost_upgrade import LostUpgrade
from docsync_trio.server.mounted.open_mounts import OpenMounts
from docsync_trio.server.own_pages.error_page import Link
from docsync_trio.server.own_pages.index import Index, without_slash
from docsync_trio.server.pages.after_reload import AfterReload
from docsync_trio.server.pages.answers import Answers
from docsync_trio.server.pages.application_page import Page
from docsync_trio.server.pages.autoload import Autoload
from docsync_trio.server.pages.bokehjs import BokehJS
from docsync_trio.server.pages.followed_page import FollowedPage
from docsync_trio.server.pages.instant_page import InstantPage
from docsync_trio.server.pages.metadata import Metadata
from docsync_trio.server.pages.page_script import NAME, page_script
from docsync_trio.server.pages.preflight import Preflight
from docsync_trio.server.route_tree import RouteTree
from docsync_trio.server.visits.request import path_of
from docsync_trio.server.visits.visited_scope import VisitedScope
from docsync_trio.server.websockets.asgi_websocket import serve_asgi_websocket
from docsync_trio.server.websockets.websocket import websocket_limits
from docsync_trio.sessions.application_context import ApplicationContext

GET = ("GET",)


@attrs.frozen(eq=False)
class Stock:
    """What is kept ready to be sent, whichever applications there are."""

    cache: FileCache = attrs.field(factory=FileCache)
    bokehjs: BokehJS = attrs.field(factory=BokehJS)


def build_asgi(
    site: ServedApplications,
    endpoints: Mapping[str, Endpoint],
    mounts: OpenMounts,
    stock: Stock | None = None,
) -> ASGIApp:
    """Return the ASGI application that answers for *site*.

    *endpoints* has the functions of ``[[routes]]``, by path, *mounts* the web applications.
    *stock* is that of the site before, where this one takes its place.
    """
    answers = Answers(site.observe, site.show_errors, links_of(site))
    table = _Table(site, endpoints, mounts, answers, stock or Stock())
    public = mounts.rest is not None and mounts.rest.public
    # Who has yet to sign in is not told what there is not, either.
    rest = behind(site.gate, mounts.rest or _nothing_here, Rule(public))
    tree = RouteTree.of(site.settings.server.prefix, table.routes(), rest)
    admit = partial(admit_websocket, site)
    limits = websocket_limits(site.settings.server)
    visited = VisitedScope.of(site.settings.server)

    async def asgi(scope: Scope, receive: Receive, send: Send) -> None:
        scope = visited.of_request(scope)
        match scope["type"]:
            case "http":
                await table.answers.around(tree.router_for(scope), scope, receive, send)
            case "websocket" if mounted := mounts.at_websocket(site, path_of(scope)):
                await behind(site.gate, mounted, Rule(mounted.public))(scope, receive, send)
            case "websocket":
                await serve_asgi_websocket(
                    admit, limits, scope, receive, send, observe=site.observe
                )
            case _:
                await tree.others(scope, receive, send)

    return asgi


async def _nothing_here(_scope: Scope, _receive: Receive, _send: Send) -> None:
    raise HTTPException(HTTPStatus.NOT_FOUND)


def links_of(site: ServedApplications) -> list[Link]:
    """Return a link to every application that has one address."""
    prefix = site.settings.server.prefix
    return [
        Link(c.application.title, quote(url_below(prefix, c.application.path), PATH_CHARACTERS))
        for c in site.applications
        if not has_parameters(c.application.path) and site.page_of(c) != "none"
    ]


@attrs.frozen(eq=False)
class _Table:
    site: ServedApplications
    endpoints: Mapping[str, Endpoint]
    mounts: OpenMounts
    answers: Answers
    stock: Stock

    def routes(self) -> Iterator[Route]:
        yield Route(
            self._url("/static/extensions/{file:path}"),
            ExtensionFiles(extension_dirs, self.stock.cache),
            methods=GET,
        )
        # Before the files of an application at /, which stand below /static as well.
        yield Route(self._url(f"/static/{NAME}"), MadeFile(page_script()), methods=GET)
        if self.site.gate is not None:
            yield from self.site.gate.routes(self.site)
        yield from self._routes_of(
            [c for c in self.site.applications if not has_parameters(c.application.path)]
        )
        yield from self._site_routes()
        yield from extra_routes(self.site, self.endpoints, self.stock.cache)
        yield from self.mounts.routes(self.site.gate)
        named = [c for c in self.site.applications if has_parameters(c.application.path)]
        yield from self._routes_of([c for c in named if not takes_rest(c.application.path)])
        yield from self._routes_of([c for c in named if takes_rest(c.application.path)])

    def _site_routes(self) -> Iterator[Route]:
        yield Route(
            self._url("/static/{file:path}"),
            self.mounts.behind(StaticFiles((self._bokehjs,), self.stock.cache)),
            methods=GET,
        )
        icon = OneFile(self.site.settings.icon or favicon(), self.stock.cache)
        # Browsers ask for it without a prefix, too, wherever a page does not say where it is.
        for url in sorted({self._url("/favicon.ico"), "/favicon.ico"}):
            yield Route(url, icon, methods=GET)
        taken = {c.application.path for c in self.site.applications}
        taken |= {route.path for route in self.site.settings.routes}
        if "/" not in taken:
            index = behind(self.site.gate, self._index(), Rule())
            yield Route(self._url("/"), index, methods=GET)
            if self._url(""):
                yield Route(self._url(""), index, methods=GET)

    def _routes_of(self, contexts: Sequence[ApplicationContext]) -> Iterator[Route]:
        # The page of `/{country}/{city}` must not take `/{country}/metadata`.
        for context in contexts:
            yield from self._routes_below(context)
        for context in contexts:
            if self.site.page_of(context) != "none":
                yield from self._page_routes(context)

    def _page_routes(self, context: ApplicationContext) -> Iterator[Route]:
        url = self._pattern(context)
        page = behind(self.site.gate, self._page(context), rule_of(self.site, context))
        yield Route(url, page, methods=GET)
        if not url.endswith("/"):
            yield Route(f"{url}/", without_slash, methods=GET)
        elif url != "/":
            yield Route(url.rstrip("/"), page, methods=GET)

    def _page(self, context: ApplicationContext) -> Page | InstantPage | FollowedPage:
        kind = InstantPage if self.site.page_of(context) == "instant" else Page
        page = kind(self.site, context, self.stock.bokehjs)
        followed = followed_of(context)
        if followed is None:
            return page
        prefix = self.site.settings.server.prefix
        return FollowedPage(page, followed, context.application.static_path, prefix)

    def _routes_below(self, context: ApplicationContext) -> Iterator[Route]:
        url, gate, rule = self._pattern(context), self.site.gate, rule_of(self.site, context)
        autoload = Autoload(self.site, context, self.stock.bokehjs, self.answers)
        yield Route(below(url, "/autoload.js"), autoload, methods=["GET", "OPTIONS"])
        metadata = behind(gate, Metadata(self.site, context), rule)
        yield Route(below(url, "/metadata"), metadata, methods=GET)
        yield Route(
            below(url, "/preflight"), Preflight(self.site, context), methods=["GET", "OPTIONS"]
        )
        if (followed := followed_of(context)) is not None:
            page = self._page(context) if self.site.page_of(context) != "none" else None
            state = AfterReload(
                self.site, context, followed, page if isinstance(page, FollowedPage) else None
            )
            app = behind(gate, state, rule)
            yield Route(below(url, AFTER_RELOAD), app, methods=["GET", "OPTIONS"])
        for path in self.site.websockets_of(context):
            yield Route(application_pattern(path), LostUpgrade(), methods=GET)
        own = context.application.static_path
        for_all = StaticFiles((self._bokehjs,), self.stock.cache)
        files: ASGIApp = for_all
        if own is not None:
            both = StaticFiles((Folder(own), self._bokehjs), self.stock.cache)
            files = behind(gate, both, rule, otherwise=for_all)
        yield Route(below(url, "/static/{file:path}"), files, methods=GET)

    @property
    def _bokehjs(self) -> Folder:
        return Folder(self.stock.bokehjs.root, public=True, versions_are_ours=True)

    def _index(self) -> Index:
        named = [
            Link(c.application.title, self._url(c.application.path))
            for c in self.site.applications
            if has_parameters(c.application.path) and self.site.page_of(c) != "none"
        ]
        settings = self.site.settings
        title = settings.title or "Applications"
        return Index(title, links_of(self.site), named, settings.index)

    def _pattern(self, context: ApplicationContext) -> str:
        return application_pattern(self._url(context.application.path))

    def _url(self, path: str) -> str:
        return url_below(self.site.settings.server.prefix, path)


def favicon() -> Path:
    """Return the icon that browsers ask for: Bokeh's, or ours where there is none."""
    theirs = Path(bokeh_settings.ico_path())
    return theirs if theirs.is_file() else Path(__file__).parent / "templates" / "favicon.svg"
