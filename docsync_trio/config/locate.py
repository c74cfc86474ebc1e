"""Where in a TOML text every key and value stands.

tomli tells positions only of syntax errors, so that a mistake in a value could not be
shown. This scanner walks a text that tomli has already accepted; it therefore checks
nothing and only follows the structure. A second TOML implementation holds it to that
in the tests.
"""

import bisect
import re
from collections.abc import Mapping
from typing import Final

import attrs
import tomli

from docsync_trio.base.errors import Path

_SPACE: Final = re.compile(r"[ \t]*")
_GAP: Final = re.compile(r"(?:[ \t\n]+|#[^\n]*)*")
_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")
# A closing triple quote may be preceded by one or two quotes that belong to the string.
_STRING: Final = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}(?!")'
    r"|'''.*?'{3,5}(?!')"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
_ATOM: Final = re.compile(r"[^,\]}\n#]+")


@attrs.frozen
class Position:
    """A place in a text; *line* and *column* (in characters) count from 1."""

    line: int
    column: int


@attrs.frozen
class Positions:
    """The places of the keys and values of one text.

    A table that is written as a header, or only implied by a dotted key, has its value
    where its key is; an element of an array has its key where its value is.
    """

    keys: Mapping[Path, int]
    values: Mapping[Path, int]
    lines: tuple[int, ...]

    def find(self, path: Path, *, on_key: bool = False) -> Position:
        """Return where the value (or key) at *path* stands, or the nearest thing around it."""
        known = self.keys if on_key else self.values
        while path and path not in known:
            path = path[:-1]
        offset = known[path] if path else 0
        line = bisect.bisect_right(self.lines, offset)
        return Position(line, offset - self.lines[line - 1] + 1)


def locate(text: str) -> Positions:
    """Return the positions in *text*, which must be TOML that tomli accepts."""
    return _Scanner(text.replace("\r\n", "\n")).scan()


class _Scanner:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._keys: dict[Path, int] = {}
        self._values: dict[Path, int] = {}
        self._elements: dict[Path, int] = {}

    def scan(self) -> Positions:
        table: Path = ()
        self._skip(_GAP)
        while self._at < len(self._text):
            if self._text[self._at] == "[":
                table = self._header()
            else:
                self._assignment(table)
            self._skip(_GAP)
        lines = (0, *(match.end() for match in re.finditer("\n", self._text)))
        return Positions(self._keys, self._values, lines)

    def _skip(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self._text, self._at)
        assert match is not None, "the text was parsed before"  # noqa: S101
        self._at = match.end()
        return match[0]

    def _next_is(self, character: str) -> bool:
        """Step over *character* and the gap behind it, if it comes next."""
        if not self._text.startswith(character, self._at):
            return False
        self._at += len(character)
        self._skip(_GAP)
        return True

    def _put(self, path: Path, key: int, value: int) -> None:
        self._keys.setdefault(path, key)
        self._values.setdefault(path, value)

    def _dotted_key(self) -> list[tuple[str, int]]:
        """Step over a key and return its parts with their offsets."""
        parts = []
        while True:
            self._skip(_SPACE)
            start = self._at
            if self._text[start] in "\"'":
                (name,) = tomli.loads(f"{self._skip(_STRING)} = 0")
            else:
                name = self._skip(_BARE)
            parts.append((name, start))
            self._skip(_SPACE)
            if self._text[self._at] != ".":
                return parts
            self._at += 1

    def _header(self) -> Path:
        """Step over ``[table]`` or ``[[array of tables]]`` and return the table's path."""
        start = self._at
        brackets = 2 if self._text.startswith("[[", start) else 1
        self._at += brackets
        parts = self._dotted_key()
        self._at += brackets
        path: Path = ()
        for number, (name, offset) in enumerate(parts, 1):
            path = (*path, name)
            self._put(path, offset, offset)
            if brackets == 2 and number == len(parts):  # noqa: PLR2004 - [[ ]]
                self._elements[path] = self._elements.get(path, -1) + 1
            if path in self._elements:
                path = (*path, self._elements[path])
                self._put(path, start, start)
        return path

    def _assignment(self, table: Path) -> None:
        path = table
        for name, offset in self._dotted_key():
            path = (*path, name)
            self._put(path, offset, offset)
        self._at += 1  # the equals sign
        self._skip(_SPACE)
        self._values[path] = self._at
        self._value(path)

    def _value(self, path: Path) -> None:
        """Step over a value and put down what is inside it."""
        if self._text[self._at] in "\"'":
            self._skip(_STRING)
        elif self._next_is("["):
            self._array(path)
        elif self._next_is("{"):
            self._inline_table(path)
        else:
            self._skip(_ATOM)

    def _array(self, path: Path) -> None:
        index = 0
        while self._text[self._at] != "]":
            self._put((*path, index), self._at, self._at)
            self._value((*path, index))
            self._skip(_GAP)
            self._next_is(",")
            index += 1
        self._at += 1

    def _inline_table(self, path: Path) -> None:
        while self._text[self._at] != "}":
            self._assignment(path)
            self._skip(_GAP)
            self._next_is(",")
        self._at += 1
