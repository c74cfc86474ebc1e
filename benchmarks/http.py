"""A browser's requests for pages and files, on sockets of our own."""

import re
import socket

import attrs

SECONDS = 120.0
"""How long an answer may take; bokeh serve has been seen to stand still for 40 s."""

_CHUNK = 1 << 18
_ASK = (
    "GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: benchmark\r\nAccept: */*\r\n"
    "Accept-Encoding: {encodings}\r\n{more}\r\n"
)


@attrs.frozen
class Answer:
    """*size* counts the head as well: the bytes that were received."""

    status: int
    head: str
    body: bytes
    size: int


def connect(port: int) -> socket.socket:
    """Return a new connection to the server."""
    connected = socket.create_connection(("127.0.0.1", port), timeout=SECONDS)
    connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connected


def ask(
    connection: socket.socket, path: str, *, more: str = "", encodings: str = "identity"
) -> None:
    """Send a GET; *more* are header lines, each ended."""
    _, port = connection.getpeername()
    host = f"127.0.0.1:{port}"
    request = _ASK.format(path=path, host=host, more=more, encodings=encodings)
    connection.sendall(request.encode())


def read_head(connection: socket.socket) -> tuple[str, bytearray]:
    """Return the head of an answer, and what has come of the rest."""
    data = bytearray()
    while (end := data.find(b"\r\n\r\n")) < 0:
        piece = connection.recv(_CHUNK)
        if not piece:
            raise ConnectionError(f"the server hung up after {bytes(data)!r}")
        data += piece
    head = data[: end + 4].decode("latin-1")
    del data[: end + 4]
    return head, data


def read_answer(connection: socket.socket) -> Answer:
    """Return the whole answer."""
    head, body = read_head(connection)
    length = re.search(r"(?i)\r\ncontent-length: *(\d+)", head)
    while not _whole(body, int(length[1]) if length else None):
        piece = connection.recv(_CHUNK)
        if not piece:
            raise ConnectionError(f"the server hung up within the answer to {head!r}")
        body += piece
    return Answer(int(head.split(" ", 2)[1]), head, bytes(body), len(head) + len(body))


def _whole(body: bytearray, length: int | None) -> bool:
    """Whether that is all; without a length the body comes in chunks."""
    return body.endswith(b"0\r\n\r\n") if length is None else len(body) >= length


def get(port: int, path: str, *, encodings: str = "identity") -> Answer:
    """Fetch *path* as somebody who has never been here: on a connection of its own."""
    with connect(port) as connection:
        ask(connection, path, encodings=encodings)
        answer = read_answer(connection)
    if answer.status != 200:  # noqa: PLR2004 - OK
        raise ConnectionError(f"{path}: {answer.head}{answer.body[:200]!r}")
    return answer
