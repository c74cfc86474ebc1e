"""An address of its own for what machines ask, answered while the server's loop is held.

A callback that holds the loop for five seconds is no reason to kill a server with all its
sessions. So these answers come from threads, which need nothing of the loop.
"""

import contextlib
import http.server
import logging
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from email.utils import formatdate
from typing import Final
from urllib.parse import urlsplit

from docsync_trio.server.monitoring.health import Answer, Question

MOST: Final = 16
"""Requests that are answered at once; whoever comes beyond them is hung up on."""

PATIENCE: Final = 5.0
"""Seconds for which a peer may keep a thread waiting."""

_LOOK: Final = 0.2  # seconds between two looks whether the block has ended
_NO_DESCRIPTORS_PAUSE: Final = 0.1

log = logging.getLogger("docsync_trio.monitoring")

AnswerAt = Callable[[str, Question], Answer | None]
"""Returns what is answered at a path, None where there is nothing; any thread may call."""


@contextlib.contextmanager
def answering(sockets: Sequence[socket.socket], answer_at: AnswerAt) -> Iterator[None]:
    """Answer requests on the listening *sockets* for the length of the block; closes them."""
    servers = [_Server(each, answer_at) for each in sockets]
    threads = [
        threading.Thread(target=each.serve_forever, args=(_LOOK,), name="monitoring", daemon=True)
        for each in servers
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, listener: socket.socket, answer_at: AnswerAt) -> None:
        super().__init__(("", 0), _Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = listener
        self.answer_at = answer_at
        self._room = threading.BoundedSemaphore(MOST)

    def get_request(self) -> tuple[socket.socket, object]:
        try:
            return super().get_request()
        except OSError:
            # Without a free descriptor the connection stays where it is, and so would we.
            time.sleep(_NO_DESCRIPTORS_PAUSE)
            raise

    def verify_request(self, request: object, client_address: object) -> bool:
        del request, client_address
        return self._room.acquire(blocking=False)

    def process_request(self, request: object, client_address: object) -> None:
        try:
            super().process_request(request, client_address)  # type: ignore[arg-type]
        except RuntimeError:  # there can be no more threads now
            self._room.release()
            raise

    def process_request_thread(self, request: object, client_address: object) -> None:
        try:
            super().process_request_thread(request, client_address)  # type: ignore[arg-type]
        finally:
            self._room.release()

    def handle_error(self, request: object, client_address: object) -> None:
        """Log what raised, unless it is that the peer has gone."""
        del request, client_address
        if not isinstance(error := sys.exception(), OSError):
            log.error("a question about the server could not be answered", exc_info=error)


class _Handler(http.server.BaseHTTPRequestHandler):
    timeout = PATIENCE
    server: _Server

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        question = Question(asked.query, self.headers.get("Accept", ""))
        answer = self.server.answer_at(asked.path, question)
        answer = answer or Answer(404, b"nothing here\n", "text/plain; charset=utf-8")
        self.send_response_only(answer.status)
        self.send_header("Date", formatdate(usegmt=True))
        self.send_header("Content-Type", answer.media_type)
        self.send_header("Content-Length", str(len(answer.body)))
        self.send_header("Cache-Control", "no-store")
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    do_HEAD = do_GET  # noqa: N815 - the name that the standard library looks for

    def version_string(self) -> str:
        return "docsync"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Say nothing: these requests come every few seconds."""
