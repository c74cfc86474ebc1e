"""What people put before the command: ``BOKEH_ALLOW_WS_ORIGIN=desk.example.org bokeh serve ...``.

Bokeh reads some of its flags from variables, where the command line does not say otherwise.
Nothing here does: a server whose variables are forgotten lets no page in.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final

import attrs

_ASSIGNMENT: Final = re.compile(r"((?:BOKEH|PANEL)_\w+)=(.*)", re.DOTALL)
_NO: Final = {"", "0", "false", "no", "off"}


@attrs.frozen
class Variable:
    """The variable *name*, and the *flag* that says the same; *words* makes that of its value."""

    name: str
    flag: str
    words: Callable[[str], list[str]] = lambda value: [value]


def _listed(value: str) -> list[str]:
    return [word.strip() for word in value.split(",") if word.strip()]


def _signed(value: str) -> list[str]:
    return [] if value.lower() in _NO else ["signed"]


def _wanted(value: str) -> list[str]:
    return [] if value.lower() in _NO else [value]


VARIABLES: Final = (
    Variable("BOKEH_ALLOW_WS_ORIGIN", "--allow-websocket-origin", _listed),
    Variable("BOKEH_AUTH_MODULE", "--auth-module"),
    Variable("BOKEH_ICO_PATH", "--ico-path"),
    Variable("BOKEH_PY_LOG_LEVEL", "--log-level"),
    Variable("BOKEH_SIGN_SESSIONS", "--session-ids", _signed),
    Variable("BOKEH_SSL_CERTFILE", "--ssl-certfile"),
    Variable("BOKEH_SSL_KEYFILE", "--ssl-keyfile"),
    Variable("PANEL_BASIC_AUTH", "--basic-auth"),
    Variable("PANEL_COOKIE_SECRET", "--cookie-secret"),
    Variable("PANEL_OAUTH_ENCRYPTION", "--oauth-encryption-key"),
    Variable("PANEL_OAUTH_EXPIRY", "--oauth-expiry-days"),
    Variable("PANEL_OAUTH_EXTRA_PARAMS", "--oauth-extra-params"),
    Variable("PANEL_OAUTH_JWT_USER", "--oauth-jwt-user"),
    Variable("PANEL_OAUTH_KEY", "--oauth-key"),
    Variable("PANEL_OAUTH_OPTIONAL", "--oauth-optional", _wanted),
    Variable("PANEL_OAUTH_PROVIDER", "--oauth-provider"),
    Variable("PANEL_OAUTH_REDIRECT_URI", "--oauth-redirect-uri"),
    Variable("PANEL_OAUTH_REFRESH_TOKENS", "--oauth-refresh-tokens", _wanted),
    Variable("PANEL_OAUTH_SECRET", "--oauth-secret"),
)
"""Those of their variables that are flags of `bokeh serve`, or of `panel serve`, as well."""

SECRETS: Final = {"BOKEH_COOKIE_SECRET", "BOKEH_SECRET_KEY", "BOKEH_SSL_PASSWORD"}
"""Variables that a site file names where it needs them."""


@attrs.frozen
class Assigned:
    """What the words before a command assign: *flags* with their values, *others* by name."""

    flags: dict[str, list[str]]
    others: tuple[str, ...]


def assigned(words: Sequence[str]) -> Assigned:
    """Return what *words* give to variables of Bokeh and Panel."""
    flags: dict[str, list[str]] = {}
    others = []
    for name, value in _assignments(words):
        known = next((one for one in VARIABLES if one.name == name), None)
        if known is None:
            others.append(name)
        elif said := known.words(value):
            flags[known.flag] = said
    return Assigned(flags, tuple(name for name in others if name not in SECRETS))


def _assignments(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    for word in words:
        if found := _ASSIGNMENT.fullmatch(word):
            yield found[1], found[2]
