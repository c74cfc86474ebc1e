"""Requests that are sent exactly as they are told, malformed paths included."""

from docsync_trio.testing.memory_network import answer_to


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
    return await answer_to(app, http_scope(target, **how) | (scope or {}))
