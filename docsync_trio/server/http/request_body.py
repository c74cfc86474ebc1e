"""The bodies of requests, bounded in size and in time.

hypercorn takes a body of any size and at any pace: a byte a minute keeps an endpoint
and its connection busy for ever. Only endpoints of the site's author read bodies at
all; whoever does not read one answers, and the connection ends with the answer.
"""

from typing import Any, Final

import trio
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from docsync_trio.base.errors import Refusal

FIRST_SECONDS: Final = 30.0
"""What every body may take."""

SLOWEST: Final = 10_000
"""Bytes per second beyond that; a bad telephone line manages more."""


class BoundedBodies:
    """An ASGI application that gives *app* at most *limit* bytes of a body, and in good time.

    Beyond it ``receive`` raises `Refusal` (413, 408).
    """

    def __init__(self, app: ASGIApp, *, limit: int) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the application answer."""
        if scope["type"] == "http":
            receive = _Bounded(receive, self._limit)
        await self._app(scope, receive, send)


class _Bounded:
    """The ``receive`` of one request."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive = receive
        self._limit = limit
        self._size = 0
        self._begun = trio.current_time()
        self._whole = False

    async def __call__(self) -> Message:
        if self._whole:  # what comes now is that the peer leaves
            return await self._receive()
        message: Message | None = None
        allowed = FIRST_SECONDS + self._size / SLOWEST
        with trio.CancelScope(deadline=self._begun + allowed):
            message = await self._receive()
        if message is None:
            raise Refusal(408, f"The request's body took more than {allowed:.0f} seconds.")
        self._weigh(message)
        return message

    def _weigh(self, message: Any) -> None:
        self._size += len(message.get("body", b""))
        self._whole = not message.get("more_body", False)
        if self._size > self._limit:
            raise Refusal(
                413,
                f"The request's body is longer than {self._limit} bytes.",
                hint="server.max_body_size sets the limit",
            )
