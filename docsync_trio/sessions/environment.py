"""What all sessions of one application have in common."""

import attrs

from docsync_trio.applications.application import Application
from docsync_trio.base.events import Observer
from docsync_trio.config.schema import SessionSettings
from docsync_trio.protocol.frames import Limits
from docsync_trio.sessions.asyncio_bridge import AsyncioBridge


@attrs.frozen(eq=False)
class Environment:
    """An application, its settings, and who is told what happens.

    *bridge* is None where the application's ``async`` code is written for Trio.
    """

    application: Application
    settings: SessionSettings
    observe: Observer
    limits: Limits
    bridge: AsyncioBridge | None
