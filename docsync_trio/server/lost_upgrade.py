"""A request at the address of a websocket that is none: somebody looks, or a proxy is at fault.

A proxy that does not know of websockets drops the header that asks for one and passes the
rest. That the rest is there tells it from everybody else, and the operator is told.
"""

from typing import Final

from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from docsync_trio.base.errors import Refusal

HINT: Final = (
    "a proxy in front of this server drops the headers Upgrade and Connection; with nginx, pass "
    "them on and set proxy_http_version 1.1"
)


class LostUpgrade:
    """An ASGI application for plain requests at the address of a websocket."""

    async def __call__(self, scope: Scope, _receive: Receive, _send: Send) -> None:
        """Refuse the request (400), with a hint for the log where a proxy is at fault."""
        if "sec-websocket-key" in Headers(scope=scope):
            text = "A proxy on the way does not pass websockets on: the Upgrade header is missing"
            raise Refusal(400, text, hint=HINT)
        raise Refusal(400, "This is the address of a websocket")
