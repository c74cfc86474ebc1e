"""Whether a function of Bokeh still is the one that a replacement was written for.

A replacement has to do what the function does, so what counts is its source text.
Another version of Bokeh with the same text will do; one with a different text keeps its
own function until somebody has read it.
"""

import functools
import hashlib
import inspect
import linecache
from types import FunctionType
from typing import Any, Final

from docsync_trio.documents.speedups.known_texts import KNOWN_TEXTS

_SHORT: Final = 12
"""Hexadecimal digits of a digest: enough to tell a handful of texts apart."""


def is_known(function: Any) -> bool:
    """Whether the text of *function* is one that we know."""
    plain = _plain(function)
    return plain is not None and digest(plain) in KNOWN_TEXTS.get(name_of(plain), ())


def where(function: Any) -> str:
    """Name, file and line of *function*; empty where there is no source."""
    plain = _plain(function)
    if plain is None:
        return ""
    code = plain.__code__
    return f"{name_of(plain)} {code.co_filename} {code.co_firstlineno}"


def name_of(function: FunctionType) -> str:
    """The full name of *function*, by which its texts are listed."""
    return f"{function.__module__}.{function.__qualname__}"


def digest(function: FunctionType) -> str:
    """A short digest of the text of *function*; of nothing where there is no source."""
    code = function.__code__
    lines = linecache.getlines(code.co_filename)[code.co_firstlineno - 1 :]
    text = "".join(line.rstrip() + "\n" for line in _block(lines))
    return hashlib.sha256(text.encode()).hexdigest()[:_SHORT]


def _block(lines: list[str]) -> list[str]:
    """The lines of the function at the head of *lines*; `inspect` would take 100 times as long."""
    block: list[str] = []
    inside = False
    for line in lines:
        text = line.strip()
        if inside and text and _indent(line) <= _indent(lines[0]) and text[0] not in ")]}":
            break
        inside = inside or text.startswith(("def ", "class "))
        block.append(line)
    while block and not block[-1].strip():
        block.pop()
    return block


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _plain(function: Any) -> FunctionType | None:
    if isinstance(function, (classmethod, staticmethod)):
        function = function.__func__
    if isinstance(function, functools._lru_cache_wrapper):  # noqa: SLF001
        function = inspect.unwrap(function)
    return function if isinstance(function, FunctionType) else None
