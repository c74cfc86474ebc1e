"""What TLS brings to a server, or nothing where the site has none.

OpenSSL and all that belongs to it are read only by who has a certificate.
"""

import socket
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import attrs

from docsync_trio.base.errors import Problem
from docsync_trio.base.events import Observer
from docsync_trio.config.schema import ServerSettings
from docsync_trio.server.sockets.peer_socket import PeerSocket

if TYPE_CHECKING:
    from docsync_trio.server.tls.certificates import Certificates
    from docsync_trio.server.tls.handshakes import Handshakes

SocketOf = Callable[[socket.socket], PeerSocket]


@attrs.frozen(eq=False)
class Security:
    """TLS by *handshakes* with one of *certificates*; both are None where the site has none."""

    handshakes: "Handshakes | None" = None
    _certificates: "Certificates | None" = None

    def socket_of(self, listener: socket.socket) -> SocketOf:
        """Return what makes the socket that is served of one that *listener* accepted.

        Whoever comes through a unix socket is on this machine, and most likely a proxy.
        """
        if self.handshakes is None or not is_tcp(listener):
            return PeerSocket
        from docsync_trio.server.tls.tls_socket import TlsSocket

        return TlsSocket

    def look_now(self) -> None:
        """Take a changed certificate over, if there is one."""
        if self._certificates is not None:
            self._certificates.look_now()

    async def keep_fresh(self) -> None:
        """Take a changed certificate over, for ever."""
        if self._certificates is not None:
            await self._certificates.keep_fresh()


def open_security(settings: ServerSettings, *, observe: Observer) -> Security:
    """Read what *settings* say of TLS. Raises `BadCertificate`."""
    if settings.tls.certificate is None:
        return Security()
    from docsync_trio.server.tls.certificates import Certificates
    from docsync_trio.server.tls.handshakes import Handshakes

    certificates = Certificates.open(settings, observe=observe)
    return Security(Handshakes(certificates, observe=observe), certificates)


def security_problems(settings: ServerSettings) -> list[Problem]:
    """Return what is wrong with the certificate of *settings*, on this machine."""
    if settings.tls.certificate is None:
        return []
    from docsync_trio.server.tls.certificate_files import tls_problems

    return tls_problems(settings)


def security_doubts(settings: ServerSettings) -> list[Problem]:
    """Return why browsers may warn of the certificate of *settings*."""
    if settings.tls.certificate is None:
        return []
    from docsync_trio.server.tls.certificate_files import tls_doubts

    return list(tls_doubts(settings, datetime.now(UTC)))


def is_tcp(sock: socket.socket) -> bool:
    """Say whether *sock* is for other machines, too."""
    return sock.family in {socket.AF_INET, socket.AF_INET6}
