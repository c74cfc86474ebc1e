"""Where a route sends its visitors."""

import re
from typing import Any, Final

import attrs

from docsync_trio.config.kind import Kind, KindError, Surroundings, shown

STATUSES: Final = (301, 302, 303, 307, 308)
_PARAMETER: Final = re.compile(r"\{([A-Za-z_]\w*)\}", re.ASCII)
_STRANGE: Final = re.compile(r"[^\w.~!$&'()*+,;=:@/?#%-]")
# A parameter in the name of the server would let visitors be sent to any.
_URL: Final = re.compile(r"https?://[^/?#{}]+(?:[/?#].*)?", re.ASCII)


@attrs.frozen
class RedirectTarget(Kind):
    """A path of the site, or the whole URL of another one; ``{name}`` repeats a parameter."""

    words = 'a path such as "/sliders", or a URL such as "https://example.org/{rest}"'

    def read(self, value: object, _around: Surroundings, /) -> str:
        """Return the target."""
        if not isinstance(value, str) or not value:
            raise self.refuse(value)
        if value.startswith("//"):
            raise KindError(f"{shown(value)} is another server's; write {shown('https:' + value)}")
        if not value.startswith("/") and not _URL.fullmatch(value):
            raise self.refuse(value)
        if strange := _STRANGE.search(_PARAMETER.sub("x", value)):
            hint = "; a parameter is repeated as {name}" if strange[0] in "{}" else ""
            raise KindError(f"{shown(strange[0])} cannot stand in a URL{hint}")
        return value

    def json_schema(self) -> dict[str, Any]:
        """Return the schema of a path or a URL."""
        return {"type": "string", "pattern": "^(?:/(?!/)|https?://)"}


@attrs.frozen
class RedirectStatus(Kind):
    """The status of a redirect."""

    words = "301 or 308 (for good), 302, 303 or 307 (for now)"

    def read(self, value: object, _around: Surroundings, /) -> int:
        """Return the status."""
        if isinstance(value, bool) or not isinstance(value, int) or value not in STATUSES:
            number = isinstance(value, str) and value in map(str, STATUSES)
            raise self.refuse(value, f"write {value}, without quotes" if number else "")
        return value

    def json_schema(self) -> dict[str, Any]:
        """Return the schema of an enumeration."""
        return {"enum": list(STATUSES)}


def parameters_of(target: str) -> list[str]:
    """Return the names of the parameters that *target* repeats."""
    return _PARAMETER.findall(target)


def filled(target: str, values: dict[str, str]) -> str:
    """Return *target* with *values* in the places of its parameters."""
    return _PARAMETER.sub(lambda found: values[found[1]], target)
