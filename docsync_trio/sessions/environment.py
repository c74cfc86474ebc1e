"""What all sessions of one application have in common."""

import attrs

from docsync_trio.applications.application import Application
from docsync_trio.base.events import Observer
from docsync_trio.config.schema import SessionSettings
from docsync_trio.protocol.frames import Limits
from docsync_trio.sessions.asyncio_bridge import AsyncioBridge
from docsync_trio.sessions.call_times import CallTimes
from docsync_trio.sessions.facilities import Facilities
from docsync_trio.sessions.groups import GroupStore, MemoryGroups
from docsync_trio.sessions.places import Places


@attrs.frozen(eq=False)
class Environment:
    """An application, its settings, who is told what happens, and what it shares with others.

    *threads* bounds the worker threads of its plain functions; None: they run in the loop.
    *groups* is where its sessions meet, *times* where it is counted how long its code takes.
    """

    application: Application
    settings: SessionSettings
    observe: Observer
    limits: Limits
    facilities: Facilities
    threads: Places | None
    times: CallTimes = attrs.field(factory=CallTimes)
    groups: GroupStore = attrs.field(factory=MemoryGroups, init=False)

    @property
    def bridge(self) -> AsyncioBridge | None:
        """What runs its ``async`` code; None where that is written for Trio."""
        return self.facilities.bridge if self.application.async_kind == "asyncio" else None
