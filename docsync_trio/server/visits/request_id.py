"""The number by which a request is known in our log, in the proxy's, and to the visitor."""

import re
import secrets
from typing import Final

from starlette.types import Scope

from docsync_trio.base.request_in_hand import RequestInHand, request_in_hand
from docsync_trio.server.visits.forwarded import Fields

NAME: Final = "X-Request-ID"
"""The header that brings it and gives it back."""

FIELD: Final = NAME.lower().encode()

_GIVEN: Final = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._:/+=@-]{0,127}")
_TRACE: Final = re.compile(rb"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}.*")


def identified(scope: Scope, *, by_trusted: bool) -> RequestInHand:
    """Return the request of *scope*, with the id that a proxy gave it, or with one of its own.

    Only who is trusted may give ids, and tell of a trace (W3C Trace Context, section 3.2): a
    visitor could make two requests look like one.
    """
    given = trace = None
    if by_trusted:
        for name, value in scope["headers"]:
            if name == FIELD:
                given = _GIVEN.fullmatch(value)
            elif name == b"traceparent":
                trace = _TRACE.fullmatch(value)
    return RequestInHand(
        secrets.token_hex(16) if given is None else given[0].decode("ascii"),
        "" if trace is None else trace[1].decode("ascii"),
    )


def fields_with_id(fields: Fields) -> Fields:
    """Return the header *fields* with the id of the request in hand, as a proxy would send it."""
    request = request_in_hand()
    if request is None:
        return fields
    others = [field for field in fields if field[0] != FIELD]
    return [*others, (FIELD, request.id.encode("ascii"))]


def id_line() -> bytes:
    """Return the line of a head that gives the id of the request in hand back, if there is one."""
    request = request_in_hand()
    return b"" if request is None else f"{NAME}: {request.id}\r\n".encode("ascii")
