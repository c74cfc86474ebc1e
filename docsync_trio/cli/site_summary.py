"""What a site is, in the few words of the banner and of `docsync check`."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from docsync_trio.config.schema import (
    Bind,
    HandlerSettings,
    SessionSettings,
    SiteSettings,
    TcpBind,
)

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def handlers_text(handlers: Sequence[HandlerSettings], folder: Path | None) -> str:
    """Return what fills the documents: ``"file apps/a.py, function apps.b:c"``.

    Paths inside *folder*, the site file's, are shown relative to it.
    """
    return ", ".join(f"{one.kind} {_source(one, folder)}" for one in handlers)


def _source(handler: HandlerSettings, folder: Path | None) -> str:
    source = getattr(handler, handler.kind)
    if isinstance(source, Path) and folder is not None and source.is_relative_to(folder):
        source = source.relative_to(folder)
    return str(source)


def site_warnings(settings: SiteSettings) -> tuple[str, ...]:
    """Return what is allowed and yet probably not meant, each with the key to change."""
    if not any(map(_is_public, settings.server.bind)):
        return ()
    found = (text for one in settings.applications for text in _session_warnings(one.sessions))
    return tuple(dict.fromkeys(found))


def _session_warnings(sessions: SessionSettings) -> Iterator[str]:
    if not sessions.sign:
        yield "tokens are not signed: any visitor may choose a session id (sessions.sign)"
    elif sessions.secret_key is None:
        yield (
            "a key is made at every start: open pages cannot reconnect after a restart "
            "(sessions.secret_key)"
        )


def _is_public(bind: Bind) -> bool:
    """Whether others than the user of this machine may come in, if only through a proxy."""
    return not (isinstance(bind, TcpBind) and bind.host in _LOOPBACK)
