"""Floor 4: sessions of a server in a program: their documents here, kept in step.

It knows how one comes to a session (`way_in`), how the connection is kept and found again
(`line`), and how a document follows another one (`replica`). It refuses to know our
server, its neighbor: Bokeh's does as well. `session` is for programs on Trio, `blocking`
for all others. Start with `session`.

Programs import what they need from here; each name is fetched when it is asked for.
"""

import importlib
from typing import Any

_ERRORS = (
    "ApplicationFailed",
    "CertificateUntrusted",
    "ClientError",
    "NoAnswer",
    "NoSuchApplication",
    "NotTaken",
    "OriginRefused",
    "Refused",
    "ServerFault",
    "ServerFull",
    "ServerUnreachable",
    "SessionExpired",
    "TokenExpired",
    "TokenRefused",
)
_NEWS = ("ApplicationRaised", "ConnectionLost", "Rejoined", "Remade")
_HOMES = {
    "Patience": "patience",
    "Session": "session",
    "pull_session": "session",
    "push_session": "session",
    **dict.fromkeys(_ERRORS, "errors"),
    **dict.fromkeys(_NEWS, "news"),
}

__all__ = sorted(_HOMES)  # noqa: PLE0605


def __getattr__(name: str) -> Any:
    """Import what is asked for, and only that."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
