"""The applications that are being served, and what answering for them needs.

This is what the modules that answer requests know of the site; `site` puts it together
and adds the answers.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cached_property, partial
from typing import Any
from urllib.parse import unquote

import attrs
import trio
from starlette.convertors import Convertor
from starlette.routing import compile_path

from docsync_trio.base.events import Observer
from docsync_trio.config.schema import SiteSettings
from docsync_trio.protocol.token import TokenSettings
from docsync_trio.server.path_numbers import with_short_numbers
from docsync_trio.sessions.application_context import ApplicationContext
from docsync_trio.sessions.wire import Ending

PATH_CHARACTERS = "/:@!$&'()*+,;=~-._"
"""What stands for itself in a URL's path, besides letters and digits."""

Compiled = tuple[ApplicationContext, re.Pattern[str], Mapping[str, Convertor[Any]]]


@attrs.frozen(eq=False)
class ServedApplications:
    """The open applications of a site.

    *tokens* says how to sign, by the path of the application; *show_errors* whether
    visitors may see why an application failed (they see its source then).
    """

    settings: SiteSettings
    applications: Sequence[ApplicationContext]
    tokens: Mapping[str, TokenSettings]
    observe: Observer
    show_errors: bool

    def find_websocket(self, path: str) -> tuple[ApplicationContext, dict[str, Any]] | None:
        """Return whose websocket is at *path* (decoded) and the parameters in the path."""
        exact = self._exact.get(path)
        if exact is not None:
            return exact, {}
        for context, pattern, convertors in self._with_parameters:
            match = pattern.match(path)
            if match:
                return context, {k: convertors[k].convert(v) for k, v in match.groupdict().items()}
        return None

    def has_instant_page(self, context: ApplicationContext) -> bool:
        """Say whether the page of *context* is sent before its document is built."""
        return context.application.path in self._instant

    async def drain(self, code: int, reason: str, *, within: float) -> None:
        """End all sessions of all applications, their websockets with *code* and *reason*.

        With the hooks that follow it takes no more than *within* seconds.
        """
        async with trio.open_nursery() as nursery:
            for context in self.applications:
                end = partial(context.end_sessions, Ending(code, reason), reason, within=within)
                nursery.start_soon(end)

    async def close(self) -> None:
        """End all applications, side by side: no hook has to wait for another's."""
        async with trio.open_nursery() as nursery:
            for context in self.applications:
                nursery.start_soon(context.close)

    @cached_property
    def _instant(self) -> frozenset[str]:
        return frozenset(a.path for a in self.settings.applications if a.page == "instant")

    @cached_property
    def _exact(self) -> dict[str, ApplicationContext]:
        return {path: context for context, path in self._websockets if not has_parameters(path)}

    @cached_property
    def _with_parameters(self) -> list[Compiled]:
        compiled: list[Compiled] = []
        for context, path in self._websockets:
            if has_parameters(path):
                pattern, _, convertors = compile_path(with_short_numbers(path))
                compiled.append((context, pattern, convertors))
        return compiled

    @property
    def _websockets(self) -> list[tuple[ApplicationContext, str]]:
        prefix = self.settings.server.prefix
        return [(c, below(url_below(prefix, c.application.path), "/ws")) for c in self.applications]


def url_below(prefix: str, path: str) -> str:
    """Return *path* of the site file below *prefix*, decoded as ASGI decodes paths."""
    return unquote(prefix + path)


def below(url: str, part: str) -> str:
    """Return the URL path *part* of what is served at *url*."""
    return url.rstrip("/") + part


def has_parameters(path: str) -> bool:
    """Say whether *path* stands for many, as ``/buoys/{station}`` does."""
    return "{" in path
