"""What a site is, in the few words of the banner and of `docsync check`."""

from collections.abc import Iterator
from pathlib import Path

from docsync_trio.config.load import LoadedSite
from docsync_trio.config.schema import HandlerSettings, SessionSettings
from docsync_trio.server.site import is_private


def site_name(loaded: LoadedSite) -> str:
    """Return what to call *loaded*: its file, or the path of a bare application."""
    return str(loaded.source or loaded.settings.applications[0].path)


def handlers_texts(loaded: LoadedSite) -> tuple[str, ...]:
    """Return for each application what fills it: ``"file apps/a.py, function apps.b:c"``.

    Paths are shown relative to the site file where they are below it.
    """
    folder = (loaded.source or Path("bare")).absolute().parent
    return tuple(
        ", ".join(f"{handler.kind} {_source(handler, folder)}" for handler in one.handlers)
        for one in loaded.settings.applications
    )


def _source(handler: HandlerSettings, folder: Path) -> str:
    source = getattr(handler, handler.kind)
    if isinstance(source, Path) and source.is_relative_to(folder):
        source = source.relative_to(folder)
    return str(source)


def site_warnings(loaded: LoadedSite) -> tuple[str, ...]:
    """Return what is allowed and yet probably not meant, each with the key to change."""
    settings = loaded.settings
    found = list(loaded.warnings)
    if not all(map(is_private, settings.server.bind)):
        found += (text for one in settings.applications for text in _of(one.sessions))
    return tuple(dict.fromkeys(found))


def _of(sessions: SessionSettings) -> Iterator[str]:
    if not sessions.sign:
        yield "tokens are not signed: any visitor may choose a session id (sessions.sign)"
    elif sessions.secret_key is None:
        yield (
            "a key is made at every start: open pages cannot reconnect after a restart "
            "(sessions.secret_key)"
        )
