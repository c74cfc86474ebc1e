"""One document of an application, built before it takes the place of another that works."""

import copy

from docsync_trio.base.events import BuildFailed, Event, Observer, SessionEnded, SessionOpened
from docsync_trio.config.schema import SiteSettings
from docsync_trio.server.trial import SESSION, example_request
from docsync_trio.sessions.application_context import ApplicationContext
from docsync_trio.sessions.request import Request


def without_trials(observe: Observer) -> Observer:
    """Return *observe*, but for trials: how they go is told in other words."""

    def observe_others(event: Event) -> None:
        match event:
            case SessionOpened() | SessionEnded() | BuildFailed() if event.session == SESSION:
                pass
            case _:
                observe(event)

    return observe_others


def trial_request(before: ApplicationContext | None, settings: SiteSettings, path: str) -> Request:
    """Return the request for which to build: that of the last visitor of *before*, if any.

    Applications may need arguments or cookies that only their visitors know of. *path* is
    that of the application, in the site of *settings*.
    """
    sessions = [] if before is None else list(before.sessions.values())
    if sessions:
        return copy.copy(sessions[-1].request)
    return example_request(settings, path)
