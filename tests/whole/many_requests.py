"""Many requests over connections that are kept, by a client that is quicker than any server.

It writes requests in bundles and counts the status lines that come back.
"""

import socket
import ssl
import time
from collections import Counter
from collections.abc import Sequence
from typing import BinaryIO
from urllib.parse import urlsplit

BUNDLE = 25
PATIENCE = 20.0


def statuses(
    url: str, paths: Sequence[str], number: int, *, rest: float = 0.0, rests: int = 0
) -> Counter[int]:
    """Ask for *paths* in turn, *number* times in all, and count the statuses.

    Before the end there are *rests* in which nothing is asked, each of *rest* seconds, after
    which connections between proxy and server are about to be too old.
    """
    counted: Counter[int] = Counter()
    share = max(BUNDLE, number // (rests + 1))
    while counted.total() < number:
        counted += _burst(url, paths, min(share, number - counted.total()))
        if counted.total() < number:
            time.sleep(rest)
    return counted


def _burst(url: str, paths: Sequence[str], number: int) -> Counter[int]:
    counted: Counter[int] = Counter()
    while counted.total() < number:
        with connect(url) as connection, connection.makefile("rb") as answers:
            counted += _conversation(connection, answers, paths, number - counted.total())
    return counted


def _conversation(
    connection: socket.socket, answers: BinaryIO, paths: Sequence[str], number: int
) -> Counter[int]:
    """Ask until there are *number* answers, or the other side says that it is the last one."""
    counted: Counter[int] = Counter()
    host = f"127.0.0.1:{connection.getpeername()[1]}"
    while counted.total() < number:
        asked = [paths[i % len(paths)] for i in range(min(BUNDLE, number - counted.total()))]
        connection.sendall("".join(_request(path, host) for path in asked).encode())
        for _ in asked:
            status, is_last = _status(answers)
            counted[status] += 1
            if is_last:
                return counted
    return counted


def _request(path: str, host: str) -> str:
    return f"GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept-Encoding: identity\r\n\r\n"


def _status(answers: BinaryIO) -> tuple[int, bool]:
    first = answers.readline()
    assert first, "the connection ended without an answer"
    length, is_last = 0, False
    while (line := answers.readline()) not in (b"\r\n", b""):
        name, _, value = line.lower().partition(b":")
        if name == b"content-length":
            length = int(value)
        is_last |= name == b"connection" and b"close" in value
    answers.read(length)
    return int(first[9:12]), is_last


def connect(url: str, *, source: str = "127.0.0.1") -> socket.socket:
    """Connect to the host of *url*, from the address *source*; certificates are not looked at."""
    parts = urlsplit(url)
    assert parts.hostname
    plain = socket.create_connection(
        (parts.hostname, parts.port or 80), timeout=PATIENCE, source_address=(source, 0)
    )
    if parts.scheme == "http":
        return plain
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context.wrap_socket(plain)


def ask(url: str, *, source: str = "127.0.0.1", **headers: str) -> tuple[int, bytes, bytes]:
    """Return status, head and body of the answer to one request."""
    parts = urlsplit(url)
    fields = {"Host": parts.netloc, "Connection": "close"}
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"GET {parts.path} HTTP/1.1", *(f"{n}: {v}" for n, v in fields.items()), "", ""]
    with connect(url, source=source) as connection:
        connection.sendall("\r\n".join(lines).encode())
        with connection.makefile("rb") as answer:
            head, _, body = answer.read().partition(b"\r\n\r\n")
    return int(head[9:12]), head.lower(), body
