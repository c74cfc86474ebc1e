"""Where every value of a site came from, and how to tell of it.

A value may come from the file, a profile in it, the environment or the command line;
what is wrong with it is only useful to know together with the place to change.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final, Literal

import attrs

from docsync_trio.base.errors import ConfigError, Path, Problem
from docsync_trio.config.locate import Position, Positions
from docsync_trio.config.spelling import toml_key

Source = Literal["default", "file", "profile", "environment", "command line"]


@attrs.frozen
class Origin:
    """Where a value came from.

    *name* is the profile's, the variable's or the option's name; *place* is
    ``file:line:column`` for what stands in a file.
    """

    source: Source
    name: str = ""
    place: str = ""

    def __str__(self) -> str:
        """Return it for people: "site.toml:3:1", "environment DOCSYNC_TITLE", "--set"."""
        match self.source:
            case "default":
                return "default"
            case "file":
                return self.place
            case "profile":
                return f"{self.place} (profile {self.name})"
            case "environment":
                return f"environment {self.name}"
            case "command line":
                return self.name


DEFAULT: Final = Origin("default")


def path_text(path: Path) -> str:
    """Return *path* as messages have it: ``applications[0].title``."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            text += f".{toml_key(step)}" if text else toml_key(step)
    return text


def nearest_origin(origins: Mapping[Path, Origin], path: Path) -> Origin:
    """Return where the value at *path*, or the nearest table around it, came from."""
    while path and path not in origins:
        path = path[:-1]
    return origins.get(path, DEFAULT)


@attrs.frozen
class Explainer:
    """Turns problems into lines that say where to look.

    *name* is what the operator called the file; *positions* are those in its text,
    None where there is no text.
    """

    name: str
    positions: Positions | None
    origins: Mapping[Path, Origin]

    def error(self, problems: Iterable[Problem]) -> ConfigError:
        """Return one error with a line per problem, in the order of the file."""
        found = {self._line(problem): self._order(problem) for problem in problems}
        return ConfigError(tuple(sorted(found, key=lambda line: (found[line], line))))

    def warning(self, problem: Problem) -> str:
        """Return the line that tells of *problem*."""
        return self._line(problem)

    def _place(self, problem: Problem) -> tuple[Path, Position | None, str]:
        """Return the path as its source has it, its position, and the source in words."""
        origin = nearest_origin(self.origins, problem.path)
        if origin.source in {"environment", "command line"}:
            return problem.path, None, str(origin)
        path = problem.path
        if origin.source == "profile":
            path = ("profiles", origin.name, *path)
        if self.positions is None:
            return path, None, self.name
        position = self.positions.find(path, on_key=problem.on_key)
        return path, position, f"{self.name}:{position.line}:{position.column}"

    def _line(self, problem: Problem) -> str:
        path, _, where = self._place(problem)
        return ": ".join(part for part in (where, path_text(path), problem.text) if part)

    def _order(self, problem: Problem) -> tuple[bool, int, int]:
        _, position, _ = self._place(problem)
        return (position is None, *(attrs.astuple(position) if position else (0, 0)))


OriginOf = Callable[[Path], Origin]
"""Tells the origin of the value at a path of one layer."""
