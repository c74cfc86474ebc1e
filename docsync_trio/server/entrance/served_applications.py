"""The applications that are being served, and what answering for them needs.

This is what the modules that answer requests know of the site; `site` puts it together
and adds the answers.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from typing import Any, Final
from urllib.parse import quote, unquote

import attrs
import trio

from docsync_trio.base.events import Observer
from docsync_trio.config.application_schema import PageWord
from docsync_trio.config.schema import SiteSettings
from docsync_trio.protocol.token import TokenSettings
from docsync_trio.server.entrance.gate import Gate
from docsync_trio.server.entrance.websocket_paths import USUAL, PathPattern, WebsocketPaths
from docsync_trio.sessions.application_context import ApplicationContext
from docsync_trio.sessions.request import Request
from docsync_trio.sessions.wire import Ending

PATH_CHARACTERS = "/:@!$&'()*+,;=~-._"
"""What stands for itself in a URL's path, besides letters and digits."""


STOPS: Final = "the server stops"
"""Why sessions end then, for the log; browsers are told to expect it back."""


@attrs.frozen(eq=False)
class ServedApplications:
    """The open applications of a site.

    *tokens* says how to sign, by the path of the application; *show_errors* whether
    visitors may see why an application failed (they see its source then). *gate* knows
    visitors, if the site lets them sign in.
    """

    settings: SiteSettings
    applications: Sequence[ApplicationContext]
    tokens: Mapping[str, TokenSettings]
    observe: Observer
    show_errors: bool
    gate: Gate | None = attrs.field(default=None, kw_only=True)

    def find_websocket(self, path: str) -> tuple[ApplicationContext, dict[str, Any]] | None:
        """Return whose websocket is at *path* (decoded) and the parameters in the path."""
        found = self.websockets.find(path)
        return None if found is None else (found.context, found.path_params)

    def is_ours(self, path: str) -> bool:
        """Say whether at *path* (decoded) is a page of ours or what belongs to it.

        It is no web application, no endpoint, and none of the paths with parameters.
        """
        return path in self._fixed_paths or path.startswith(self._static)

    def websocket_seen_from(self, context: ApplicationContext, request: Request) -> str:
        """Return where the page of *request* finds its websocket; empty: at the usual place.

        It is a path, or what stands in the place of the last part of the usual one.
        """
        named = self._named_websockets.get(context.application.path, USUAL)
        if not named.startswith("/"):
            return "" if named == USUAL else named
        pattern = PathPattern.of(url_below(self.settings.server.prefix, named))
        return quote(request.root_path + pattern.filled(request.path_params), PATH_CHARACTERS)

    def websockets_of(self, context: ApplicationContext) -> list[str]:
        """Return all paths at which *context* has its websocket, with their parameters."""
        return [path for _, _, path in self._websocket_places([context])]

    def page_of(self, context: ApplicationContext) -> PageWord:
        """Say what page *context* has: see ``page`` in the site file."""
        return self._pages[context.application.path]

    async def drain(self, code: int, reason: str, *, within: float) -> None:
        """End all sessions of all applications, their websockets with *code* and *reason*.

        With the hooks that follow it takes no more than *within* seconds.
        """
        async with trio.open_nursery() as nursery:
            for context in self.applications:
                end = partial(context.end_sessions, Ending(code, reason), STOPS, within=within)
                nursery.start_soon(end)

    async def close(self) -> None:
        """End all applications, side by side: no hook has to wait for another's."""
        async with trio.open_nursery() as nursery:
            for context in self.applications:
                nursery.start_soon(context.close)

    @cached_property
    def _pages(self) -> dict[str, PageWord]:
        return {a.path: a.page for a in self.settings.applications}

    @cached_property
    def _static(self) -> str:
        return url_below(self.settings.server.prefix, "/static/")

    @cached_property
    def _fixed_paths(self) -> frozenset[str]:
        prefix = self.settings.server.prefix
        pages = [
            url_below(prefix, c.application.path)
            for c in self.applications
            if not has_parameters(c.application.path) and self.page_of(c) != "none"
        ]
        parts = ("/autoload.js", "/preflight")
        return frozenset([*pages, *(below(page, part) for page in pages for part in parts)])

    @cached_property
    def websockets(self) -> WebsocketPaths:
        """Where their websockets are."""
        return WebsocketPaths.of(self._websocket_places(self.applications))

    @cached_property
    def _named_websockets(self) -> dict[str, str]:
        return {one.path: one.websocket_path for one in self.settings.applications}

    def _websocket_places(
        self, applications: Iterable[ApplicationContext]
    ) -> Iterator[tuple[ApplicationContext, str, str]]:
        prefix = self.settings.server.prefix
        for context in applications:
            page = url_below(prefix, context.application.path).rstrip("/")
            yield context, page, f"{page}/{USUAL}"
            named = self._named_websockets.get(context.application.path, USUAL)
            if named != USUAL:
                is_whole = named.startswith("/")
                yield context, page, url_below(prefix, named) if is_whole else f"{page}/{named}"


def url_below(prefix: str, path: str) -> str:
    """Return *path* of the site file below *prefix*, decoded as ASGI decodes paths."""
    return unquote(prefix + path)


def below(url: str, part: str) -> str:
    """Return the URL path *part* of what is served at *url*."""
    return url.rstrip("/") + part


def has_parameters(path: str) -> bool:
    """Say whether *path* stands for many, as ``/buoys/{station}`` does."""
    return "{" in path
