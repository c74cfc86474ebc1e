"""From a loaded site to a server that runs until somebody ends it.

In this order: the log, the imports, the sockets, the server hooks, the banner. So a
mistake in the site is told before anything listens, a taken port before any document
is built, and the banner means that all is well.
"""

import contextlib
import os
import socket
import sys
import webbrowser
from collections.abc import Sequence
from functools import partial
from typing import TextIO

import attrs
import trio

from docsync_trio.cli.addresses import base_urls, listening_at
from docsync_trio.cli.banner import Banner, BannerRow, as_data, plain_text, rich_text
from docsync_trio.cli.last_exit import LastExit
from docsync_trio.cli.log import Log, open_log
from docsync_trio.cli.output import lasting_output, say
from docsync_trio.cli.site_opening import Load, Opening, ServedNow, site_opening
from docsync_trio.cli.site_summary import handlers_texts, site_warnings
from docsync_trio.cli.stop_signals import sigterm_like_ctrl_c, stop_signals
from docsync_trio.config.load import LoadedSite
from docsync_trio.server.binds import bind_sockets
from docsync_trio.server.garbage import GarbageKeeper
from docsync_trio.server.serve import serve_site

_DEFAULT_WIDTH = 100


def serve(loaded: LoadedSite, again: Load, *, open_browser: bool = False) -> None:
    """Serve *loaded* until Ctrl-C or SIGTERM; *open_browser* shows its first application.

    *again* loads the same site anew, in any thread. Raises `ConfigError` for what cannot be
    imported, `ServerError` for an address that cannot be had.
    """
    settings = loaded.settings.logging
    with lasting_output():
        with open_log(settings, sys.stderr, colour=in_colour(sys.stderr)) as log:
            shutdown = loaded.settings.server.keep_alive.shutdown
            last_exit = LastExit(shutdown, log.logger.warning)
            reason = _run(loaded, again, log, last_exit, open_browser=open_browser)
            last_exit.call_off()
            if settings.format == "json":
                log.logger.info("stopped", reason=reason)
        if settings.format == "console":
            say(f"{reason}: goodbye.")


def in_colour(stream: TextIO | None) -> bool:
    """Whether *stream* is a terminal whose user has nothing against colours (no-color.org)."""
    if stream is None or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return stream.isatty()


def _run(
    loaded: LoadedSite, again: Load, log: Log, last_exit: LastExit, *, open_browser: bool
) -> str:
    """Serve *loaded* and return what ended it."""
    try:
        with contextlib.ExitStack() as stack, sigterm_like_ctrl_c():
            opening = site_opening(loaded, again)
            sockets = bind_sockets(loaded.settings.server.bind)
            for each in sockets:
                stack.enter_context(each)
            serving = _Serving(loaded, opening, sockets, log, last_exit, open_browser=open_browser)
            return trio.run(serving.serve)
    except* KeyboardInterrupt:
        # Until the server runs, a signal stops imports and hooks in their middle.
        pass
    return "interrupted"


@attrs.frozen(eq=False)
class _Serving:
    loaded: LoadedSite
    opening: Opening
    sockets: Sequence[socket.socket]
    log: Log
    last_exit: LastExit
    open_browser: bool = attrs.field(kw_only=True)
    stop: trio.Event = attrs.field(factory=trio.Event, init=False)
    reasons: list[str] = attrs.field(factory=list, init=False)

    async def serve(self) -> str:
        keeper = GarbageKeeper(self.log.observe)
        observe = keeper.observe
        # Until the hooks of the end have run, the second signal has to find its way.
        with sigterm_like_ctrl_c(), contextlib.ExitStack() as until_closed:
            async with self.opening(observe) as site, trio.open_nursery() as beside:
                beside.start_soon(keeper.look)
                stopping = stop_signals(self.stop_for, self.last_exit.count_down)
                until_closed.enter_context(stopping)
                serving = partial(serve_site, site, self.sockets, observe=observe, stop=self.stop)
                async with trio.open_nursery() as nursery:
                    await nursery.start(serving)
                    self.announce(_banner(self.loaded, site, self.sockets), beside)
                beside.cancel_scope.cancel()
        return self.reasons[0]

    def stop_for(self, reason: str) -> None:
        self.reasons.append(reason)
        self.log.logger.info(f"stopping ({reason}); once more ends at once", reason=reason)
        self.stop.set()

    def announce(self, banner: Banner, beside: trio.Nursery) -> None:
        if self.loaded.settings.logging.format == "json":
            self.log.logger.info("serving", **as_data(banner))
        elif in_colour(sys.stdout):
            say(rich_text(banner, _width()))
        else:
            say(plain_text(banner))
        if self.open_browser and banner.first_page:
            beside.start_soon(_open, banner.first_page)


def _banner(loaded: LoadedSite, site: ServedNow, sockets: Sequence[socket.socket]) -> Banner:
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


def _width() -> int:
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or _DEFAULT_WIDTH
    except (OSError, ValueError):
        return _DEFAULT_WIDTH


async def _open(url: str) -> None:
    # Some systems wait here until the browser is closed.
    await trio.to_thread.run_sync(webbrowser.open, url, abandon_on_cancel=True)
