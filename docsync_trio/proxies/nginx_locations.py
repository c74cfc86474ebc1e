"""Which of nginx's locations answers for a path, as ngx_http_core_module describes it."""

import re
from collections.abc import Sequence

from docsync_trio.proxies.directives import Directive

Chain = tuple[Directive, ...]
"""Blocks, from the outermost to the one that answers."""


def find_location(chain: Chain, path: str) -> Chain:
    """Return *chain* with the locations inside of its last block that answer for *path*."""
    locations = chain[-1].all("location")
    chosen = _exact(locations, path) or _by_prefix_or_pattern(locations, path)
    return chain if chosen is None else find_location((*chain, chosen), path)


def find_named(server: Directive, name: str) -> Directive | None:
    """Return the location ``@name`` of *server*."""
    return next((one for one in server.all("location") if one.words == (name,)), None)


def _exact(locations: Sequence[Directive], path: str) -> Directive | None:
    return next((one for one in locations if one.words == ("=", path)), None)


def _by_prefix_or_pattern(locations: Sequence[Directive], path: str) -> Directive | None:
    best = max(
        (one for one in locations if (p := prefix_of(one)) is not None and path.startswith(p)),
        key=lambda one: len(prefix_of(one) or ""),
        default=None,
    )
    if best is not None and best.word(0) == "^~":
        return best
    return next((one for one in locations if _matches(one, path)), best)


def prefix_of(location: Directive) -> str | None:
    """Return the prefix that *location* is for; None where it is a pattern, exact or named."""
    match location.words:
        case ("^~", prefix) | (prefix,) if not prefix.startswith("@"):
            return prefix
        case _:
            return None


def _matches(location: Directive, path: str) -> bool:
    match location.words:
        case (("~" | "~*") as kind, pattern):
            flags = re.IGNORECASE if kind == "~*" else 0
            try:
                return re.search(pattern, path, flags) is not None
            except re.error:  # Perl's dialect knows more than Python's
                return False
        case _:
            return False
