"""Whole numbers in paths, of a length that Python is willing to read.

Python refuses to read a number of some thousand digits, and a path has room for it.
"""

from typing import Final

from starlette.convertors import IntegerConvertor, register_url_convertor

_KIND: Final = "docsync_int"


class _ShortInteger(IntegerConvertor):
    """A number that fits into 64 bits; there is no page at a longer one."""

    regex = "[0-9]{1,18}"


register_url_convertor(_KIND, _ShortInteger())


def with_short_numbers(path: str) -> str:
    """Return the pattern *path* with such numbers only in the place of ``int`` parameters."""
    return path.replace(":int}", f":{_KIND}}}")
