"""WSGI applications (Flask, Django) behind an ASGI face, each request in a thread.

Ours, because what hypercorn and Starlette have for it waits without a bound, answers
nothing where a response is empty, or is about to be removed. The whole call is made in
one thread: frameworks keep a request's state, and database connections, by thread. The
body is read before, so that a slow visitor occupies no thread.
"""

import io
import sys
from collections.abc import Callable, Iterable, MutableMapping
from types import TracebackType
from typing import Any, Final

import attrs
import trio
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from docsync_trio.server.visits.request import site_path
from docsync_trio.sign_in.user import User

Environ = dict[str, Any]
WsgiApplication = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]
"""What PEP 3333 describes."""

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]

# A client could fill in by them what a proxy, or a library for HTTP requests, sets.
_NOT_PASSED_ON: Final = frozenset({"HTTP_PROXY", "HTTP_CONTENT_LENGTH", "HTTP_CONTENT_TYPE"})


class NobodyWaitsError(OSError):
    """Raised inside the WSGI application when nobody waits for its answer any more."""


def served_by_threads(app: WsgiApplication, *, threads: int) -> ASGIApp:
    """Return the ASGI application that calls *app* in at most *threads* threads at once."""
    limiter = trio.CapacityLimiter(threads)

    async def asgi(scope: Scope, receive: Receive, send: Send) -> None:
        environ = make_environ(scope, await _body(receive))
        call = _Call(app, environ, send)
        try:
            await trio.to_thread.run_sync(call.run, abandon_on_cancel=True, limiter=limiter)
        finally:
            call.over = True

    return asgi


async def _body(receive: Receive) -> bytes:
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return bytes(body)


def make_environ(scope: Scope, body: bytes) -> Environ:
    """Return the WSGI environment of an ASGI ``http`` scope; *body* is all of its body."""
    root = scope.get("root_path", "")
    host, port = scope.get("server") or ("localhost", None)
    environ: Environ = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": _as_latin_1(root),
        "PATH_INFO": _as_latin_1(site_path(scope["path"], root)),
        "QUERY_STRING": scope.get("query_string", b"").decode("latin-1"),
        "SERVER_NAME": host,
        "SERVER_PORT": str(port or 80),
        "SERVER_PROTOCOL": f"HTTP/{scope.get('http_version', '1.1')}",
        "CONTENT_LENGTH": str(len(body)) if body else "",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": io.BytesIO(body),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    if scope.get("client"):
        environ["REMOTE_ADDR"] = scope["client"][0]
    if isinstance(user := scope.get("user"), User):
        environ["REMOTE_USER"] = _as_latin_1(user.name)
    for name, value in scope["headers"]:
        _add_header(environ, name.decode("latin-1"), value.decode("latin-1"))
    return environ


def _as_latin_1(text: str) -> str:
    """Return *text* as WSGI has it: each byte of its UTF-8 as a character."""
    return text.encode("utf-8", "surrogateescape").decode("latin-1")


def _add_header(environ: MutableMapping[str, Any], name: str, value: str) -> None:
    if name.lower() == "content-type":
        environ["CONTENT_TYPE"] = value
        return
    key = f"HTTP_{name.upper().replace('-', '_')}"
    # An underscore in a header's name would pass for a dash.
    if key in _NOT_PASSED_ON or "_" in name:
        return
    between = "; " if key == "HTTP_COOKIE" else ", "
    environ[key] = f"{environ[key]}{between}{value}" if key in environ else value


@attrs.define(eq=False)
class _Call:
    """One request to a WSGI application, run in a thread."""

    app: WsgiApplication
    environ: Environ
    send: Send
    over: bool = False
    _start: Message | None = None
    _started: bool = False

    def run(self) -> None:
        """Call the application and send what it answers; raises what it raises."""
        try:
            self._run()
        except SystemExit as error:  # it would end the server
            raise RuntimeError(f"SystemExit({error}) raised in a WSGI application") from error

    def _run(self) -> None:
        chunks = self.app(self.environ, self._start_response)
        try:
            for chunk in chunks:
                self._write(chunk)
            self._begin()
            self._send({"type": "http.response.body", "body": b""})
        except trio.RunFinishedError as error:
            raise NobodyWaitsError("the server has ended") from error
        finally:
            if hasattr(chunks, "close"):
                chunks.close()

    def _start_response(
        self, status: str, headers: list[tuple[str, str]], exc_info: ExcInfo | None = None
    ) -> Callable[[bytes], None]:
        if exc_info is not None and self._started:
            raise exc_info[1].with_traceback(exc_info[2])
        if exc_info is None and self._start is not None:
            raise RuntimeError("the WSGI application called start_response twice")
        self._start = {
            "type": "http.response.start",
            "status": int(status.partition(" ")[0]),
            "headers": [(n.lower().encode("latin-1"), v.encode("latin-1")) for n, v in headers],
        }
        return self._write

    def _begin(self) -> None:
        if self._started:
            return
        if self._start is None:
            raise RuntimeError("the WSGI application answered without calling start_response")
        self._send(self._start)
        self._started = True

    def _write(self, chunk: bytes) -> None:
        if chunk:
            self._begin()
            self._send({"type": "http.response.body", "body": chunk, "more_body": True})

    def _send(self, message: Message) -> None:
        if self.over:
            raise NobodyWaitsError("nobody waits for the answer any more")
        trio.from_thread.run(self.send, message)
