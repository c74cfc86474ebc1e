"""The text of a site file: read, parsed, with positions."""

from pathlib import Path as FilePath
from typing import Any, Final

import attrs
import tomli

from docsync_trio.base.errors import ConfigError, Path, PlacedProblem
from docsync_trio.config.locate import Positions, locate
from docsync_trio.config.origins import Origin

_DEEPEST: Final = 50
"""Sites need five levels; far deeper ones would exhaust Python's stack, not describe a site."""


@attrs.frozen
class SiteText:
    """A site file that is TOML. *name* is what the operator called it."""

    name: str
    tree: dict[str, Any]
    positions: Positions

    @classmethod
    def read(cls, path: FilePath) -> "SiteText":
        """Read and parse the file at *path*. Raises ConfigError where that fails."""
        return cls.parse(_decoded(path), str(path))

    @classmethod
    def parse(cls, text: str, name: str) -> "SiteText":
        """Parse *text*; messages call it *name*. Raises ConfigError where it is no TOML."""
        try:
            tree = tomli.loads(text)
        except tomli.TOMLDecodeError as error:
            what = f"{error.msg[:1].lower()}{error.msg[1:]}"
            raise _error(name, f"not TOML: {what}", error.lineno, error.colno) from None
        except (ValueError, RecursionError) as error:
            raise _error(name, f"not TOML that can be read: {error}") from None
        if too_deep(tree):
            raise _error(name, f"tables or arrays are nested more than {_DEEPEST} deep")
        return cls(name, tree, locate(text))

    def origin(self, path: Path) -> Origin:
        """Return the origin of the value at *path*."""
        return Origin("file", place=self.place(path))

    def place(self, path: Path) -> str:
        """Return ``file:line:column`` of the key at *path*."""
        position = self.positions.find(path, on_key=True)
        return f"{self.name}:{position.line}:{position.column}"


def too_deep(value: Any) -> bool:
    """Whether *value* is nested deeper than anything that makes sense in a site."""
    level = [value]
    for _ in range(_DEEPEST + 1):
        inner: list[Any] = []
        for item in level:
            if isinstance(item, dict):
                inner += item.values()
            elif isinstance(item, list):
                inner += item
        level = inner
    return bool(level)


def _decoded(path: FilePath) -> str:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        hint = "`docsync init` makes a site to start from"
        raise _error(str(path), f"there is no such file; {hint}") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise _error(str(path), f"cannot be read: {reason}") from None
    try:
        # Windows editors put a byte order mark in front, which is no part of the text.
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8", "replace")
        line = before.count("\n") + 1
        column = len(before) - before.rfind("\n")
        text = "not UTF-8; save the file in that encoding"
        raise _error(str(path), text, line, column) from None


def _error(name: str, text: str, line: int = 0, column: int = 0) -> ConfigError:
    return ConfigError([PlacedProblem(name, "", text, line, column)])
