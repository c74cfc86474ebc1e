"""From the two files that a site names to what TLS needs, or to what is wrong with them.

OpenSSL's own words ("PEM lib") name neither the file nor what to do. And a key that is
encrypted must not make it ask at a terminal, where nobody may be.
"""

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import attrs

from docsync_trio.base.errors import Problem, ServerError
from docsync_trio.config.schema import ServerSettings, TlsSettings
from docsync_trio.server.tls.certificate_facts import CertificateFacts, facts_of

HTTP2: Final = "h2"
HTTP1: Final = "http/1.1"

_VERSIONS: Final = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}

# For TLS 1.2; those that HTTP/2 does not forbid (RFC 9113, appendix A) and all browsers have.
_CIPHERS: Final = "ECDHE+AESGCM:ECDHE+CHACHA20"

_NO_PAIR: Final = {"KEY_VALUES_MISMATCH", "KEY_TYPE_MISMATCH", "NO_CERTIFICATE_ASSIGNED"}
_SOON: Final = timedelta(days=7)


class BadCertificate(ServerError):  # noqa: N818 - the name says what is the matter
    """The operator's: *problem* is what is wrong at ``server.tls``."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"server.tls.{problem.path[-1]}: {problem.text}", status=2)
        self.problem = problem


@attrs.frozen
class OpenedCertificate:
    """A certificate with its key, as *context* for connections, and its *facts*.

    *brief* is for connections that get one short answer: they speak HTTP/1.1.
    """

    context: ssl.SSLContext
    brief: ssl.SSLContext
    facts: CertificateFacts


def speaks_tls(settings: ServerSettings) -> bool:
    """Say whether the site's TCP sockets speak TLS."""
    return settings.tls.certificate is not None and settings.tls.key is not None


def open_certificate(settings: ServerSettings) -> OpenedCertificate:
    """Read the files that *settings* name. Raises `BadCertificate`, with one line for people."""
    tls = settings.tls
    certificate = _read("certificate", tls)
    try:
        facts = facts_of(certificate)
    except ValueError as error:
        raise _bad("certificate", f"{tls.certificate} {error}") from None
    if b"PRIVATE KEY-----" not in _read("key", tls):
        text = 'has no private key in PEM format ("-----BEGIN PRIVATE KEY-----")'
        raise _bad("key", f"{tls.key} {text}")
    brief = _context(tls, HTTP1)
    context = _context(tls, HTTP2, HTTP1) if settings.http2 else brief
    return OpenedCertificate(context, brief, facts)


def tls_problems(settings: ServerSettings) -> list[Problem]:
    """Return what is wrong with the files of the site on this machine."""
    if speaks_tls(settings):
        try:
            open_certificate(settings)
        except BadCertificate as error:
            return [error.problem]
    return []


def tls_doubts(settings: ServerSettings, now: datetime) -> Iterator[Problem]:
    """Yield that a certificate which can be read is not valid *now*, or soon will not be."""
    if not speaks_tls(settings):
        return
    try:
        facts = open_certificate(settings).facts
    except BadCertificate:
        return
    if facts.ends < now:
        what = f"has expired at {in_words(facts.ends)}: browsers warn of it"
    elif facts.begins > now:
        what = f"is valid from {in_words(facts.begins)} on: until then browsers warn of it"
    elif facts.ends < now + _SOON:
        what = f"expires at {in_words(facts.ends)}"
    else:
        return
    yield Problem(("server", "tls", "certificate"), f"{settings.tls.certificate} {what}")


def in_words(moment: datetime) -> str:
    """Return *moment* for people: ``2026-11-22 08:00 UTC``."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _context(tls: TlsSettings, *protocols: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = _VERSIONS[tls.minimum_version]
    context.set_ciphers(_CIPHERS)
    # A peer could have us make new keys without end.
    context.options |= ssl.OP_NO_RENEGOTIATION
    context.set_alpn_protocols(list(protocols))
    _load(context, tls)
    if tls.client_ca is not None:
        _ask_visitors(context, tls)
    return context


def _ask_visitors(context: ssl.SSLContext, tls: TlsSettings) -> None:
    _read("client_ca", tls)  # says so where it cannot be
    try:
        context.load_verify_locations(_named("client_ca", tls))
    except ssl.SSLError:
        text = 'has no certificates in PEM format ("-----BEGIN CERTIFICATE-----")'
        raise _bad("client_ca", f"{tls.client_ca} {text}") from None
    context.verify_mode = ssl.CERT_REQUIRED


def _load(context: ssl.SSLContext, tls: TlsSettings) -> None:
    asked = False

    def password() -> str:
        nonlocal asked
        asked = True
        if tls.password is None:
            text = f'{tls.key} is encrypted; write password = {{ env = "DOCSYNC_TLS_PASSWORD" }}'
            raise _bad("key", text)
        return tls.password

    try:
        context.load_cert_chain(_named("certificate", tls), tls.key, password)
    except OSError as error:  # `ssl.SSLError` is one
        reason = getattr(error, "reason", None)
        if reason in _NO_PAIR:
            raise _bad("key", f"{tls.key} is not the key of {tls.certificate}") from None
        if asked:
            raise _bad("password", f"does not open {tls.key}") from None
        why = f" ({reason})" if reason else ""
        raise _bad("key", f"{tls.key} and its certificate cannot be used{why}") from None


def _named(name: str, tls: TlsSettings) -> Path:
    path: Path | None = getattr(tls, name)
    if path is None:
        raise _bad(name, "is missing")
    return path


def _read(name: str, tls: TlsSettings) -> bytes:
    path = _named(name, tls)
    try:
        return path.read_bytes()
    except OSError as error:
        raise _bad(name, f"cannot read {path}: {error.strerror or error}") from None


def _bad(name: str, text: str) -> BadCertificate:
    return BadCertificate(Problem(("server", "tls", name), text))
