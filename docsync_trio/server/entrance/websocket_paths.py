"""Where the websockets of a site's applications are.

BokehJS and Bokeh's Python client look for one at ``/ws`` below the page, and always find
it there. Where the operator names another path (``websocket_path``, for a proxy that tells
websockets by their paths), our pages use that.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Self

import attrs
from starlette.convertors import Convertor
from starlette.routing import compile_path

from docsync_trio.config.url_paths import takes_rest
from docsync_trio.server.entrance.path_numbers import application_pattern
from docsync_trio.sessions.application_context import ApplicationContext

USUAL: Final = "ws"
"""The last part of the path that every client of Bokeh knows."""


@attrs.frozen
class FoundWebsocket:
    """Whose websocket it is; *app_path* is that of the page, empty at the site's root."""

    context: ApplicationContext
    path_params: dict[str, Any]
    app_path: str


@attrs.frozen
class PathPattern:
    """All paths that one with parameters stands for."""

    expression: re.Pattern[str]
    form: str
    convertors: Mapping[str, Convertor[Any]]

    @classmethod
    def of(cls, path: str) -> Self:
        """Read *path* as the site file has it, decoded."""
        return cls(*compile_path(application_pattern(path)))

    def match(self, path: str) -> dict[str, str] | None:
        """Return the text of each parameter in *path*, or None."""
        found = self.expression.match(path)
        return None if found is None else found.groupdict()

    def converted(self, texts: Mapping[str, str]) -> dict[str, Any]:
        """Return the values of what `match` found."""
        return {name: self.convertors[name].convert(text) for name, text in texts.items()}

    def filled(self, values: Mapping[str, Any]) -> str:
        """Return the path in which the parameters have *values*."""
        texts = {name: one.to_string(values[name]) for name, one in self.convertors.items()}
        return self.form.format(**texts)


@attrs.frozen(eq=False)
class WebsocketPaths:
    """The websockets of all applications; fixed paths go first."""

    fixed: Mapping[str, FoundWebsocket]
    patterns: Sequence[tuple[ApplicationContext, PathPattern, PathPattern]]

    @classmethod
    def of(cls, places: Iterable[tuple[ApplicationContext, str, str]]) -> Self:
        """Collect them; each of *places* has the paths of the page and of its websocket."""
        fixed: dict[str, FoundWebsocket] = {}
        patterns: list[tuple[ApplicationContext, PathPattern, PathPattern]] = []
        # As with pages: who takes the rest of a path is asked last.
        for context, page, path in sorted(places, key=lambda place: takes_rest(place[1])):
            pattern = PathPattern.of(path)
            if pattern.convertors:
                patterns.append((context, pattern, PathPattern.of(page)))
            else:
                fixed[path] = FoundWebsocket(context, {}, page)
        return cls(fixed, patterns)

    def find(self, path: str) -> FoundWebsocket | None:
        """Return whose websocket is at *path* (decoded, as the site knows it)."""
        if path in self.fixed:
            return self.fixed[path]
        for context, websocket, page in self.patterns:
            texts = websocket.match(path)
            if texts is not None:
                app_path = page.form.format(**texts)
                return FoundWebsocket(context, websocket.converted(texts), app_path)
        return None
