"""The keys for those who watch over a server; see `schema`, of which it is a part."""

# ruff: noqa: RUF009 - `key` makes attributes, and the defaults it gets cannot be changed.

import math
from typing import Annotated, Any

import attrs

from docsync_trio.config.bind import Bind, BindAddress
from docsync_trio.config.keys import key
from docsync_trio.config.kind import Kind, KindError, Surroundings, shown
from docsync_trio.config.places import UrlPath
from docsync_trio.config.scalars import Duration

_OFF = "off"


@attrs.frozen
class PathOrOff(Kind):
    """A path without parameters, or "off", which is read as an empty text."""

    words = 'a path such as "/livez", or "off"'

    def read(self, value: object, around: Surroundings, /) -> str:
        """Return the path, empty for "off"."""
        if not isinstance(value, str) or not value:
            raise self.refuse(value)
        if value == _OFF:
            return ""
        if "{" in value:
            raise KindError(f"{shown(value)} has a parameter; expected {self.words}")
        return UrlPath().read(value, around)

    def json_schema(self) -> dict[str, Any]:
        """Return the schema of the word or of a string with a slash in front."""
        return {"type": "string", "pattern": "^(?:off|/(?:.*[^/])?)$"}

    def plain(self, value: str) -> str:
        """Return the path, or the word."""
        return value or _OFF


@attrs.frozen(kw_only=True)
class MonitoringSettings:
    """What the server tells machines, and the log, about how it is."""

    livez: Annotated[str, PathOrOff()] = key(
        "/livez",
        doc="Where an orchestrator asks whether the server is alive (200) or has to be started "
        'anew (503); "off": nowhere. An application or a route of that path takes its place.',
    )
    readyz: Annotated[str, PathOrOff()] = key(
        "/readyz",
        doc="Where a load balancer asks whether to send visitors here (200), or not (503, with "
        'the reasons as JSON): while the server starts, ends or is full. "off": nowhere. An '
        "application or a route of that path takes its place.",
    )
    metrics: Annotated[str, PathOrOff()] = key(
        "",
        doc="Where Prometheus finds metrics; needs `docsync-trio[metrics]`. Whoever may open the "
        "site's pages may read them, unless `bind` is given.",
        example='"/metrics"',
    )
    sessions: Annotated[str, PathOrOff()] = key(
        "",
        doc="Where operators see the sessions that there are, what they carry and how they ended: "
        "a page for browsers, JSON for machines. Whoever may open the site's pages may read it, "
        "unless `bind` is given.",
        example='"/sessions"',
    )
    bind: Annotated[Bind | None, BindAddress()] = key(
        None,
        doc="An address of their own for these paths, without the site's prefix. They are answered "
        "by threads of their own there, also while application code holds the server's loop, and "
        "not on the site's addresses.",
        example='"127.0.0.1:9006"',
    )
    stuck_after: Annotated[float, Duration(1.0)] = key(
        60.0,
        doc="How long the server's loop may be held before `livez` says that the server has to be "
        'started anew, if it has an address of its own; "off": for ever.',
    )
    summary: Annotated[float, Duration(1.0)] = key(
        math.inf,
        doc="How often the log says in one line how many sessions and connections there are, how "
        'much memory is in use and how late the loop was; "off": never.',
    )
