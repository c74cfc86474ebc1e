"""nginx's language: directives, blocks, and what their words mean."""

import re
from collections.abc import Iterator
from typing import Final

from docsync_trio.proxies.directives import Directive, NotReadable, Word, read_words
from docsync_trio.proxies.passage import Opener

_TOKEN: Final = re.compile(
    r"""(?P<space>\s+|\#[^\n]*)
      | (?P<sign>[{};])
      | "(?P<double>(?:[^"\\]|\\.)*)"
      | '(?P<single>(?:[^'\\]|\\.)*)'
      | (?P<bare>(?:\\.|\$\{[^}]*\}|[^\s{};"'])(?:\\.|\$\{[^}]*\}|[^\s{};])*)
    """,
    re.VERBOSE | re.DOTALL,
)
_QUOTED: Final = {"double", "single"}
_TIME_PART: Final = re.compile(r"(\d+)(ms|[smhdwMy]?)")
_TIME: Final = re.compile(r"(?:\d+(?:ms|[smhdwMy])\s*)*(?:\d+(?:ms|[smhdwMy]?))")
_SECONDS: Final = {
    "": 1.0,
    "ms": 0.001,
    "s": 1.0,
    "m": 60.0,
    "h": 3600.0,
    "d": 86_400.0,
    "w": 604_800.0,
    "M": 2_592_000.0,
    "y": 31_536_000.0,
}
_SIZES: Final = {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3}


def read_directives(text: str, file: str, include: Opener) -> tuple[Directive, ...]:
    """Return what *text* says, included files in their places. Raises `NotReadable`."""
    return tuple(_block(_words(text, file), include, file, depth=0))


def _words(text: str, file: str) -> Iterator[Word]:
    for kind, word, place in read_words(_TOKEN, text, file):
        yield kind, re.sub(r"\\(.)", r"\1", word) if kind in _QUOTED else word, place


def _block(words: Iterator[Word], include: Opener, file: str, *, depth: int) -> Iterator[Directive]:
    gathered: list[str] = []
    place = ""
    for kind, word, where in words:
        if kind != "sign":
            place = place if gathered else where
            gathered.append(word)
            continue
        if word == "}":
            _check_end(gathered, place)
            if not depth:
                raise NotReadable(where, "a brace that closes nothing")
            return
        if not gathered:
            raise NotReadable(where, f"{word!r} without a directive before it")
        name, *rest = gathered
        gathered = []
        if word == "{":
            inside = tuple(_block(words, include, file, depth=depth + 1))
            yield Directive(name, tuple(rest), place, inside)
        elif name == "include" and rest:
            for other, text in include(rest[0]):
                yield from read_directives(text, other, include)
        else:
            yield Directive(name, tuple(rest), place)
    _check_end(gathered, place)
    if depth:
        raise NotReadable(place or file, "a block that does not end")


def _check_end(gathered: list[str], place: str) -> None:
    if gathered:
        raise NotReadable(place, f"there is no ; behind {' '.join(gathered)!r}")


def seconds_of(text: str) -> float | None:
    """Return the seconds of "60", "75s", "1h30m"; None for what is no time."""
    if not _TIME.fullmatch(text):
        return None
    return sum(int(number) * _SECONDS[unit] for number, unit in _TIME_PART.findall(text))


def bytes_of(text: str) -> int | None:
    """Return the bytes of "8k", "20m", "1000"; None for what is no size."""
    found = re.fullmatch(r"(\d+)([kmg]?)", text.lower())
    return int(found[1]) * _SIZES[found[2]] if found else None
