"""The websockets of one session: who is here, and what follows when the last one goes."""

import secrets
from functools import partial

import attrs
import trio

from docsync_trio.base.errors import ProtocolError
from docsync_trio.base.events import ConnectionClosed, ConnectionOpened
from docsync_trio.base.request_in_hand import note_websocket
from docsync_trio.protocol.close_codes import CloseCode
from docsync_trio.protocol.outgoing import ack
from docsync_trio.sessions.connection import Connection
from docsync_trio.sessions.curfew import Step
from docsync_trio.sessions.environment import Environment
from docsync_trio.sessions.lifetime import Lifetime
from docsync_trio.sessions.wire import Wire

LEAVE_GRACE = 5.0
"""Seconds that connections get to say goodbye when their session ends."""


@attrs.define(eq=False)
class Connections:
    """All connections of the session *session_id*; they hold its *lifetime*.

    *remade* is true where the session's page was made for an earlier session.
    """

    _environment: Environment
    _session_id: str
    _lifetime: Lifetime
    _remade: bool
    _name: str = attrs.field(factory=partial(secrets.token_hex, 6), init=False)
    _here: dict[Connection, None] = attrs.field(factory=dict, init=False)
    _joined: int = attrs.field(default=0, init=False)
    _last_left: trio.Event = attrs.field(factory=trio.Event, init=False)

    def check_room(self) -> None:
        """Raise `ProtocolError` if the session may have no more connections."""
        most = self._environment.settings.max_connections
        if most and len(self._here) >= most:
            raise ProtocolError(
                "the session has as many connections as it may have",
                close_code=CloseCode.TOO_MANY,
                hint=f"sessions.max_connections allows {most}",
            )

    def join(
        self, wire: Wire, peer: str, *, pulls_first: bool = False, in_browser: bool = False
    ) -> Connection:
        """A connection for *wire*, with the ACK as its first message.

        *pulls_first* says that its page is known to have had no document before, *in_browser*
        that there is a page: others may not be sent parts of tables. Raises `ProtocolError`
        if there is no room for it.
        """
        self.check_room()
        connection = Connection(
            peer,
            # BokehJS loses binary buffers when it pulls after a reconnect.
            inline_buffers=not pulls_first and (self._remade or self._joined > 0),
            keeps_columns=in_browser,
            wire=wire,
            limits=self._environment.limits,
            outbox_size=self._environment.settings.outbox,
        )
        self._joined += 1
        self._here[connection] = None
        self._last_left = trio.Event()
        self._lifetime.hold(in_browser=in_browser)
        connection.post(ack(self._name))
        count = len(self._here)
        self._environment.observe(
            ConnectionOpened(self._path, self._session_id, peer, count, connection.traffic)
        )
        return connection

    def leave(self, connection: Connection) -> None:
        """Forget *connection*; the last one starts the clock of the session."""
        del self._here[connection]
        if not self._here:
            self._last_left.set()
            self._lifetime.release(left=connection.left)
        code, reason = connection.ending.code, connection.ending.reason
        count, traffic = len(self._here), connection.traffic
        note_websocket(code, traffic)
        whose = self._path, self._session_id, connection.peer
        self._environment.observe(ConnectionClosed(*whose, count, code, reason, traffic))

    async def dismiss(self) -> None:
        """Tell all that the session has ended, and wait until they have left."""
        for connection in self._here:
            connection.end(self._lifetime.ending)
        with self._environment.facilities.curfew.grace(Step.GOODBYES, LEAVE_GRACE):
            while self._here:
                await self._last_left.wait()

    @property
    def _path(self) -> str:
        return self._environment.application.path
