"""A request as its visitor made it, from one as a trusted proxy sent it on.

Everything behind this (routes, pages, origins, redirects, logs, mounted web applications)
reads the ASGI scope, so the scope is where it is put right: once for every request,
whichever transport brought it.
"""

from urllib.parse import quote

import attrs
from starlette.types import Scope

from docsync_trio.config.schema import ServerSettings
from docsync_trio.server.visits.cross_origin import DEFAULT_PORTS, split_host
from docsync_trio.server.visits.forwarded import NAMES, TrustedProxies, Visitor, visitor_behind
from docsync_trio.server.visits.request import site_path

_SECURE = {"http": "https", "ws": "wss"}


@attrs.frozen
class VisitedScope:
    """Puts scopes right; *trusted* are the proxies, *prefix* is the site's own."""

    trusted: TrustedProxies
    prefix: str

    @classmethod
    def of(cls, settings: ServerSettings) -> "VisitedScope":
        """Read the site's settings."""
        return cls(TrustedProxies.of(settings.trusted_proxies), settings.prefix)

    def of_request(self, scope: Scope) -> Scope:
        """Return *scope*, or a copy with client, scheme, host and path as the visitor has them."""
        fields = scope.get("headers", ())
        if not self.trusted or not any(name in NAMES for name, _ in fields):
            return scope
        client = scope.get("client")
        visitor = visitor_behind(client and (client[0], client[1]), scope["headers"], self.trusted)
        changed = {**scope, "client": visitor.client, "scheme": _scheme(scope, visitor)}
        if host := _host(changed, visitor):
            others = [field for field in scope["headers"] if field[0] != b"host"]
            changed["headers"] = [(b"host", host.encode("ascii")), *others]
        if visitor.prefix and not self._is_still_there(scope, visitor.prefix):
            changed |= _below(visitor.prefix, scope)
        return changed

    def _is_still_there(self, scope: Scope, prefix: str) -> bool:
        """Say whether the proxy names the site's own prefix and has left it in the path."""
        path = scope["path"]
        return prefix == self.prefix and (path == prefix or path.startswith(f"{prefix}/"))


def _scheme(scope: Scope, visitor: Visitor) -> str:
    own: str = scope.get("scheme", "http")
    if visitor.scheme is None:
        return own
    plain = "ws" if scope["type"] == "websocket" else "http"
    return _SECURE[plain] if visitor.scheme == "https" else plain


def _host(scope: Scope, visitor: Visitor) -> str | None:
    """The host as the browser has it, None where there is nothing to change.

    A port in it is the browser's own; the one that is told beside it counts only where a
    proxy has passed the name on alone.
    """
    asked = next((value for name, value in scope["headers"] if name == b"host"), b"")
    host = visitor.host or asked.decode("latin-1")
    secure = scope["scheme"] in _SECURE.values()
    usual = DEFAULT_PORTS["https" if secure else "http"]
    if visitor.port in {None, usual} or not host or split_host(host)[1]:
        return visitor.host
    return f"{host}:{visitor.port}" if host.isascii() else None


def _below(prefix: str, scope: Scope) -> Scope:
    root: str = scope.get("root_path", "")
    path: str = scope["path"]
    raw = scope.get("raw_path") or quote(path).encode("ascii")
    # Servers differ on whether the path that they hand on still has the root in it.
    has_root = site_path(path, root) != path or not root
    before = prefix if has_root else f"{prefix}{root}"
    return {
        "root_path": f"{prefix}{root}",
        "path": f"{before}{path}",
        "raw_path": before.encode() + raw,
    }
