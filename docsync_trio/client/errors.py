"""Every error of the client: whose fault it is, what to do, and the server's own words.

A program that cannot reach a session wants to know one of a handful of things: is the
address wrong, is the token, is the server full, did the application fail. HTTP statuses
and close codes are turned into that here, for our server and for Bokeh's.
"""

from http import HTTPStatus

from docsync_trio.base.errors import DocsyncError
from docsync_trio.protocol.close_codes import CloseCode


class ClientError(DocsyncError):
    """The root of what the client raises. *reason* is what the server said, if it did."""

    def __init__(self, text: str, *, reason: str = "") -> None:
        super().__init__(f"{text}. The server says: {reason}" if reason else text)
        self.reason = reason


class ServerUnreachable(ClientError):  # noqa: N818 - the name says what is the matter
    """The network's, or the operator's: nobody answers at that address."""


class CertificateUntrusted(ServerUnreachable):
    """The program's, or the operator's: who answers has a certificate that nobody vouches for."""


class NoAnswer(ClientError, TimeoutError):  # noqa: N818
    """The server's: it is there and did not answer in time; see `Patience`."""


class Refused(ClientError):  # noqa: N818
    """The server understood and does not grant it; *status* is the HTTP status.

    *retry_after*: seconds after which the server thinks it worth another try.
    """

    def __init__(
        self, text: str, *, status: int, reason: str = "", retry_after: float = 0.0
    ) -> None:
        super().__init__(text, reason=reason)
        self.status = status
        self.retry_after = retry_after


class OriginRefused(Refused):
    """The operator's to decide: pages of the ``Origin`` that was sent are not let in (403)."""


class TokenRefused(Refused):
    """The program's: its token or session id is not of this server's making (403)."""


class TokenExpired(TokenRefused):
    """The program's: its token is too old to make a session with (403)."""


class NoSuchApplication(Refused):
    """The program's: there is no application at that address (404)."""


class ServerFull(Refused):
    """The operator's: there is no room, or the server is just restarting (503)."""


class ApplicationFailed(Refused):
    """The application author's: no document could be made (500). *reason* has the incident."""


class SessionExpired(ClientError):  # noqa: N818
    """Nobody's: the session has ended, and with it what its document held."""


class NotTaken(ClientError):  # noqa: N818
    """The program's: the server could not take what was sent; *code* is the close code."""

    def __init__(self, text: str, *, code: int, reason: str = "") -> None:
        super().__init__(text, reason=reason)
        self.code = code


class ServerFault(ClientError):  # noqa: N818
    """The server's: what it sent is not Bokeh's protocol, or it failed to answer."""


_FULL = (ServerFull, "{url} has no room now; try again later")

_KINDS: dict[int, tuple[type[Refused], str]] = {
    HTTPStatus.NOT_FOUND: (NoSuchApplication, "there is no application at {url}; check its path"),
    HTTPStatus.INTERNAL_SERVER_ERROR: (
        ApplicationFailed,
        "the application at {url} failed; the server's log has it",
    ),
    # What proxies and servers answer while something is about to come back.
    HTTPStatus.BAD_GATEWAY: _FULL,
    HTTPStatus.SERVICE_UNAVAILABLE: _FULL,
    HTTPStatus.GATEWAY_TIMEOUT: _FULL,
}

_NOT_TAKEN = {
    CloseCode.PROTOCOL_ERROR,
    CloseCode.WRONG_FRAME_TYPE,
    CloseCode.INVALID_DATA,
    CloseCode.TOO_BIG,
    CloseCode.UNEXPECTED_MESSAGE,
    CloseCode.BAD_DOCUMENT_DATA,
}
"""Close codes after which saying the same again would end the next connection as well."""


def refusal(
    status: int,
    reason: str,
    *,
    url: str,
    sent_origin: bool,
    is_expired: bool,
    retry_after: float = 0.0,
) -> Refused:
    """Return the error for an HTTP answer that is no success.

    *sent_origin*: the program sent an ``Origin`` of its own; *is_expired*: its token is too
    old by our clock.
    """
    kind, text = _kind_of(status, reason, url, sent_origin=sent_origin, is_expired=is_expired)
    return kind(text, status=status, reason=reason, retry_after=retry_after)


def _kind_of(
    status: int, reason: str, url: str, *, sent_origin: bool, is_expired: bool
) -> tuple[type[Refused], str]:
    if status != HTTPStatus.FORBIDDEN:
        kind, text = _KINDS.get(status, (Refused, f"{{url}} answers with the status {status}"))
        return kind, text.format(url=url)
    # Both servers check origins first, and both name them in the answer.
    if sent_origin and "origin" in reason.lower():
        return OriginRefused, "the server lets no page of this Origin in; leave the header out"
    if is_expired:
        return TokenExpired, "the token is too old to make a session; get a new one"
    return TokenRefused, "the token or the session id is not one that this server has given out"


def close_error(code: int, reason: str, *, max_message_size: int) -> ClientError | None:
    """Return the error for a close code after which it is no use to come back, else None."""
    if code == CloseCode.SESSION_ENDED:
        return SessionExpired("the session has ended", reason=reason)
    if code == CloseCode.TOO_MANY:
        text = "the session has all the connections it may have"
        return ServerFull(text, status=HTTPStatus.SERVICE_UNAVAILABLE, reason=reason)
    if code == CloseCode.TOO_BIG and str(max_message_size) in reason:
        text = f"the server sent more than max_message_size allows ({max_message_size} bytes)"
        return ServerFault(text)
    if code in _NOT_TAKEN:
        text = "the server did not take what was sent"
        return NotTaken(text, code=code, reason=reason)
    return None
