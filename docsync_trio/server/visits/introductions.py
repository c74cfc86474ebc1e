"""Hearing out the PROXY protocol at the beginning of a connection (``server.proxy_protocol``).

Who is no trusted proxy is not heard at all: the header would let anybody be anybody. And
whoever is one sends it first and at once, so that there is little to wait for.
"""

from typing import Final

import attrs
import trio

from docsync_trio.base.errors import Refusal
from docsync_trio.config.schema import ServerSettings
from docsync_trio.server.sockets.peer_socket import PeerSocket
from docsync_trio.server.visits.forwarded import TrustedProxies
from docsync_trio.server.visits.proxy_protocol import NoProxyHeader, read_introduction

INTRODUCTION_SECONDS: Final = 5.0
"""How long the header may take. The specification has receivers wait for a packet that was
lost once, which is three seconds."""

_TEXT: Final = "This port is for proxies."


@attrs.frozen
class Introductions:
    """Learns whose connection it is; *wanted* says that proxies tell, *trusted* which may."""

    wanted: bool
    trusted: TrustedProxies

    @classmethod
    def of(cls, settings: ServerSettings) -> "Introductions":
        """Read the site's settings."""
        return cls(settings.proxy_protocol, TrustedProxies.of(settings.trusted_proxies))

    async def hear(self, socket: PeerSocket) -> None:
        """Have *socket* named after the visitor.

        Raises `Refusal` for whoever is no trusted proxy, and for what is no header.
        """
        address = socket.peer_address()
        if not self.wanted or address is None:  # a unix socket
            return
        if not self.trusted.trusts(address[0]):
            hint = f"server.proxy_protocol is on and {socket.peer} not in server.trusted_proxies"
            raise Refusal(403, _TEXT, hint=hint)
        with trio.move_on_after(INTRODUCTION_SECONDS):
            await _hear(socket)
            return
        raise Refusal(408, _TEXT, hint="no header of the PROXY protocol came")


async def _hear(socket: PeerSocket) -> None:
    data = b""
    introduction = None
    while introduction is None:
        received = await socket.receive()
        if not received:
            return
        data += received
        try:
            introduction = read_introduction(data)
        except NoProxyHeader as error:
            hint = f"server.proxy_protocol is on, and {error}"
            raise Refusal(400, _TEXT, hint=hint) from None
    if introduction.source is not None:
        socket.introduce(introduction.source, introduction.destination)
    socket.put_back(data[introduction.length :])
