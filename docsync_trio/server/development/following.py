"""What makes pages follow their application while its author works on it.

It stands between the server and whoever observes it: what goes wrong is passed on, and told
to the pages that it concerns as well. Each application that is loaded gets one more handler,
through which its documents are known and their widgets' values are kept.
"""

import logging
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Final
from weakref import WeakValueDictionary

import attrs
from bokeh.document import Document

from docsync_trio.applications.application import Application
from docsync_trio.base.events import (
    ApplicationTaskFailed,
    CallbackBlocks,
    CallbackFailed,
    Event,
    NothingToShow,
    Observer,
    Reloaded,
    ReloadFailed,
    SessionEnded,
)
from docsync_trio.server.development import overlay
from docsync_trio.server.development.overlay import Failure
from docsync_trio.sessions.any_thread import HomeThread
from docsync_trio.sessions.application_context import ApplicationContext
from docsync_trio.sessions.session import Session
from docsync_trio.sessions.state_keeper import StateKeeper, session_of
from docsync_trio.sessions.update import Update

ROUTE: Final = "/docsync"
"""Where, below an application, its pages ask what has become of it; see `after_reload`."""

MOST_REMEMBERED: Final = 5
"""Failures of one session that a page which comes later is still shown."""

_log = logging.getLogger(__name__)

SessionKey = tuple[str, str]


@attrs.define(eq=False)
class Following:
    """All that pages are told; made in Trio's thread.

    *show_errors* is as for `ServedApplications`, *keep_state* as in the site file.
    """

    _observe: Observer
    show_errors: bool = attrs.field(kw_only=True)
    keep_state: bool = attrs.field(kw_only=True)
    _home: HomeThread = attrs.field(factory=HomeThread, init=False)
    _sessions: WeakValueDictionary[SessionKey, Session] = attrs.field(
        factory=WeakValueDictionary, init=False
    )
    _of_sessions: dict[SessionKey, list[Failure]] = attrs.field(factory=dict, init=False)
    # By application; under "" those of the whole site.
    _of_reload: dict[str, Failure] = attrs.field(factory=dict, init=False)

    def followed(self, application: Application) -> Application:
        """Return *application* so that pages can follow it, for it to be opened once."""
        handlers = (*application.handlers, FollowedApplication(self, application.path))
        return attrs.evolve(application, handlers=handlers)

    def observe(self, event: Event) -> None:
        """Pass *event* on, and tell it to the pages that it concerns; in any thread."""
        self._observe(event)
        self._home.call(self._tell_safely, event)

    def saw(self, application: str, session: Session) -> None:
        """Know *session* of the application at that path; its document is being built."""
        self._home.call(self._sessions.__setitem__, (application, session.id), session)

    def saw_nothing_in(self, application: str, session: Session) -> None:
        """Remember that the document of *session* is empty."""
        failures = [overlay.nothing_to_show()]
        self._home.call(self._of_sessions.__setitem__, (application, session.id), failures)

    def failures(self, application: str, session_id: str) -> list[Failure]:
        """What a page of that session of the application has to show now."""
        of_reload = [self._of_reload[name] for name in ("", application) if name in self._of_reload]
        return [*of_reload, *self._of_sessions.get((application, session_id), ())]

    def _tell_safely(self, event: Event) -> None:
        try:
            self._tell(event)
        except Exception:  # noqa: BLE001 - a failure that cannot be shown is no failure of the server
            _log.exception("pages could not be told of %s", type(event).__name__)

    def _tell(self, event: Event) -> None:
        match event:
            case CallbackFailed(application, session):
                failure = overlay.failure_in_session(event, show=self.show_errors)
                self._remember(self._concerned(application, session), failure)
            case ApplicationTaskFailed(application):
                failure = overlay.failure_in_session(event, show=self.show_errors)
                self._remember(self._concerned(application), failure)
            case CallbackBlocks(application, session):
                failure = overlay.blocking(event, show=self.show_errors)
                self._remember(self._concerned(application, session), failure)
            case ReloadFailed():
                self._reload_failed(event)
            case Reloaded():
                self._mended()
            case SessionEnded():
                self._ended(event)

    def _remember(self, sessions: Mapping[SessionKey, Session], failure: Failure) -> None:
        for key in sessions:
            known = self._of_sessions.setdefault(key, [])
            if failure not in known:
                known.append(failure)
                del known[:-MOST_REMEMBERED]
        _send(sessions.values(), {"failures": [failure]})

    def _reload_failed(self, event: ReloadFailed) -> None:
        failure = overlay.failure_to_reload(event, show=self.show_errors)
        self._of_reload = dict.fromkeys(event.applications or ("",), failure)
        for name in self._of_reload:
            news = {"mended": True, "failures": [failure]}
            _send(self._concerned(name).values(), news)

    def _mended(self) -> None:
        if self._of_reload:
            self._of_reload = {}
            _send(self._concerned("").values(), {"mended": True})

    def _ended(self, event: SessionEnded) -> None:
        key = event.application, event.session
        now = self._sessions.get(key)
        # Where the application was exchanged, another session has the id already.
        if now is None or event.document is None or now.document is event.document():
            self._of_sessions.pop(key, None)

    def _concerned(self, application: str, session: str = "") -> dict[SessionKey, Session]:
        """The sessions of that *application*, or of all; that one alone, or all of them."""
        return {
            key: one
            for key, one in self._sessions.items()
            if application in ("", key[0]) and session in ("", key[1])
        }


def _send(sessions: Iterable[Session], news: Mapping[str, object]) -> None:
    """Send *news* to all pages of *sessions*; they get it when it is the session's turn."""
    living = [session for session in sessions if not session.lifetime.is_over()]
    Update(partial(overlay.tell, news=news)).send(living)


class FollowedApplication(StateKeeper):
    """Knows the documents of the application at *path* for *following*."""

    def __init__(self, following: Following, path: str) -> None:
        super().__init__(keep=following.keep_state)
        self.following = following
        self._path = path
        self._told_of_nothing = False

    def modify_document(self, document: Document) -> None:
        """Know it, and put back what was set; see `StateKeeper`."""
        session = session_of(document)
        self.following.saw(self._path, session)
        super().modify_document(document)
        if not document.roots and not document.session_callbacks:
            self.following.saw_nothing_in(self._path, session)
            if not self._told_of_nothing:
                self._told_of_nothing = True
                self.following.observe(NothingToShow(self._path))


def followed_of(context: ApplicationContext) -> FollowedApplication | None:
    """Return what pages of *context* follow; None in a site that is not reloaded."""
    last = context.application.handlers[-1]
    return last if isinstance(last, FollowedApplication) else None
