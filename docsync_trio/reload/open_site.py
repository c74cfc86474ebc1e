"""A site, open, that follows its files."""

import secrets
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

import trio

from docsync_trio.applications.application import Application
from docsync_trio.base.events import Observer
from docsync_trio.config.load import LoadedSite
from docsync_trio.reload.carry_over import CarryOver, nothing_carried_over
from docsync_trio.reload.exchange import Exchange
from docsync_trio.reload.imports import Beginning
from docsync_trio.reload.reloading import Reloading
from docsync_trio.reload.running_site import RunningSite, request_channel
from docsync_trio.reload.trial import without_trials
from docsync_trio.reload.watch import Watch, WatchFolders, watch_folders
from docsync_trio.server.site import prepare_bokeh
from docsync_trio.sessions.facilities import open_facilities


def as_it_is(application: Application) -> Application:
    """Open an application as it was loaded."""
    return application


@asynccontextmanager
async def open_reloading_site(
    loaded: LoadedSite,
    beginning: Beginning,
    *,
    load: Callable[[], LoadedSite],
    observe: Observer,
    prepare: Callable[[Application], Application] = as_it_is,
    carry_over: CarryOver = nothing_carried_over,
    watch: WatchFolders = watch_folders,
) -> AsyncIterator[RunningSite]:
    """Serve the applications of *loaded* for the length of the block, as their files change.

    *beginning* is what `import_site` made of it. *load* reads the site anew;
    *observe* is told what happens. Each application goes through *prepare* before it is
    opened, and *carry_over* is called for each that takes the place of another. *watch*
    notices changes. Nothing listens yet, as with `docsync_trio.server.site.open_site`. Raises
    `ServerError`.
    """
    settings = loaded.settings
    prepare_bokeh(settings, observe)
    # A changed application may need the asyncio loop though none has needed it before.
    facilities_open = open_facilities(
        (), observe, max_sessions=settings.server.max_sessions, more_asyncio=True
    )
    async with facilities_open as facilities, trio.open_nursery() as homes:
        for failure in beginning.failures:
            observe(failure)
        exchange = Exchange(
            homes,
            facilities,
            without_trials(observe),
            prepare,
            carry_over,
            secrets.token_bytes(32),
        )
        send, requests = request_channel()
        async with trio.open_nursery() as keepers:
            reloading = Reloading(exchange, loaded, load, observe)
            site = await reloading.open(beginning, send)
            notice = Watch(keepers, site.look, watch)
            keepers.start_soon(reloading.run, requests, notice.over)
            try:
                with _no_bytecode():
                    yield site
            finally:
                keepers.cancel_scope.cancel()
        reloading.end()


@contextmanager
def _no_bytecode() -> Iterator[None]:
    """Within the block what is imported leaves no bytecode on the disk.

    It is told to be up to date by the second of the change and the size of the source: too
    little for a file that is saved twice in a second, and imported in between.
    """
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        yield
    finally:
        sys.dont_write_bytecode = before
