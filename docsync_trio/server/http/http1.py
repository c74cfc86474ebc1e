"""hypercorn's HTTP/1.1, where it has to differ: what is no request is answered and told of.

By itself hypercorn says nothing to whoever sends one, but a number, and nothing to us.
"""

import sys
from collections.abc import Callable
from typing import Final

import h11
from hypercorn.config import Config
from hypercorn.events import RawData
from hypercorn.protocol.h11 import H11Protocol

from docsync_trio.base.errors import Refusal
from docsync_trio.base.events import ConnectionRefused
from docsync_trio.server.sockets.peer_name import name_of
from docsync_trio.server.visits.plain_answer import plain_answer

Refused = Callable[[ConnectionRefused], None]
"""Is told of what was sent to us and is no request."""

MOST_TOLD: Final = 200
"""Characters of the reason, in which a peer's own words may be."""


class HttpConfig(Config):
    """What hypercorn is told, and what our own protocols have to know.

    *refused* hears of what is no request; *websockets_by_http2* says whether they are offered
    (RFC 8441).
    """

    refused: Refused
    websockets_by_http2 = True


class OurH11Protocol(H11Protocol):
    """Takes the place of hypercorn's."""

    config: HttpConfig

    async def _send_error_response(self, status_code: int) -> None:
        error = sys.exception()
        reason = str(error)[:MOST_TOLD] if isinstance(error, h11.RemoteProtocolError) else ""
        self.config.refused(ConnectionRefused("", name_of(self.client), status_code, reason))
        refusal = Refusal(status_code, "This is no request of HTTP/1.1.")
        await self.send(RawData(data=plain_answer(refusal)))
        # Whatever a request before this one is still answered with comes too late.
        if isinstance(self.connection, h11.Connection):
            self.connection.send_failed()
