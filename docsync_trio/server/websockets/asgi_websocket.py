"""Websockets that arrive through ASGI: over HTTP/2, or in a site that we are mounted in.

Slower than a socket of our own, as ASGI carries one frame per call, and poorer:
pings are the server's, and its close codes may not reach us. The steps and the checks
are the same. That a peer is gone without a word we notice where the connection is ours
(`vigil`); of another server's only a send that does not end tells.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any, Final

import trio
from starlette.types import Message, Receive, Scope, Send

from docsync_trio.base.errors import Refusal
from docsync_trio.base.events import Observer, PeerFault
from docsync_trio.protocol.message import Frame, Outgoing
from docsync_trio.server.entrance.join import SUBPROTOCOL, Admit, join
from docsync_trio.server.http.vigil import pinged_websocket
from docsync_trio.server.sockets.peer_name import peer_of_scope
from docsync_trio.server.visits.plain_answer import answer_headers
from docsync_trio.server.websockets.websocket import ANSWER_SECONDS, WebsocketLimits, shorten_reason
from docsync_trio.sessions.wire import NO_CLOSE_FRAME, WireClosed

POLICY_VIOLATION: Final = 1008
TOO_BIG: Final = 1009
NO_CODE: Final = 1005
_UTF8_WIDTH: Final = 4


async def serve_asgi_websocket(
    admit: Admit,
    limits: WebsocketLimits,
    scope: Scope,
    receive: Receive,
    send: Send,
    *,
    observe: Observer,
) -> None:
    """Serve one ASGI ``websocket`` scope; the ASGI application calls this for each."""
    message = await receive()
    if message["type"] == "websocket.connect":
        with ExitStack() as while_open:
            entrance = AsgiEntrance(
                scope, receive, send, while_open, limits=limits, observe=observe
            )
            await join(admit, dict(scope), entrance, observe=observe)


class AsgiEntrance:
    """A websocket scope that has not yet been answered; see `Entrance`.

    *while_open* is left when the websocket is over.
    """

    def __init__(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        while_open: ExitStack,
        *,
        limits: WebsocketLimits,
        observe: Observer,
    ) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._while_open = while_open
        self._limits = limits
        self._observe = observe

    def check(self) -> None:
        """Do nothing: the ASGI server has checked the handshake."""

    async def refuse(self, refusal: Refusal) -> None:
        """Answer with the refusal's HTTP status, or the 403 that ASGI has without extensions."""
        if "websocket.http.response" not in (self._scope.get("extensions") or {}):
            await self._send({"type": "websocket.close", "code": POLICY_VIOLATION})
            return
        body = f"{refusal}\n".encode()
        headers = [(n.lower().encode(), v.encode()) for n, v in answer_headers(refusal)]
        headers.append((b"content-length", b"%d" % len(body)))
        await self._send(
            {
                "type": "websocket.http.response.start",
                "status": refusal.status,
                "headers": headers,
            }
        )
        await self._send({"type": "websocket.http.response.body", "body": body})

    async def accept(self) -> "AsgiWire":
        """Accept with our subprotocol."""
        await self._send({"type": "websocket.accept", "subprotocol": SUBPROTOCOL, "headers": []})
        self._while_open.enter_context(pinged_websocket(self._scope))
        return AsgiWire(
            self._receive,
            self._send,
            peer=peer_of_scope(self._scope),
            limits=self._limits,
            observe=self._observe,
        )


class AsgiWire:
    """An accepted ASGI websocket as a `Wire`."""

    def __init__(
        self,
        receive: Receive,
        send: Send,
        *,
        peer: str,
        limits: WebsocketLimits,
        observe: Observer,
    ) -> None:
        self._receive = receive
        self._send = send
        self._peer = peer
        self._limits = limits
        self._observe = observe
        self._unsent: list[Outgoing] = []
        self._ended: WireClosed | None = None

    async def receive(self) -> Sequence[Frame]:
        """Return the next data frame; see `Wire`."""
        self._check_open()
        message = await self._receive()
        if message["type"] == "websocket.disconnect":
            code = message.get("code")
            raise self._end(NO_CODE if code is None else code, message.get("reason") or "")
        frame = _frame(message)
        if _is_longer(frame, self._limits.message_size):
            raise await self._refuse_size(len(frame))
        return (frame,)

    def send_now(self, messages: Sequence[Outgoing]) -> bool:
        """Leave *messages* to `send`: there is nothing in ASGI that needs no waiting."""
        self._check_open()
        self._unsent += messages
        return False

    async def send(self, messages: Sequence[Outgoing]) -> None:
        """Send all of *messages*, frame by frame; see `Wire`.

        A message that was begun is finished though the task is cancelled, unless the
        peer does not take it within the stall limit.
        """
        unsent, self._unsent = [*self._unsent, *messages], []
        for message in unsent:
            self._check_open()
            with trio.CancelScope(
                deadline=trio.current_time() + self._limits.stall, shield=True
            ) as stalled:
                await self._send_frames(message)
            if stalled.cancelled_caught:
                raise self._end(NO_CLOSE_FRAME, f"did not read for {self._limits.stall:g}s")

    async def close(self, code: int, reason: str = "") -> None:
        """Send a close frame if the websocket is still open."""
        if self._ended is not None or code == NO_CLOSE_FRAME:
            return
        self._end(code, reason)
        message = {"type": "websocket.close", "code": code, "reason": shorten_reason(reason)}
        deadline = trio.current_time() + ANSWER_SECONDS
        with trio.CancelScope(deadline=deadline, shield=True):
            try:
                await self._send(message)
            except OSError:
                return

    async def _send_frames(self, message: Outgoing) -> None:
        try:
            for frame in message.frames:
                key = "text" if isinstance(frame, str) else "bytes"
                await self._send({"type": "websocket.send", key: frame})
        except OSError as error:
            raise self._end(NO_CLOSE_FRAME, str(error)) from None

    async def _refuse_size(self, size: int) -> WireClosed:
        limit = self._limits.message_size
        reason = f"frame with {size} bytes exceeds limit of {limit} bytes"
        await self.close(TOO_BIG, reason)
        what = f"websocket closed with {TOO_BIG}: {reason}; server.max_message_size sets the limit"
        self._observe(PeerFault(self._peer, what))
        return WireClosed(TOO_BIG, reason)

    def _check_open(self) -> None:
        if self._ended is not None:
            raise self._ended

    def _end(self, code: int, reason: str) -> WireClosed:
        self._ended = WireClosed(code, reason)
        return self._ended


def _frame(message: Message) -> Frame:
    text: Any = message.get("text")
    return text if text is not None else bytes(message["bytes"])


def _is_longer(frame: Frame, limit: int) -> bool:
    if len(frame) > limit:
        return True
    could_be = isinstance(frame, str) and len(frame) * _UTF8_WIDTH > limit
    return could_be and len(frame.encode()) > limit  # type: ignore[union-attr]
