"""A certificate authority of the tests' own, and peers that trust it."""

import ssl

import attrs
import trio
import trustme

from docsync_trio.config.schema import KeepAliveSettings, TlsSettings
from tests.server.network_fakes import FakeSite, Peer


@attrs.define(eq=False)
class Authority:
    """Writes certificates for 127.0.0.1 and their keys into *folder*."""

    folder: object
    ca: trustme.CA = attrs.Factory(trustme.CA)

    @property
    def certificate(self):
        return self.folder / "cert.pem"

    @property
    def key(self):
        return self.folder / "key.pem"

    def issue(self, **about):
        """Write a new certificate and its key over those that are there; return them."""
        issued = self.ca.issue_cert("127.0.0.1", "localhost", **about)
        self.key.write_bytes(issued.private_key_pem.bytes())
        self.certificate.write_bytes(b"".join(pem.bytes() for pem in issued.cert_chain_pems))
        return issued

    def settings(self, **more):
        return TlsSettings(certificate=self.certificate, key=self.key, **more)

    def site(self, *, tls=None, **server):
        """Return a site that speaks TLS with a new certificate."""
        self.issue()
        server.setdefault("keep_alive", KeepAliveSettings(shutdown=5.0))
        return FakeSite(tls=tls or self.settings(), **server)

    def trust(self, *protocols):
        """Return what a client has that trusts us and speaks *protocols* (ALPN)."""
        context = ssl.create_default_context()
        self.ca.configure_trust(context)
        if protocols:
            context.set_alpn_protocols(protocols)
        return context

    async def connect(self, server, *protocols):
        """Return a `SecurePeer` of *server* whose handshake is done."""
        return await secured(await server.connect(), self.trust(*protocols))


async def secured(peer, context):
    """Have *peer*, which has said nothing yet, speak TLS."""
    stream = trio.SSLStream(
        peer.stream, context, server_hostname="127.0.0.1", https_compatible=True
    )
    await stream.do_handshake()
    return SecurePeer(stream)


class SecurePeer(Peer):
    """A `Peer` over TLS."""

    def hang_up(self):
        self.stream.transport_stream.socket.close()

    def serial(self):
        """Return the number of the server's certificate, in hexadecimal."""
        return self.stream.getpeercert()["serialNumber"]
