"""What a list of visits says about one request, or one websocket, when it is over.

Nothing in it opens a session or a door: values of arguments that do are left out.
"""

import re
from typing import Any, Final
from urllib.parse import unquote_plus

import attrs
from starlette.types import Scope

from docsync_trio.base.traffic import Traffic
from docsync_trio.server.sockets.peer_name import UNIX

LONGEST: Final = 1000
"""Characters of anything that a visitor sends; more of it is cut off."""

MASK: Final = "***"
"""What stands for a value that nobody should read."""

_SECRET: Final = re.compile(
    r"token|session|passw|secret|signature|api[-_]?key|credential", re.IGNORECASE
)
_SECRET_NAMES: Final = {"auth", "code", "jwt", "key", "sig", "state"}
_DEPTH: Final = 3  # a URL in a URL in a URL
_INNER: Final = re.compile(r"[?&;]([^?&;=]*)=")
_BETWEEN: Final = re.compile(r"([&;])")


@attrs.frozen(kw_only=True)
class Answered:
    """A request that was answered, or a websocket that has ended.

    *at* is when it came, in seconds since the epoch; *peer* the address of the visitor, without
    a port; *user* who has signed in. *target* is path and query as they were sent, without
    secrets, and empty where no request was understood. *size* is in bytes, of the body alone;
    *status* 0 says that no answer was given, *whole* that nothing of it is missing.
    *traffic* and *close_code* (0: none) are a websocket's.
    """

    at: float
    peer: str
    method: str = ""
    target: str = ""
    version: str = "1.1"
    agent: str = ""
    referer: str = ""
    status: int = 0
    size: int = 0
    seconds: float = 0.0
    whole: bool = True
    traffic: Traffic | None = None
    close_code: int = 0
    request: str = ""
    trace: str = ""
    user: str = ""
    application: str = ""
    session: str = ""


def asked(scope: Scope, at: float) -> Answered:
    """Return what is known of the request of *scope* when it comes, *at* a time."""
    agent = referer = b""
    for name, value in scope["headers"]:
        if name == b"user-agent":
            agent = value
        elif name == b"referer":
            referer = value
    return Answered(
        at=at,
        peer=_host(scope.get("client")),
        method=scope.get("method", "GET"),
        target=_target(scope),
        version=scope.get("http_version", "1.1"),
        agent=_shortened(_text(agent)),
        referer=_shortened(without_secrets(_text(referer))),
    )


def without_secrets(url: str) -> str:
    """Return *url* with a mask in place of the values that let somebody in."""
    path, mark, query = url.partition("?")
    return path + mark + "".join(map(_masked, _BETWEEN.split(query))) if query else url


def _masked(argument: str) -> str:
    name, equals, value = argument.partition("=")
    if value and (_is_secret(name) or _has_secrets(value)):
        return f"{name}{equals}{MASK}"
    return argument


def _is_secret(name: str) -> bool:
    plain = unquote_plus(name).lower()
    return plain in _SECRET_NAMES or _SECRET.search(plain) is not None


def _has_secrets(value: str) -> bool:
    """Say whether *value* is a URL with secrets: where somebody is to go after a sign-in."""
    for _ in range(_DEPTH):
        value = unquote_plus(value)
    return any(_is_secret(name) for name in _INNER.findall(value))


def _target(scope: Scope) -> str:
    raw: Any = scope.get("raw_path")
    path = _text(raw) if raw else scope["path"]
    query = _text(scope.get("query_string", b""))
    return _shortened(without_secrets(f"{path}?{query}") if query else path)


def _host(client: Any) -> str:
    return UNIX if client is None else str(client[0])


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."


def _text(sent: bytes) -> str:
    return sent.decode("utf-8", "backslashreplace")
