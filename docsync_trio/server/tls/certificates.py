"""The certificate of the moment: who renews one replaces two files, and nobody restarts.

The files are looked at now and then, and read when they have changed and then stayed as they
are for the time between two looks: whoever replaces two files does it one after the other.
What cannot be used is told once, and the one before stays.
"""

import ssl
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import attrs
import trio

from docsync_trio.base.events import Observer
from docsync_trio.base.tls_events import CertificateRefused, CertificateTaken
from docsync_trio.config.schema import ServerSettings
from docsync_trio.server.tls.certificate_files import (
    BadCertificate,
    OpenedCertificate,
    open_certificate,
)

LOOK_SECONDS: Final = 2.0
"""The time between two looks."""

Stamp = tuple[tuple[int, int, int] | None, ...]
"""What tells a file that was replaced, for each file; None for one that is not there."""


@attrs.define(eq=False)
class Certificates:
    """What new connections are given as *context*, or as *brief*; made by `open`."""

    context: ssl.SSLContext
    brief: ssl.SSLContext
    _settings: ServerSettings
    _observe: Observer
    _read: Stamp
    _seen: Stamp

    @classmethod
    def open(cls, settings: ServerSettings, *, observe: Observer) -> "Certificates":
        """Read the files that *settings* name. Raises `BadCertificate`."""
        stamp = stamp_of(settings)
        opened = open_certificate(settings)
        observe(_taken(settings, opened))
        return cls(opened.context, opened.brief, settings, observe, stamp, stamp)

    async def keep_fresh(self) -> None:
        """Look at the files for ever."""
        while True:
            await trio.sleep(LOOK_SECONDS)
            # A network's file system may take its time.
            self.look(
                await trio.to_thread.run_sync(stamp_of, self._settings, abandon_on_cancel=True)
            )

    def look_now(self) -> None:
        """Read the files if they have changed, as whoever asks for that says that they have."""
        self._seen = stamp_of(self._settings)
        self.look(self._seen)

    def look(self, stamp: Stamp) -> None:
        """Read the files if *stamp* says that they have changed, and not just now."""
        settled, self._seen = stamp == self._seen, stamp
        if not settled or stamp == self._read:
            return
        self._read = stamp
        try:
            opened = open_certificate(self._settings)
        except BadCertificate as error:
            self._observe(CertificateRefused(str(error)))
            return
        self.context, self.brief = opened.context, opened.brief
        self._observe(_taken(self._settings, opened))


def _taken(settings: ServerSettings, opened: OpenedCertificate) -> CertificateTaken:
    facts = opened.facts
    is_valid = facts.begins <= datetime.now(UTC) <= facts.ends
    return CertificateTaken(str(settings.tls.certificate), facts.serial, facts.ends, is_valid)


def stamp_of(settings: ServerSettings) -> Stamp:
    """Return what the files are that *settings* name."""
    tls = settings.tls
    files = (tls.certificate, tls.key, tls.client_ca)
    return tuple(_stamp(path) for path in files if path is not None)


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size, stat.st_ino
