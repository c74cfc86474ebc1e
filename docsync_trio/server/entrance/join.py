"""How a websocket comes to its session: the same steps over every transport.

First the site says whether it may, then the session is found or made, and only then
is the websocket accepted: a refusal is an HTTP answer, and a browser that sees its
websocket open has a session behind it. Pages of ours are the exception (`page_mark`): those
that should reload, see `outdated_page`, and those that get no document, see `last_word`.
"""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final, Protocol

import attrs
from starlette.types import Scope

from docsync_trio.base.errors import ApplicationError, Refusal, new_incident
from docsync_trio.base.events import ConnectionRefused, Observer, RequestFailed
from docsync_trio.protocol.close_codes import CloseCode
from docsync_trio.protocol.token import Claims
from docsync_trio.server.entrance.outdated_page import OutdatedPage
from docsync_trio.server.own_pages.last_word import LastWord
from docsync_trio.server.sockets.peer_name import peer_of_scope
from docsync_trio.server.visits.request import request_from_scope
from docsync_trio.sessions.request import Request
from docsync_trio.sessions.restarting import Restarting
from docsync_trio.sessions.wire import Ending, Wire, WireClosed

SUBPROTOCOL: Final = "bokeh"
"""The one websocket subprotocol that we speak; Bokeh's clients always offer it."""


class JoinableSession(Protocol):
    """What this module asks of a session."""

    async def attach(
        self, wire: Wire, peer: str, *, pulls_first: bool = False, in_browser: bool = False
    ) -> Ending:
        """Serve the websocket until it or the session ends."""
        ...


class SessionMaker(Protocol):
    """What this module asks of an application's context."""

    async def session(
        self,
        session_id: str,
        request: Request,
        *,
        by_websocket: bool = False,
    ) -> JoinableSession:
        """Find or make the session."""
        ...


class Admission(Protocol):
    """What the site's access rules answer: go on with this session of that application."""

    @property
    def context(self) -> SessionMaker:
        """The application."""
        ...

    @property
    def session_id(self) -> str:
        """The session that the token names."""
        ...

    @property
    def claims(self) -> Claims:
        """All that the token says."""
        ...

    @property
    def pulls_first(self) -> bool:
        """Whether it comes from a page of ours that has had no document yet."""
        ...

    @property
    def last_word(self) -> LastWord | None:
        """What its page is told if there is no document; None if it is not one of ours."""
        ...


Admit = Callable[[Request, Sequence[str], float], Admission]
"""Says whether a websocket may come in: the request, its subprotocols, the wall clock's
time. Raises `Refusal`, also when `SUBPROTOCOL` is not offered."""


class OpenWebsocket(Wire, Protocol):
    """A websocket that was accepted."""

    async def close(self, code: int, reason: str = "") -> None:
        """End it with a close frame, if it is not over yet; takes a bounded time."""
        ...


class Entrance(Protocol):
    """A websocket that asks to come in, over whatever transport."""

    def check(self) -> None:
        """Raise `Refusal` if the websocket handshake itself is at fault."""
        ...

    async def refuse(self, refusal: Refusal) -> None:
        """Turn it away with an HTTP answer."""
        ...

    async def accept(self) -> OpenWebsocket:
        """Let it in, with the subprotocol `SUBPROTOCOL`."""
        ...


@attrs.frozen
class Joined:
    """A websocket that has come to its session."""

    session: JoinableSession
    websocket: OpenWebsocket
    peer: str
    pulls_first: bool
    in_browser: bool

    async def stay(self) -> None:
        """Stay until one of them ends."""
        ending = await self.session.attach(
            self.websocket,
            self.peer,
            pulls_first=self.pulls_first,
            in_browser=self.in_browser,
        )
        await self.websocket.close(ending.code, ending.reason)


async def join(admit: Admit, scope: Scope, entrance: Entrance, *, observe: Observer) -> None:
    """Bring the websocket of *scope* to its session and stay until one of them ends."""
    joined = await arrive(admit, scope, entrance, observe=observe)
    if joined is not None:
        await joined.stay()


async def arrive(
    admit: Admit, scope: Scope, entrance: Entrance, *, observe: Observer
) -> Joined | None:
    """Bring the websocket of *scope* to its session, or turn it away; gives None then.

    It may stay for days: whoever awaits that should have let go of its request, all of whose
    headers take some kilobytes.
    """
    peer = peer_of_scope(scope)
    last_word: LastWord | None = None
    try:
        entrance.check()
        request = request_from_scope(scope)
        # A token's age is told in the time of the clock on the wall, as the one who made it
        # may have been another process.
        admission = admit(request, scope.get("subprotocols", ()), time.time())
        last_word = admission.last_word
        session = await admission.context.session(admission.session_id, request, by_websocket=True)
    except Refusal as refusal:
        event = ConnectionRefused(scope["path"], peer, refusal.status, str(refusal), refusal.hint)
        observe(event)
        await _turn_away(entrance, refusal, last_word)
    except ApplicationError as error:
        # The application's context has told the observer.
        await _turn_away(entrance, error, last_word)
    except Exception as error:  # noqa: BLE001 - whatever it is, the visitor gets an answer
        incident = new_incident()
        observe(RequestFailed(scope["path"], peer, incident, error))
        await entrance.refuse(Refusal(500, f"The server failed. Incident {incident}."))
    else:
        return Joined(
            session,
            await entrance.accept(),
            peer,
            pulls_first=admission.pulls_first,
            in_browser="Origin" in request.headers,  # which every browser sends, programs do not
        )
    return None


async def _turn_away(
    entrance: Entrance, error: Refusal | ApplicationError, last_word: LastWord | None
) -> None:
    if isinstance(error, OutdatedPage):
        websocket = await entrance.accept()
        await websocket.close(CloseCode.SESSION_ENDED, str(error))
    elif last_word is not None and not isinstance(error, Restarting):
        websocket = await entrance.accept()
        with suppress(WireClosed):
            await websocket.send([last_word.about(error)])
        await websocket.close(CloseCode.NOT_BUILT, "there is no document")
    elif isinstance(error, ApplicationError):
        text = f"The application failed. Incident {error.incident}."
        await entrance.refuse(Refusal(500, text))
    else:
        await entrance.refuse(error)
