"""Parameters in paths: whole numbers that Python is willing to read, and the rest of a path.

Python refuses to read a number of some thousand digits, and a path has room for it. And the
rest of an application's path has no empty part, nor a slash at its end: what a page loads by
addresses relative to its own would be looked for elsewhere.
"""

from typing import Final

from starlette.convertors import IntegerConvertor, StringConvertor, register_url_convertor

_KIND: Final = "docsync_int"
_REST: Final = "docsync_rest"


class _ShortInteger(IntegerConvertor):
    """A number that fits into 64 bits; there is no page at a longer one."""

    regex = "[0-9]{1,18}"


class _Rest(StringConvertor):
    """One part of a path or several."""

    regex = "[^/]+(?:/[^/]+)*"

    def to_string(self, value: str) -> str:
        """Return *value*, slashes and all."""
        return str(value)


register_url_convertor(_KIND, _ShortInteger())
register_url_convertor(_REST, _Rest())


def with_short_numbers(path: str) -> str:
    """Return the pattern *path* with such numbers only in the place of ``int`` parameters."""
    return path.replace(":int}", f":{_KIND}}}")


def application_pattern(path: str) -> str:
    """Return the pattern of an application's *path*: the same, and its rest as said above."""
    return with_short_numbers(path).replace(":path}", f":{_REST}}}")
