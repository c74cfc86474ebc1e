"""What a site is, in the few words of the banner and of `docsync check`."""

from collections.abc import Iterator
from pathlib import Path

from docsync_trio.base.errors import Path as Place
from docsync_trio.base.errors import PlacedProblem, Problem
from docsync_trio.config.load import LoadedSite
from docsync_trio.config.schema import HandlerSettings, SiteSettings
from docsync_trio.server.site import is_private
from docsync_trio.server.tls.security import security_doubts


def site_name(loaded: LoadedSite) -> str:
    """Return what to call *loaded*: its file, or the path of a bare application."""
    return str(loaded.source or loaded.settings.applications[0].path)


def handlers_texts(loaded: LoadedSite) -> tuple[str, ...]:
    """Return for each application what fills it: ``"file apps/a.py, function apps.b:c"``."""
    return tuple(map(", ".join, handlers_of(loaded)))


def handlers_of(loaded: LoadedSite) -> tuple[tuple[str, ...], ...]:
    """Return for each application its handlers, each with its kind: ``"file apps/a.py"``.

    Paths are shown relative to the site file where they are below it.
    """
    folder = (loaded.source or Path("bare")).absolute().parent
    return tuple(
        tuple(f"{handler.kind} {_source(handler, folder)}" for handler in one.handlers)
        for one in loaded.settings.applications
    )


def _source(handler: HandlerSettings, folder: Path) -> str:
    source = getattr(handler, handler.kind)
    if isinstance(source, Path) and source.is_relative_to(folder):
        source = source.relative_to(folder)
    return str(source)


def site_warnings(loaded: LoadedSite) -> tuple[str, ...]:
    """Return the lines of `site_doubts`."""
    return tuple(map(str, site_doubts(loaded)))


def site_doubts(loaded: LoadedSite) -> tuple[PlacedProblem, ...]:
    """Return what is allowed and yet probably not meant, each with the key to change."""
    settings = loaded.settings
    found = list(loaded.doubts)
    found += loaded.explain(security_doubts(settings.server)).problems
    if not all(map(is_private, settings.server.bind)):
        found += loaded.explain(_open_to_others(settings)).problems
    return tuple(found)


def _open_to_others(settings: SiteSettings) -> Iterator[Problem]:
    for index, one in enumerate(settings.applications):
        own = ("applications", index)
        if not one.sessions.sign:
            text = "tokens are not signed: any visitor may choose a session id"
            above: Place = () if not settings.sessions.sign else own
            yield Problem((*above, "sessions", "sign"), text)
        elif one.sessions.secret_key is None:
            text = "a key is made at every start: open pages cannot reconnect after a restart"
            yield Problem(("sessions", "secret_key"), text)
