"""All that can be observed of a running server, in one place.

The floors above tell what happens by calling an `Observer` with one of these;
logs, metrics and tests subscribe. There are no counters in the middle of logic.
An observer is called synchronously, must not block, and must not raise.
"""

import math
from collections.abc import Callable

import attrs

from docsync_trio.base.traffic import Traffic


@attrs.frozen
class Event:
    """Something that happened."""


@attrs.frozen
class ApplicationEvent(Event):
    """Something that happened in the application served at *application*."""

    application: str


@attrs.frozen
class SessionEvent(ApplicationEvent):
    """Something that happened in the session *session* (its id)."""

    session: str


def _for_ever() -> float:
    return math.inf


@attrs.frozen
class SessionOpened(SessionEvent):
    """A document was built, in *seconds*, for *user*; ``""`` is a visitor who has not signed in.

    *remaining* gives the seconds that the session goes on if nobody comes: infinite while
    somebody is there, or keeps it. Any thread may ask, also when the session has ended.
    """

    seconds: float
    user: str = attrs.field(default="", eq=False, repr=False)
    remaining: Callable[[], float] = attrs.field(default=_for_ever, eq=False, repr=False)


@attrs.frozen
class SessionEnded(SessionEvent):
    """A session is gone: *reason* is a few plain words ("no longer used").

    *document* gives its document as long as somebody still keeps it.
    """

    reason: str
    document: Callable[[], object] | None = attrs.field(default=None, eq=False, repr=False)


@attrs.frozen
class SessionLeaked(SessionEvent):
    """A session has ended long since and its document is still there.

    *keepers* are the places that keep it, in words; empty where none was found. *others*
    more of the same application were found left behind with it.
    """

    keepers: tuple[str, ...]
    others: int = 0


@attrs.frozen
class BuildFailed(SessionEvent):
    """The application raised while it built a document; *incident* is what the visitor saw."""

    error: BaseException
    incident: str


@attrs.frozen
class CallbackFailed(SessionEvent):
    """A callback, message handler, hook or task of the session raised; the session lives on.

    *what* names it: ``"periodic callback update"``, ``"hook on_session_destroyed"``.
    """

    what: str
    error: BaseException


@attrs.frozen
class CallbackBlocks(SessionEvent):
    """Application code has been running for *seconds* without a pause; it still does.

    *what* names it, *stack* is the text of a traceback of where it is. Told from a
    thread of its own, as the loop may be what is blocked. *session* is empty for code
    that belongs to none.
    """

    what: str
    seconds: float
    stack: str


@attrs.frozen
class CallbackInterrupted(SessionEvent):
    """Application code held the loop for *seconds* and had an exception raised in it.

    *what* names its function, *place* is the author's line (``file:line``); *times* how
    often, for code that goes on. Told from a thread of its own. *session* is empty for code
    that belongs to none.
    """

    what: str
    seconds: float
    place: str
    times: int


@attrs.frozen
class CallbackLeftBehind(SessionEvent):
    """A session has ended and a thread of it has not: *what* runs on, at *stack*.

    The document is kept for it and released when it ends.
    """

    what: str
    stack: str


@attrs.frozen
class DeliveriesDropped(SessionEvent):
    """A session is so far behind with what others send it that the oldest was dropped.

    *dropped* is how many so far; *caught_up* whether all that is left has been delivered.
    """

    dropped: int
    caught_up: bool


@attrs.frozen
class ApplicationTaskFailed(ApplicationEvent):
    """A server hook, a server-level callback or a task of the application raised."""

    what: str
    error: BaseException


@attrs.frozen
class NothingToShow(ApplicationEvent):
    """A document of the application was built and is empty, with nothing left to fill it.

    Told to those who work on an application, once for each state of it.
    """


@attrs.frozen
class ConnectionOpened(SessionEvent):
    """A websocket joined the session; *peer* is its address, *connections* how many now.

    *traffic* is where it counts what it carries, for as long as it is open.
    """

    peer: str
    connections: int
    traffic: Traffic = attrs.field(factory=Traffic, eq=False, repr=False)


@attrs.frozen
class ConnectionClosed(SessionEvent):
    """A websocket left. *code* is the close code seen; 1006 means without a close frame.

    *traffic* is what it has carried: the same object as when it joined.
    """

    peer: str
    connections: int
    code: int
    reason: str
    traffic: Traffic = attrs.field(factory=Traffic, eq=False, repr=False)


@attrs.frozen
class ConnectionRefused(Event):
    """A request or a websocket was turned away. *hint* names the key to change, if any."""

    target: str
    peer: str
    status: int
    reason: str
    hint: str = ""


@attrs.frozen
class SignedIn(Event):
    """The visitor at *peer* has signed in as *user*. Who could not is `ConnectionRefused`."""

    user: str
    peer: str


@attrs.frozen
class SignedOut(Event):
    """The visitor at *peer*, who was *user*, has signed out; their sessions end."""

    user: str
    peer: str


@attrs.frozen
class RequestFailed(Event):
    """A request for *target* ended in an error that nobody foresaw, and was answered with it.

    *incident* is what the visitor at *peer* saw. Requests for documents have `BuildFailed`.
    """

    target: str
    peer: str
    incident: str
    error: BaseException


@attrs.frozen
class PeerFault(Event):
    """A connection was dropped for what its peer sent, or for what hypercorn made of it."""

    peer: str
    what: str
    error: BaseException | None = None


@attrs.frozen
class AcceptFailed(Event):
    """The listening socket could not accept (out of file descriptors); tried again later."""

    error: OSError


@attrs.frozen
class ModelsNotFaster(Event):
    """Bokeh computes its models as it came, or in part: *reason* says why, in words."""

    reason: str


@attrs.frozen
class Reloaded(Event):
    """Changed files were taken over: the paths of applications *added*, *replaced*, *retired*.

    *seconds* is how long it took from noticing, *because* the reasons in words
    (``"apps/sliders.py changed"``).
    """

    added: tuple[str, ...]
    replaced: tuple[str, ...]
    retired: tuple[str, ...]
    seconds: float
    because: tuple[str, ...]


@attrs.frozen
class ReloadFailed(Event):
    """What was changed cannot be served: what runs goes on as it is.

    *applications* are the paths of those at fault, none where it is the site file. *problems*
    are finished lines, *error* what an author's code raised, if it did, and *because* as for
    `Reloaded`.
    """

    applications: tuple[str, ...]
    problems: tuple[str, ...]
    error: BaseException | None
    because: tuple[str, ...] = ()


@attrs.frozen
class RestartNeeded(Event):
    """Keys of the site file have changed that are taken over by a restart alone: *keys*."""

    keys: tuple[str, ...]


Observer = Callable[[Event], None]
