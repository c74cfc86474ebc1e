"""The short answer of a server that did not get as far as an application.

A head that never ends, a websocket that is refused: there is no ASGI application to
answer, and the peer still deserves to be told why before the connection closes.
"""

from http import HTTPStatus

from docsync_trio.base.errors import Refusal
from docsync_trio.base.request_in_hand import request_in_hand
from docsync_trio.server.visits.request_id import NAME


def plain_answer(refusal: Refusal) -> bytes:
    """Return the whole HTTP/1.1 response that says *refusal* and ends the connection."""
    body = f"{refusal}\n".encode()
    try:
        phrase = HTTPStatus(refusal.status).phrase
    except ValueError:
        phrase = ""
    lines = [
        f"HTTP/1.1 {refusal.status} {phrase}".rstrip(),
        *(f"{name}: {value}" for name, value in answer_headers(refusal)),
        f"Content-Length: {len(body)}",
        "Connection: close",
        "\r\n",
    ]
    return "\r\n".join(lines).encode("ascii") + body


def answer_headers(refusal: Refusal) -> list[tuple[str, str]]:
    """Return the headers that say how to read *refusal*, whatever carries them."""
    headers = [("Content-Type", "text/plain; charset=utf-8")]
    if refusal.retry_after is not None:
        headers.append(("Retry-After", str(refusal.retry_after)))
    if (request := request_in_hand()) is not None:
        headers.append((NAME, request.id))
    return headers
