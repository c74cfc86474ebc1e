"""From ASGI's scope to the request that applications know.

Both transports describe a request as an ASGI scope, so this is the one place that
reads such a description.
"""

from typing import Final
from urllib.parse import quote

from starlette.types import Scope

from docsync_trio.sessions.request import Headers, Request

VISITOR: Final = "docsync_trio.visitor"
"""Under this name a scope says who has signed in, and whether they could have."""

_PROTOCOLS = {"ws": "http", "wss": "https"}


def request_from_scope(scope: Scope) -> Request:
    """Return the request that an ASGI ``http`` or ``websocket`` scope describes.

    The path stays as the visitor sees it: with the ``root_path`` below which the site
    is mounted, and with the site's own prefix.
    """
    headers = Headers(
        (name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]
    )
    query = scope.get("query_string", b"").decode("latin-1")
    scheme: str = scope.get("scheme", "http")
    client = scope.get("client")
    user, guest = scope.get(VISITOR, (None, False))
    return Request(
        method=scope.get("method", "GET"),
        path=scope["path"],
        query=query,
        uri=f"{_raw_path(scope)}?{query}" if query else _raw_path(scope),
        host=headers.get("Host", ""),
        protocol=_PROTOCOLS.get(scheme, scheme),
        headers=headers,
        remote_ip=client[0] if client else None,
        version=f"HTTP/{scope.get('http_version', '1.1')}",
        root_path=scope.get("root_path", ""),
        user=user,
        guest=guest,
    )


def _raw_path(scope: Scope) -> str:
    raw = scope.get("raw_path")
    return raw.decode("latin-1") if raw else quote(scope["path"])


def path_of(scope: Scope) -> str:
    """Return the path of a scope as the site's own routes know it; see `site_path`."""
    return site_path(scope["path"], scope.get("root_path", ""))


def site_path(path: str, root_path: str) -> str:
    """Return the part of *path* that the site's own routes know.

    Servers differ on whether the path they hand to a mounted application still has
    the part it is mounted below.
    """
    if root_path and (path == root_path or path.startswith(root_path + "/")):
        return path[len(root_path) :]
    return path
