"""Serving one application for the length of a block: the lifetime that all its sessions have."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import trio

from docsync_trio.applications.application import Application
from docsync_trio.base.events import Observer
from docsync_trio.config.schema import SessionSettings
from docsync_trio.protocol.frames import Limits
from docsync_trio.sessions.application_context import ApplicationContext
from docsync_trio.sessions.environment import Environment
from docsync_trio.sessions.facilities import Facilities
from docsync_trio.sessions.places import Places


@asynccontextmanager
async def open_application(
    application: Application,
    settings: SessionSettings,
    *,
    observe: Observer,
    facilities: Facilities,
    threads: int = 10,
    limits: Limits | None = None,
    timed: bool = False,
) -> AsyncIterator[ApplicationContext]:
    """Serve *application* for the length of the block; at its end all its sessions end.

    *facilities* are what it shares with other applications, *threads* how many of its plain
    functions may run at once, *limits* bounds what a browser may send, and *timed* says that
    somebody wants to know how long its code takes.
    """
    environment = Environment(
        application,
        settings,
        observe,
        limits or Limits(),
        facilities,
        Places(threads) if application.in_threads else None,
        facilities.times_of(application.path, wanted=timed),
    )
    async with trio.open_nursery() as nursery:
        context = ApplicationContext(environment, nursery)
        nursery.start_soon(context.callbacks.keep_time)
        nursery.start_soon(context.callbacks.work)
        await context.run_server_hooks("on_server_loaded")
        if facilities.guard is not None:  # not before: as yet there is nobody to be kept waiting
            facilities.guard.limit(application.path, settings.loop_timeout)
        try:
            yield context
        finally:
            with trio.CancelScope(shield=True):
                await context.close()
            nursery.cancel_scope.cancel()
