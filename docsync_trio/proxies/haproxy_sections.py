"""HAProxy's language: sections of lines, the defaults before them, and who answers for what."""

import re
import shlex
from collections.abc import Iterator
from typing import Final

import attrs

from docsync_trio.proxies.directives import NotReadable

KINDS: Final = {"global", "defaults", "frontend", "backend", "listen"}
_OTHERS: Final = {
    "peers",
    "resolvers",
    "userlist",
    "cache",
    "mailers",
    "program",
    "ring",
    "crt-store",
}
_TIME: Final = re.compile(r"(\d+)(us|ms|s|m|h|d)?")
_SECONDS: Final = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}


@attrs.frozen
class Line:
    """One line of a section, in words, with its place."""

    words: tuple[str, ...]
    place: str

    def word(self, number: int) -> str:
        """Return one of the words, "" where there are fewer."""
        return self.words[number] if number < len(self.words) else ""

    @property
    def said(self) -> str:
        """The line as it is written."""
        return " ".join(self.words)

    def starts(self, *words: str) -> bool:
        """Say whether the line begins with *words*."""
        return self.words[: len(words)] == words


@attrs.frozen
class Section:
    """A section with its *lines*; *defaults* has those of the section of defaults it uses."""

    kind: str
    name: str
    place: str
    lines: tuple[Line, ...]
    defaults: tuple[Line, ...] = ()

    def find(self, *words: str) -> Line | None:
        """Return the last line that begins with *words*, the section's own before a default."""
        for lines in (self.lines, self.defaults):
            if there := [line for line in lines if line.starts(*words)]:
                return there[-1]
        return None


def read_sections(text: str, file: str) -> list[Section]:
    """Return the sections of *text*. Raises `NotReadable`."""
    sections: list[Section] = []
    for line in _lines(text, file):
        if line.words[0] in KINDS | _OTHERS:
            sections.append(_section(line, sections))
        elif not sections:
            raise NotReadable(line.place, f"{line.words[0]!r} outside of any section")
        else:
            last = sections[-1]
            sections[-1] = attrs.evolve(last, lines=(*last.lines, line))
    return sections


def _section(line: Line, before: list[Section]) -> Section:
    return Section(line.words[0], line.word(1), line.place, (), _defaults(before, line))


def _defaults(before: list[Section], line: Line) -> tuple[Line, ...]:
    named = line.words[line.words.index("from") + 1] if "from" in line.words[:-1] else None
    for section in reversed(before):
        if section.kind == "defaults" and named in {None, section.name}:
            return section.lines
    return ()


def _lines(text: str, file: str) -> Iterator[Line]:
    for number, line in enumerate(text.splitlines(), start=1):
        place = f"{file}:{number}"
        lexer = shlex.shlex(line, posix=True, punctuation_chars=False)
        lexer.whitespace_split = True
        lexer.escape = ""  # "\1" is meant as it stands
        try:
            words = tuple(lexer)
        except ValueError:
            raise NotReadable(place, "a quote that does not end") from None
        if words:
            yield Line(words, place)


def seconds_of(text: str) -> float | None:
    """Return the seconds of "5000" (milliseconds), "75s"; None for what is no time."""
    found = _TIME.fullmatch(text)
    return int(found[1]) * _SECONDS[found[2] or "ms"] if found else None
