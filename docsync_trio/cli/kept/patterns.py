"""Regular expressions, translated once per installation.

The modules that a server imports make a hundred of them when they are imported, and Python
translates each from its text, in Python. What comes out are plain numbers, which the C part of
`re` checks again when it gets them.
"""

import importlib
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FunctionType
from typing import Any, Final

from docsync_trio.cli.kept.code import KeptCode, digest

_sre: Final[Any] = importlib.import_module("_sre")

_VERSION: Final = f"{sys.version} {_sre.MAGIC}"
"""Other versions have other numbers, and other letters that are alike."""


@contextmanager
def kept_patterns(code: KeptCode) -> Iterator[None]:
    """Within the block, regular expressions are taken from *code*, and added to it."""
    home: Any = vars(re).get("_compiler")
    stock = getattr(home, "compile", None)
    if not isinstance(stock, FunctionType):
        yield
        return
    home.compile = _translating(code, stock)
    try:
        yield
    finally:
        home.compile = stock


def _translating(code: KeptCode, stock: FunctionType) -> Callable[..., Any]:
    """Return what does the same as *stock*, `re`'s function from a text to a pattern."""

    def translate(pattern: Any, flags: Any = 0) -> Any:
        if type(pattern) not in {str, bytes} or int(flags) & re.DEBUG:
            return stock(pattern, flags)
        key = digest("re", _VERSION, type(pattern).__name__, repr(pattern), str(int(flags)))
        known = code.find(key)
        if known is not None:
            return _sre.compile(pattern, *known)
        overheard = _Overheard()
        made = FunctionType(stock.__code__, stock.__globals__ | {"_sre": overheard})
        made.__defaults__ = stock.__defaults__
        found = made(pattern, flags)
        if overheard.numbers is not None:
            code.add(key, overheard.numbers)
        return found

    return translate


class _Overheard:
    """Stands in for the C part of `re`, and remembers what it was given."""

    numbers: tuple[Any, ...] | None = None

    def compile(self, pattern: Any, flags: int, code: list[int], *more: Any) -> Any:
        """Do what the original does."""
        groups, names, order = more
        self.numbers = (int(flags), [*map(int, code)], groups, dict(names), tuple(order))
        return _sre.compile(pattern, flags, code, *more)
