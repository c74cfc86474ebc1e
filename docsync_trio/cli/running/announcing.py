"""Saying that a site is served: which, where, and what is worth knowing about it."""

import os
import socket
import sys
from collections.abc import Sequence

from docsync_trio.cli.log.stream import Log
from docsync_trio.cli.running.addresses import base_urls, listening_at
from docsync_trio.cli.running.banner import Banner, BannerRow, as_data, plain_text, rich_text
from docsync_trio.cli.running.site_opening import ServedNow
from docsync_trio.cli.site_summary import handlers_texts, site_warnings
from docsync_trio.cli.terminal.output import in_colour, say
from docsync_trio.config.load import LoadedSite
from docsync_trio.config.schema import LoggingSettings

_DEFAULT_WIDTH = 100


def banner_of(
    loaded: LoadedSite, site: ServedNow, sockets: Sequence[socket.socket], hint: str
) -> Banner:
    """Return what there is to say about *site*, which *loaded* became; *hint* comes last."""
    settings = loaded.settings
    scheme = "http" if settings.server.tls.certificate is None else "https"
    bases = base_urls(sockets, scheme)
    rows = tuple(
        BannerRow(
            path=f"{settings.server.prefix}{context.url}",
            urls=tuple(f"{base}{settings.server.prefix}{context.url}" for base in bases),
            title=context.application.title,
            handlers=handlers,
            async_kind=context.application.async_kind,
        )
        for context, handlers in zip(site.applications, handlers_texts(loaded), strict=True)
    )
    return Banner(
        title=settings.title,
        rows=rows,
        listening=tuple(listening_at(sock, scheme) for sock in sockets),
        site_file=str(loaded.source or ""),
        warnings=site_warnings(loaded),
        reloads=settings.reload.enabled,
        hint=hint,
    )


def announce(banner: Banner, settings: LoggingSettings, log: Log) -> None:
    """Print *banner* for people, or log it for programs."""
    if settings.format == "json":
        log.logger.info("serving", **as_data(banner))
    elif in_colour(sys.stdout):
        say(rich_text(banner, _width()))
    else:
        say(plain_text(banner))


def _width() -> int:
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or _DEFAULT_WIDTH
    except (OSError, ValueError):
        return _DEFAULT_WIDTH
