"""What the sessions of an application leave to those of the application after it.

A page outlives its application when that is exchanged for another, and its token is all that
it has: it names its session, and nobody else can have made it. So what was set in the widgets
of a session waits under the session's id for the one that is made with it anew.
"""

import secrets
from collections.abc import Mapping
from typing import Any, Final
from weakref import WeakKeyDictionary

from bokeh.document import Document

from docsync_trio.applications.handler import Handler
from docsync_trio.documents.kept_state import KeptState, UserChanges, put_back, take
from docsync_trio.sessions.application_context import ApplicationContext
from docsync_trio.sessions.session import Session

MOST_KEPT: Final = 1000
"""How many sessions of before may wait for their pages; the oldest are forgotten."""


class StateKeeper(Handler):
    """The last handler of an application that may be exchanged for another.

    It fills nothing: it puts back what was set, and remembers what will be. *keep* says
    whether values are kept at all; *version* is another one for each application that is
    loaded.
    """

    exclusive = False

    def __init__(self, *, keep: bool) -> None:
        self.keep = keep
        self.version = secrets.token_hex(6)
        self._kept: dict[str, KeptState] = {}
        self._not_kept: dict[str, tuple[str, ...]] = {}
        self._changes: WeakKeyDictionary[Document, UserChanges] = WeakKeyDictionary()

    def modify_document(self, document: Document) -> None:
        """Put back what waits for the session of *document*."""
        session = session_of(document)
        self._changes[document] = UserChanges(document)
        state = self._kept.get(session.id)
        if state is None:
            return
        outcome = put_back(state, document, self)
        self._not_kept[session.id] = outcome.sentences
        for error in outcome.errors:
            session.report("callback of a value that was put back", error)

    def expects(self, session_id: str) -> bool:
        """Whether a page of the application before may have this session made anew."""
        return session_id in self._kept

    def not_kept(self, session_id: str) -> tuple[str, ...]:
        """What could not be put back in the session, in sentences."""
        return self._not_kept.get(session_id, ())

    def left(self, sessions: Mapping[str, Session]) -> dict[str, KeptState]:
        """What *sessions*, about to end, leave behind, by their ids.

        What the pages of sessions before have not come for yet is there as well. That a page
        may come back is so whether values are kept or not.
        """
        kept = dict(self._kept)
        for session_id, session in sessions.items():
            kept.pop(session_id, None)
            kept[session_id] = self._state_of(session) if self.keep else KeptState()
        return kept

    def inherit(self, kept: Mapping[str, KeptState]) -> None:
        """Take over what the application before has `left`."""
        self._kept = dict(list(kept.items())[-MOST_KEPT:])

    def _state_of(self, session: Session) -> KeptState:
        changes = self._changes.get(session.document)
        try:
            return KeptState() if changes is None else take(session.document, changes)
        except Exception as error:  # noqa: BLE001 - models of the application may raise anything
            session.report("keeping what was set in it", error)
            return KeptState()


def session_of(document: Document) -> Session:
    """Return the session whose document it is."""
    context: Any = document.session_context
    session: Session = context.session
    return session


def keeper_of(context: ApplicationContext) -> StateKeeper | None:
    """Return the one in *context*; None where nothing is ever exchanged."""
    last = context.application.handlers[-1]
    return last if isinstance(last, StateKeeper) else None


def carry_over(old: ApplicationContext, new: ApplicationContext) -> None:
    """Let the pages of *old*, whose sessions are about to end, find what they had in *new*."""
    before, after = keeper_of(old), keeper_of(new)
    if before is not None and after is not None:
        after.inherit(before.left(old.sessions))
