"""Where a connection is looked at and handed to its transport.

Round every connection is a wall: whatever its peer sends, and whatever an exception
comes of it, ends that connection and no other. And nobody is waited for without a
limit: a head has ten seconds, an answer two.
"""

import contextlib
import math
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Final

import trio
from starlette.types import Scope

from docsync_trio.base.errors import Refusal
from docsync_trio.base.events import ConnectionRefused, Observer, PeerFault
from docsync_trio.config.schema import ServerSettings
from docsync_trio.server.connections.open_sockets import FULL, OpenSockets
from docsync_trio.server.entrance.join import Admit, arrive
from docsync_trio.server.http.requests import Requests
from docsync_trio.server.sockets.peer_name import peer_of_scope
from docsync_trio.server.sockets.peer_socket import PeerSocket
from docsync_trio.server.visits.head import (
    MAX_HEAD,
    Upgrade,
    cannot_be_http,
    end_of_head,
    is_tls,
    parse_upgrade,
)
from docsync_trio.server.visits.introductions import Introductions
from docsync_trio.server.visits.plain_answer import plain_answer
from docsync_trio.server.visits.reception import Reception
from docsync_trio.server.visits.request import path_of
from docsync_trio.server.visits.visited_scope import VisitedScope
from docsync_trio.server.websockets.handshake import SocketEntrance, websocket_scope
from docsync_trio.server.websockets.heartbeat import Heartbeat
from docsync_trio.server.websockets.way_out import WayOut
from docsync_trio.server.websockets.websocket import ANSWER_SECONDS, websocket_limits

if TYPE_CHECKING:
    from docsync_trio.server.tls.handshakes import Handshakes

HEAD_SECONDS: Final = 10.0
"""How long the head of a connection's first request may take. Browsers open spare
connections and say nothing on them; they open new ones when they need them."""

JUST_COME: Final = 2.0
"""How long whoever connects has to say what for when the server is told to end. A request is
right behind its connection, and a client that is hung up on in between takes it for a failure."""

Stay = Callable[[], Awaitable[None]]
"""Serves a websocket that has arrived, until it ends."""


class FrontDoor:
    """Serves accepted connections: websockets by *admit*, everything else by *requests*.

    So are the websockets at a path of which *passes_on* says that they are not ours.
    *handshakes* begin TLS, where the site has it.
    """

    def __init__(
        self,
        admit: Admit,
        requests: Requests,
        heartbeat: Heartbeat,
        settings: ServerSettings,
        *,
        passes_on: Callable[[str], bool],
        observe: Observer,
        reception: Reception,
        handshakes: "Handshakes | None" = None,
    ) -> None:
        self._admit = admit
        self._passes_on = passes_on
        self._requests = requests
        self._heartbeat = heartbeat
        self._limits = websocket_limits(settings)
        self._way_out = WayOut()
        self._observe = observe
        self._reception = reception
        self._keep_alive = settings.keep_alive
        self._open = OpenSockets(settings, observe=observe)
        self._introductions = Introductions.of(settings)
        self._handshakes = handshakes
        self._visited = VisitedScope.of(settings)
        self._waiting: dict[trio.CancelScope, float] = {}
        self._latest = math.inf
        self._all_have_spoken = trio.Event()

    async def serve(self, socket: PeerSocket) -> None:
        """Serve one connection to its end. Raises nothing that its peer could cause."""
        with self._open.holding(socket) as fits:
            try:
                stay = await (self._serve(socket) if fits else self._refuse(socket))
                if stay is not None:
                    await stay()
            except BaseException as error:  # noqa: BLE001 - the wall round a connection
                self._contain(socket, error)

    async def end_when_idle(self) -> None:
        """Close the connections on which no request is under way, now or after the answer.

        Those that are younger than `JUST_COME` may still send one.
        """
        self._latest = trio.current_time() + JUST_COME
        if self._handshakes is not None:
            self._handshakes.end(by=self._latest)
        if self._waiting:
            for scope, since in self._waiting.items():
                scope.deadline = min(scope.deadline, since + JUST_COME)
            await self._all_have_spoken.wait()
        await self._requests.end_when_idle()

    def close_all(self) -> None:
        """Close every connection at once; whoever waits for its peer stops waiting."""
        self._open.close_all()

    def _contain(self, socket: PeerSocket, error: BaseException) -> None:
        fatal, rest = _split(error)
        # A peer that goes away in the middle of something is nothing to report.
        if rest is not None and not _is_goodbye(rest):
            self._observe(PeerFault(socket.peer, f"connection dropped: {rest!r}", rest))
        if fatal is not None:
            raise fatal

    async def _refuse(self, socket: PeerSocket) -> None:
        self._reception.turned_away(socket.peer, FULL.status)
        await self._open.refuse(socket, self._shake_hands_briefly)

    async def _shake_hands_briefly(self, socket: PeerSocket) -> None:
        if self._handshakes is not None:
            with contextlib.suppress(Refusal):
                await self._introductions.hear(socket)
                await self._handshakes.shake_hands(socket, briefly=True)

    async def _serve(self, socket: PeerSocket) -> Stay | None:
        """Serve its requests, up to one to become a websocket, which is then to stay."""
        socket.give_up_when_silent(ping=self._keep_alive.ping, pong=self._keep_alive.pong)
        data = bytearray()
        try:
            await self._introductions.hear(socket)
            if self._handshakes is not None and not await self._handshakes.shake_hands(socket):
                return None
            length = await self._read_head(socket, data)
        except Refusal as refusal:
            self._observe(
                ConnectionRefused("", socket.peer, refusal.status, str(refusal), refusal.hint)
            )
            self._reception.turned_away(socket.peer, refusal.status)
            with trio.move_on_after(ANSWER_SECONDS):
                await socket.send_all(plain_answer(refusal))
            await socket.close_after_answer(ANSWER_SECONDS)
            return None
        upgrade = parse_upgrade(bytes(data[:length])) if length else None
        if upgrade is not None:
            scope = self._visited.of_request(websocket_scope(upgrade, socket))
            if not self._passes_on(path_of(scope)):
                return await self._let_in(socket, upgrade, scope, bytes(data[length:]))
        if data:
            await self._requests.serve(socket, bytes(data))
        return None

    async def _read_head(self, socket: PeerSocket, data: bytearray) -> int:
        """Read into *data* until the head is whole; return its length.

        0 stands for "not ours to read": the connection ended, or this is no head.
        """
        now = trio.current_time()
        with trio.CancelScope(deadline=min(now + self._patience(socket), self._latest)) as scope:
            self._waiting[scope] = now
            try:
                data += await socket.receive()
                if self._is_trusted(socket):
                    scope.deadline = min(trio.current_time() + HEAD_SECONDS, self._latest)
                return await _read_head(socket, data)
            finally:
                del self._waiting[scope]
                if not self._waiting and self._latest != math.inf:
                    self._all_have_spoken.set()
        if data and self._latest == math.inf:
            raise Refusal(408, f"The request's head took more than {HEAD_SECONDS:g} seconds.")
        data.clear()
        return 0

    def _patience(self, socket: PeerSocket) -> float:
        """How long a head may take, or its first byte from a trusted proxy, in seconds.

        A proxy may keep one that it opened and had no use for (Go's HTTP client, so Caddy and
        Traefik); it has to be the first to let go of that one, too.
        """
        trusted = self._is_trusted(socket)
        return max(self._keep_alive.http, HEAD_SECONDS) if trusted else HEAD_SECONDS

    def _is_trusted(self, socket: PeerSocket) -> bool:
        address = socket.peer_address()
        return self._visited.trusted.trusts(address and address[0])

    async def _let_in(
        self, socket: PeerSocket, upgrade: Upgrade, scope: Scope, early: bytes
    ) -> Stay | None:
        visit = self._reception.visit(scope, by_trusted=self._is_trusted(socket))
        socket.peer = peer_of_scope(scope)
        entrance = SocketEntrance(
            socket,
            upgrade,
            early,
            limits=self._limits,
            way_out=self._way_out,
            heartbeat=self._heartbeat,
            observe=self._observe,
        )
        arriving = arrive(self._admit, scope, entrance, observe=self._observe)
        joined = await visit.arriving(arriving)
        return None if joined is None else partial(visit.staying, joined.stay)


async def _read_head(socket: PeerSocket, data: bytearray) -> int:
    searched = 0
    while True:
        received = data[searched:]
        if is_tls(data):
            raise Refusal(400, "This is plain HTTP.", hint="the peer speaks TLS to a plain port")
        length = end_of_head(data, searched)
        if length is None and cannot_be_http(data):
            return 0
        if (length or len(data)) > MAX_HEAD:
            raise Refusal(431, f"The request's head is longer than {MAX_HEAD} bytes.")
        if length is not None:
            return length
        if not received:
            data.clear()
            return 0
        searched = len(data)
        data += await socket.receive()


def _split(error: BaseException) -> tuple[BaseException | None, BaseException | None]:
    """Return what has to travel on, and what ends here."""
    travels = (trio.Cancelled, KeyboardInterrupt, GeneratorExit)
    if isinstance(error, BaseExceptionGroup):
        return error.split(travels)
    return (error, None) if isinstance(error, travels) else (None, error)


def _is_goodbye(error: BaseException) -> bool:
    goodbyes = (OSError, trio.BrokenResourceError, trio.ClosedResourceError)
    if isinstance(error, BaseExceptionGroup):
        return error.split(goodbyes)[1] is None
    return isinstance(error, goodbyes)
