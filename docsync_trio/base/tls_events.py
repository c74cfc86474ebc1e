"""What can be observed of TLS; see `events`."""

from datetime import datetime

import attrs

from docsync_trio.base.events import Event


@attrs.frozen
class HandshakeFailed(Event):
    """A connection did not come to speak TLS: a scan, a peer that trusts us not, or a slow one."""

    peer: str
    reason: str


@attrs.frozen
class CertificateTaken(Event):
    """New connections get the certificate in the file *path*, whose number is *serial*.

    It is valid until *ends*; *is_valid* says whether it is now.
    """

    path: str
    serial: str
    ends: datetime
    is_valid: bool


@attrs.frozen
class CertificateRefused(Event):
    """Changed files of a certificate cannot be used, the one before stays: *problem* says why."""

    problem: str
