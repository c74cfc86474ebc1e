"""Many requests over connections that are kept, by a client that is quicker than any server.

It writes requests in bundles and counts the status lines that come back.
"""

import contextlib
import socket
import ssl
import time
from collections import Counter
from collections.abc import Sequence
from typing import BinaryIO
from urllib.parse import urlsplit

BUNDLE = 25
PATIENCE = 20.0
AT_ONCE = 16
APART = 0.002
NOBODY_ASKS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
NOBODY_ASKS.check_hostname = False
NOBODY_ASKS.verify_mode = ssl.CERT_NONE


def statuses(url: str, paths: Sequence[str], number: int) -> Counter[int]:
    """Ask for *paths* ("GET /a") in turn, *number* times in all, and count the statuses."""
    counted: Counter[int] = Counter()
    while counted.total() < number:
        with connect(url) as connection, connection.makefile("rb") as answers:
            counted += _conversation(connection, answers, paths, number - counted.total())
    return counted


def after_a_rest(url: str, path: str, *, rest: float) -> Counter[int]:
    """Ask over several connections at once, and again after *rest* seconds, a little apart.

    So a proxy has several connections to the server that were last used *rest* seconds ago,
    and some of the second requests come just before the server would close them, some while
    it does, and some after that.
    """
    counted: Counter[int] = Counter()
    with contextlib.ExitStack() as stack:
        talks = [stack.enter_context(connect(url)) for _ in range(AT_ONCE)]
        request = _request(path, urlsplit(url).netloc).encode()
        for wait in (0.0, rest):
            time.sleep(wait)
            for talk in talks:
                with contextlib.suppress(OSError):  # noticed when there is no answer
                    talk.sendall(request)
                time.sleep(APART if wait else 0.0)
            counted.update(map(_answer, talks))
    return counted


def _answer(talk: socket.socket) -> int:
    """Return the status of the answer that comes next, 0 if none comes."""
    with talk.makefile("rb") as answers:
        try:
            return _status(answers)[0]
        except (OSError, AssertionError):
            return 0


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
    fields = f"Host: {host}\r\nAccept-Encoding: identity\r\nContent-Length: 0"
    return f"{path} HTTP/1.1\r\n{fields}\r\n\r\n"


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
    return NOBODY_ASKS.wrap_socket(plain)


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
