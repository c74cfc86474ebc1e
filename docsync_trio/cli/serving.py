"""From a loaded site to a server that runs until somebody ends it.

In this order: the log, the imports, the sockets, the server hooks, the banner. So a
mistake in the site is told before anything listens, a taken port before any document
is built, and the banner means that all is well.
"""

import os
import socket
import sys
import webbrowser
from collections.abc import Sequence
from functools import partial
from typing import TextIO

import trio

from docsync_trio.cli.addresses import base_urls, listening_at
from docsync_trio.cli.banner import Banner, BannerRow, as_data, plain_text, rich_text
from docsync_trio.cli.log import Log, open_log
from docsync_trio.cli.output import say
from docsync_trio.cli.site_summary import handlers_texts, site_warnings
from docsync_trio.cli.stop_signals import stop_signals
from docsync_trio.config.load import LoadedSite
from docsync_trio.server.binds import bind_sockets
from docsync_trio.server.serve import serve_site
from docsync_trio.server.site import Site, open_site

_DEFAULT_WIDTH = 100


def serve(loaded: LoadedSite, *, open_browser: bool = False) -> None:
    """Serve *loaded* until Ctrl-C or SIGTERM; *open_browser* shows its first application.

    Raises `ConfigError` for what cannot be imported, `ServerError` for an address that
    cannot be had.
    """
    with open_log(loaded.settings.logging, sys.stderr, colour=in_colour(sys.stderr)) as log:
        reason = _run(loaded, log, open_browser=open_browser)
        log.logger.info("stopped", reason=reason)
    if loaded.settings.logging.format == "console":
        say(f"{reason}: goodbye.")


def in_colour(stream: TextIO | None) -> bool:
    """Whether *stream* is a terminal whose user has nothing against colours (no-color.org)."""
    if stream is None or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return stream.isatty()


def _run(loaded: LoadedSite, log: Log, *, open_browser: bool) -> str:
    try:
        return trio.run(partial(_serve, loaded, log, open_browser=open_browser))
    except* KeyboardInterrupt:
        # Before the server runs, a signal stops imports and hooks in their middle.
        pass
    return "Ctrl-C"


async def _serve(loaded: LoadedSite, log: Log, *, open_browser: bool) -> str:
    stop = trio.Event()
    reasons: list[str] = []

    def stop_for(reason: str) -> None:
        reasons.append(reason)
        log.logger.info("stopping", reason=reason)
        stop.set()

    sockets = bind_sockets(loaded.settings.server.bind)
    async with open_site(loaded, observe=log.observe) as site, trio.open_nursery() as nursery:
        with stop_signals(stop_for):
            serving = partial(serve_site, site, sockets, observe=log.observe, stop=stop)
            await nursery.start(serving)
            banner = _banner(loaded, site, sockets)
            _announce(banner, log, loaded.settings.logging.format)
            if open_browser and banner.urls:
                await _open(banner.urls[0])
            await stop.wait()
    return reasons[0]


def _banner(loaded: LoadedSite, site: Site, sockets: Sequence[socket.socket]) -> Banner:
    settings = loaded.settings
    bases = base_urls(sockets)
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
        listening=tuple(map(listening_at, sockets)),
        site_file=str(loaded.source or ""),
        warnings=site_warnings(loaded),
    )


def _announce(banner: Banner, log: Log, form: str) -> None:
    if form == "json":
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


async def _open(url: str) -> None:
    # Some systems wait here until the browser is closed.
    await trio.to_thread.run_sync(webbrowser.open, url, abandon_on_cancel=True)
