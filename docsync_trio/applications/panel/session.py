"""A session as Panel's code wants to see it: with its viewers, and whether it is locked.

Panel often changes a document without waiting for its turn, and then writes what changed to
every connection itself. Here it finds one connection, which stands for all viewers: what it
writes there is given to the session, which knows who has what, and sends it to whom it concerns.
"""

from collections.abc import Iterable
from typing import Any, Final

from bokeh.document import Document
from bokeh.document.events import DocumentPatchedEvent

from docsync_trio.applications.framework import FrameworkSession
from docsync_trio.applications.panel import private


class AllViewers:
    """The socket of the one connection; Panel looks at its class."""

    def __init__(self, session: FrameworkSession) -> None:
        self.session = session


class _Events(tuple[DocumentPatchedEvent, ...]):
    """What Panel takes for a message: it is not encoded here, but when it is sent."""


class _Protocol:
    """What Panel makes messages with."""

    def create(self, _kind: str, events: Iterable[DocumentPatchedEvent]) -> _Events:
        return _Events(events)


class AllViewersConnection:
    """The one connection that Panel sees of a session."""

    protocol: Final = _Protocol()

    def __init__(self, session: FrameworkSession) -> None:
        self._socket = AllViewers(session)


class _Lock:
    """What Panel asks whether somebody has the turn to change the document."""

    def __init__(self, session: FrameworkSession) -> None:
        self._session = session

    def locked(self) -> bool:
        return self._session.has_turn_taken()


class PanelSession:
    """What Panel's code finds as ``session_context.session``: *session*, and names of Bokeh's."""

    def __init__(self, session: FrameworkSession) -> None:
        self._session = session
        self._subscribed_connections = (AllViewersConnection(session),)
        self._lock = _Lock(session)

    @property
    def _pending_writes(self) -> list[object] | None:
        """None while nobody has the turn: then nobody sends what is reported."""
        return [] if self._session.has_turn_taken() else None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)


def write(
    connection: AllViewersConnection,
    events: Iterable[DocumentPatchedEvent] | None = None,
    msg: _Events | None = None,
) -> list[Any]:
    """Tell all viewers of *events*; Panel calls it. Nothing is left to be waited for."""
    connection._socket.session.tell(msg if msg is not None else events or ())  # noqa: SLF001
    return []


def tell(document: Document, events: Iterable[DocumentPatchedEvent]) -> None:
    """Tell all viewers of *document* of *events*, if it is that of a session."""
    session = getattr(document.session_context, "session", None)
    if isinstance(session, PanelSession):
        session.tell(events)


def send(session: object) -> None:
    """Send what a thread that has the turn of *session* has changed so far."""
    if isinstance(session, PanelSession) and session.has_turn_taken(by_caller=True):
        session.flush()


def write_through() -> None:
    """Have Panel write through its sessions."""
    private.write_through(AllViewers, write)
    private.tell_of_held_changes(tell)
    if private.knows_threads():
        private.send_from_threads(send)
