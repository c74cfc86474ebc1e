"""The kinds of single values: text, truth, numbers, times, sizes, choices.

TOML's types are taken strictly (``"2"`` is no number), and where a value is nearly
right the message says how it was probably meant.
"""

from typing import Any

import attrs

from docsync_trio.base.durations import (
    DURATION_PATTERN,
    SIZE_PATTERN,
    format_duration,
    format_size,
    parse_duration,
    parse_size,
)
from docsync_trio.config.kind import Kind, Surroundings, nearest, shown


@attrs.frozen
class Text(Kind):
    """Any string."""

    words = "a string"

    def read(self, value: object, _around: Surroundings, /) -> str:
        """Return the string."""
        if not isinstance(value, str):
            simple = isinstance(value, int | float) and abs(value) < 10**15
            raise self.refuse(value, f'write "{shown(value)}"' if simple else "")
        return value

    def json_schema(self) -> dict[str, Any]:
        """Return the schema of a string."""
        return {"type": "string"}


@attrs.frozen
class Flag(Kind):
    """True or false."""

    words = "true or false"

    def read(self, value: object, _around: Surroundings, /) -> bool:
        """Return the truth value."""
        if not isinstance(value, bool):
            right = {"true": "true", "yes": "true", "on": "true"}
            wrong = {"false": "false", "no": "false", "off": "false"}
            meant = (right | wrong).get(str(value).lower())
            raise self.refuse(value, f"write {meant}" if meant else "")
        return value

    def json_schema(self) -> dict[str, Any]:
        """Return the schema of a boolean."""
        return {"type": "boolean"}


@attrs.frozen
class Whole(Kind):
    """A whole number from *minimum* on, up to *most* if that is given."""

    minimum: int = 0
    most: int | None = None

    @property
    def words(self) -> str:
        """Name the bounds."""
        if self.most is None:
            return f"a whole number, {self.minimum} or more"
        return f"a whole number from {self.minimum} to {self.most}"

    def read(self, value: object, _around: Surroundings, /) -> int:
        """Return the number."""
        if isinstance(value, bool) or not isinstance(value, int) or not self._holds(value):
            number = isinstance(value, str) and value.isascii() and value.isdecimal()
            raise self.refuse(value, f"write {value}, without quotes" if number else "")
        return value

    def json_schema(self) -> dict[str, Any]:
        """Return the schema of a bounded integer."""
        most = {} if self.most is None else {"maximum": self.most}
        return {"type": "integer", "minimum": self.minimum, **most}

    def _holds(self, value: int) -> bool:
        return self.minimum <= value and (self.most is None or value <= self.most)


@attrs.frozen
class Duration(Kind):
    """A time with its unit, or "off"; seconds as a float, *minimum* or more."""

    minimum: float = 0.0

    @property
    def words(self) -> str:
        """Name the spelling and the bound."""
        bound = f" of {format_duration(self.minimum)} or more," if self.minimum else ""
        return f'a time{bound} such as "15s", "5m" or "off"'

    def read(self, value: object, _around: Surroundings, /) -> float:
        """Return the time in seconds, `OFF` for "off"."""
        if isinstance(value, str):
            try:
                seconds = parse_duration(value)
            except ValueError:
                raise self.refuse(value) from None
            if seconds < self.minimum:
                raise self.refuse(value)
            return seconds
        raise self.refuse(value, self._spelled(value))

    def _spelled(self, value: object) -> str:
        """Say how the bare number *value* was probably meant."""
        if value is False or (value == 0 and self.minimum and not isinstance(value, bool)):
            return 'write "off"'
        if isinstance(value, bool) or not isinstance(value, int | float):
            return ""
        return f'write "{format_duration(value)}"' if 0 <= value < 10**9 else ""

    def json_schema(self) -> dict[str, Any]:
        """Return the schema of a string with a unit."""
        return {"type": "string", "pattern": DURATION_PATTERN, "examples": ["15s", "5m", "off"]}

    def plain(self, value: float) -> str:
        """Return the time with its unit."""
        return format_duration(value)


@attrs.frozen
class Size(Kind):
    """A size with its unit; bytes as an integer, *minimum* or more."""

    minimum: int = 1

    @property
    def words(self) -> str:
        """Name the spelling and the bound."""
        return f'a size of {format_size(self.minimum)} or more, such as "64kB" or "20MB"'

    def read(self, value: object, _around: Surroundings, /) -> int:
        """Return the size in bytes."""
        if isinstance(value, str):
            try:
                size = parse_size(value)
            except ValueError:
                raise self.refuse(value) from None
            if size < self.minimum:
                raise self.refuse(value)
            return size
        if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 10**15:
            raise self.refuse(value)
        raise self.refuse(value, f'write "{format_size(value)}"')

    def json_schema(self) -> dict[str, Any]:
        """Return the schema of a string with a unit."""
        return {"type": "string", "pattern": SIZE_PATTERN, "examples": ["64kB", "20MB"]}

    def plain(self, value: int) -> str:
        """Return the size with its unit."""
        return format_size(value)


@attrs.frozen
class Choice(Kind):
    """One of a few words."""

    options: tuple[str, ...]

    @property
    def words(self) -> str:
        """List the words."""
        quoted = [f'"{option}"' for option in self.options]
        return f"{', '.join(quoted[:-1])} or {quoted[-1]}"

    def read(self, value: object, _around: Surroundings, /) -> str:
        """Return the word."""
        if isinstance(value, str) and value in self.options:
            return value
        near = nearest(value, self.options) if isinstance(value, str) else ""
        raise self.refuse(value, near.removeprefix("; "))

    def json_schema(self) -> dict[str, Any]:
        """Return the schema of an enumeration."""
        return {"type": "string", "enum": list(self.options)}
