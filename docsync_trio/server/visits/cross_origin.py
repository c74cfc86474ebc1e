"""Which pages of other origins may talk to this site.

A browser lets any page open a websocket to any server, with the visitor's cookies, and
tells the server only where that page came from. So the server has to ask: is it a page
of my own, or of somebody the operator named? The same answer serves `autoload.js`,
because a page that may not open the websocket could do nothing with the script.
"""

from collections.abc import Sequence
from urllib.parse import urlsplit

import attrs

DEFAULT_PORTS = {"http": 80, "https": 443}


@attrs.frozen
class Origin:
    """Where a page came from; *host* is lower-case, IPv6 addresses without brackets."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"


def parse_origin(text: str) -> Origin | None:
    """Return what an ``Origin`` header names, or None.

    None stands for ``null`` (a sandboxed frame, a local file), for schemes of browser
    extensions and the like, and for what no browser sends.
    """
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return None
    extra = parts.path or parts.query or parts.fragment or "@" in parts.netloc
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname or extra:
        return None
    return Origin(parts.scheme, parts.hostname, port or DEFAULT_PORTS[parts.scheme])


def is_same_host(origin: Origin, host: str) -> bool:
    """Say whether *origin* is the ``Host`` that the request itself was sent to.

    The scheme is not compared: behind a proxy that ends TLS the server sees plain
    HTTP while the page has come by HTTPS. A port left out means the one the page's
    scheme stands for.
    """
    name, port = split_host(host)
    return bool(name) and name == origin.host and origin.port == _port(port, origin)


def is_allowed(origin: Origin, patterns: Sequence[str]) -> bool:
    """Say whether one of the patterns of ``server.allow_origins`` names *origin*.

    A pattern is ``"host"`` (at its scheme's usual port), ``"host:port"``, either with
    ``*.`` in front for every name below the host, or ``"*"`` for every web page there is.
    """
    return any(_matches(origin, pattern) for pattern in patterns)


def _matches(origin: Origin, pattern: str) -> bool:
    if pattern == "*":
        return True
    name, port = split_host(pattern)
    if origin.port != _port(port, origin):
        return False
    if name.startswith("*."):
        return origin.host.endswith(name[1:]) and len(origin.host) > len(name[1:])
    return name == origin.host


def _port(written: str, origin: Origin) -> int:
    if written == "":
        return DEFAULT_PORTS[origin.scheme]
    return int(written) if written.isascii() and written.isdigit() else -1


def split_host(text: str) -> tuple[str, str]:
    """Return a host, in lower case and without brackets, and the port as it is written."""
    text = text.strip().lower()
    if text.startswith("["):
        name, _, rest = text[1:].partition("]")
        return name, rest.removeprefix(":")
    name, colon, port = text.rpartition(":")
    return (name, port) if colon and ":" not in name else (text, "")


def may_talk(origin: str | None, host: str, patterns: Sequence[str]) -> bool:
    """Say whether a page of *origin* may use this site, asked at *host*.

    Without an ``Origin`` header it is no page at all: programs (Bokeh's own client, a
    script) send none, and have no visitor's cookies to abuse.
    """
    if origin is None:
        return True
    parsed = parse_origin(origin)
    return parsed is not None and (is_same_host(parsed, host) or is_allowed(parsed, patterns))


def refusal_hint(origin: str) -> str:
    """Return what the operator would have to change to let *origin* in."""
    parsed = parse_origin(origin)
    if parsed is None:
        return f"the origin {origin[:100]!r} is no web page's; it cannot be allowed"
    return f'add "{parsed}" to server.allow_origins'
