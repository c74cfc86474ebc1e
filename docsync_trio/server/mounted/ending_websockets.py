"""Websockets of mounted web applications, when the server ends.

An application waits for the next message as long as its websocket is open, and so would the
server for the application. So both sides are told: the peer by a close frame, the application
as if the peer had left.
"""

import attrs
import trio
from starlette.types import ASGIApp, Message, Receive, Scope, Send


@attrs.define(eq=False)
class EndingWebsockets:
    """The websockets that are open; `end` ends them, and those that come later at once."""

    _waiting: set[trio.CancelScope] = attrs.field(factory=set, init=False)
    _close: Message | None = attrs.field(default=None, init=False)

    def end(self, code: int, reason: str) -> None:
        """Close all with *code* and *reason*."""
        self._close = {"type": "websocket.close", "code": code, "reason": reason}
        for scope in self._waiting:
            scope.cancel()

    async def around(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Let *app* serve one websocket."""
        closed = False

        async def close() -> Message:
            nonlocal closed
            message = self._close or {}
            if not closed:
                closed = True
                await send(message)
            return {**message, "type": "websocket.disconnect"}

        async def receive_until_end() -> Message:
            with trio.CancelScope() as waiting:
                self._waiting.add(waiting)
                if self._close is not None:
                    waiting.cancel()
                try:
                    return await receive()
                finally:
                    self._waiting.discard(waiting)
            return await close()

        async def send_until_end(message: Message) -> None:
            if self._close is None:
                await send(message)
                return
            await close()
            if message["type"] != "websocket.close":
                raise OSError("the server ends")

        await app(scope, receive_until_end, send_until_end)
