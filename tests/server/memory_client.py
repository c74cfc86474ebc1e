"""An ASGI client in memory that sends exactly what it is told, malformed paths included."""

import attrs

from docsync_trio.sessions.request import Headers


@attrs.frozen
class Reply:
    status: int
    headers: Headers
    body: bytes
    chunks: int

    @property
    def text(self) -> str:
        return self.body.decode()


def http_scope(target, *, method="GET", headers=(), root_path="", scheme="http"):
    path, _, query = target.partition("?")
    fields = dict({"host": "example.org"}, **dict(headers))
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": scheme,
        "path": path,
        "raw_path": path.encode("utf-8", "surrogateescape"),
        "root_path": root_path,
        "query_string": query.encode(),
        "headers": [(n.lower().encode(), v.encode()) for n, v in fields.items()],
        "client": ("10.0.0.9", 4444),
        "server": ("example.org", 80),
    }


async def ask(app, target, *, scope=None, **how):
    """Send one request for *target* (a decoded path, and a query as it is sent)."""
    started, chunks = [], []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(event):
        (started if event["type"] == "http.response.start" else chunks).append(event)

    await app(http_scope(target, **how) | (scope or {}), receive, send)
    (start,) = started
    assert not chunks[-1].get("more_body")
    headers = Headers((n.decode(), v.decode()) for n, v in start["headers"])
    body = b"".join(chunk.get("body", b"") for chunk in chunks)
    if how.get("method") == "HEAD" or start["status"] == 304:
        assert body == b""
    elif "content-length" in headers:
        assert len(body) == int(headers["content-length"])
    return Reply(start["status"], headers, body, len(chunks))
