"""The text of a site file: read, parsed, with positions."""

from pathlib import Path as FilePath
from typing import Any, Final

import attrs
import tomli

from docsync_trio.base.errors import ConfigError, Path
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
            line = f"{name}:{error.lineno}:{error.colno}: not TOML: {what}"
            raise ConfigError((line,)) from None
        except (ValueError, RecursionError) as error:
            raise ConfigError((f"{name}: not TOML that can be read: {error}",)) from None
        if too_deep(tree):
            raise ConfigError((f"{name}: tables or arrays are nested more than {_DEEPEST} deep",))
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
        raise ConfigError((f"{path}: there is no such file; {hint}",)) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ConfigError((f"{path}: cannot be read: {reason}",)) from None
    try:
        # Windows editors put a byte order mark in front, which is no part of the text.
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8", "replace")
        line = before.count("\n") + 1
        column = len(before) - before.rfind("\n")
        text = f"{path}:{line}:{column}: not UTF-8; save the file in that encoding"
        raise ConfigError((text,)) from None
