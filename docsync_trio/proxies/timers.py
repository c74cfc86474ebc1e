"""What has to exceed what, between a browser and a session.

Two rules make all of it. Of an idle connection between proxy and server the proxy has to let
go first: if the server does, the proxy may send a request into a connection that is just
being closed, and its visitor gets a 502. And a proxy that counts silence has to wait longer
than we ever are silent: on a websocket until the next ping, behind a request until the
document is built.
"""

import math
from collections.abc import Iterator
from typing import Final, Self

import attrs

from docsync_trio.base.durations import OFF
from docsync_trio.config.schema import SiteSettings

IDLE_SHARE: Final = 0.8
"""The proxy lets go of an idle connection after this share of the time we would keep it."""

PINGS_IN_SILENCE: Final = 2.5
"""Pings that may get lost or late before the proxy gives a websocket up."""

BUILDING_MARGIN: Final = 1.25
"""How much longer than a document may be built the proxy waits for it: we answer first, and
say what happened."""

PURGES: Final = 12
"""HAProxy does not count how long a connection was not used. Each `pool-purge-delay` it closes
half of those that it had no need for; of a thousand the last one goes with the twelfth time."""

NEVER: Final = 86_400.0
"""Seconds that stand for "for ever" in languages that have no word for it."""


@attrs.frozen
class Timers:
    """What a proxy in front of a site has to be told, in seconds.

    *idle* is how long it may keep a connection to us that is not used, *silence* how long it
    has to wait on one that is used, a websocket or a request.
    """

    idle: float
    silence: float

    @classmethod
    def of(cls, site: SiteSettings) -> Self:
        """Return the times that fit *site*."""
        idle = min(site.server.keep_alive.http, NEVER) * IDLE_SHARE
        return cls(_below(idle), _above(max(_silences(site))))


def _silences(site: SiteSettings) -> Iterator[float]:
    ping, pong = site.server.keep_alive.ping, site.server.keep_alive.pong
    # Without pings nothing is ever sent on a quiet websocket.
    yield NEVER if ping == OFF else max(PINGS_IN_SILENCE * ping, ping + min(pong, ping))
    yield from (min(BUILDING_MARGIN * each, NEVER) for each in build_times(site))


def build_times(site: SiteSettings) -> list[float]:
    """Return how long the document of each application may take to build."""
    return [application.sessions.build_timeout for application in site.applications]


def _below(seconds: float) -> float:
    return float(math.floor(seconds)) if seconds >= 1 else math.floor(seconds * 1000) / 1000


def _above(seconds: float) -> float:
    return float(math.ceil(seconds)) if seconds >= 1 else math.ceil(seconds * 1000) / 1000
