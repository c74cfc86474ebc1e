"""What a client may tell about its connection while its session goes on.

A session that cannot go on is an error (`docsync_trio.client.errors`); this is the rest.
"""

import logging
from collections.abc import Callable

import attrs

log = logging.getLogger("docsync_trio.client")


@attrs.frozen
class ConnectionLost:
    """The connection broke, for *reason*; the next attempt comes in *again_in* seconds."""

    reason: str
    again_in: float


@attrs.frozen
class Rejoined:
    """The connection is back, and it is the same session; the document has what changed.

    *not_kept* names what was changed here meanwhile and could not be made again.
    """

    not_kept: tuple[str, ...] = ()


@attrs.frozen
class Remade:
    """The connection is back, and the session is a new one: the old one had ended.

    *not_kept* names what was changed here and had not reached the old one.
    """

    not_kept: tuple[str, ...] = ()


@attrs.frozen
class ApplicationRaised:
    """The application raised an error over a change of ours; *text* is what the server says."""

    text: str


News = ConnectionLost | Rejoined | Remade | ApplicationRaised

OnNews = Callable[[News], object]
"""Takes each of them; it is called where callbacks of the document are."""


def log_news(news: News) -> None:
    """Write *news* to the logger ``docsync_trio.client``; this is done where nobody listens."""
    match news:
        case ConnectionLost():
            log.info("connection lost: %s; next attempt in %.1f s", news.reason, news.again_in)
        case Rejoined():
            log.info("connected again, to the same session%s", _but(news.not_kept))
        case Remade():
            log.warning("connected again; the session is a new one%s", _but(news.not_kept))
        case ApplicationRaised():
            log.warning("the application raised an error over a change: %s", news.text)


def _but(not_kept: tuple[str, ...]) -> str:
    return f"; could not be kept: {', '.join(not_kept)}" if not_kept else ""
