"""Where every value of a site came from, and how to tell of it.

A value may come from the file, a profile in it, the environment or the command line;
what is wrong with it is only useful to know together with the place to change.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final, Literal

import attrs

from docsync_trio.base.errors import ConfigError, Path, PlacedProblem, Problem
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
        """Return one error with all *problems*, each once, in the order of the file."""
        return ConfigError(sorted(set(map(self.placed, problems)), key=_order))

    def placed(self, problem: Problem) -> PlacedProblem:
        """Return *problem* with where to look for it."""
        path, position, source = self._place(problem)
        line, column = (position.line, position.column) if position else (0, 0)
        return PlacedProblem(
            source, path_text(path), problem.text, line, column, cause=problem.cause
        )

    def _place(self, problem: Problem) -> tuple[Path, Position | None, str]:
        """Return the path as its source has it, its position, and what to look into."""
        origin = nearest_origin(self.origins, problem.path)
        if origin.source in {"environment", "command line"}:
            return problem.path, None, str(origin)
        path = problem.path
        if origin.source == "profile":
            path = ("profiles", origin.name, *path)
        if self.positions is None:
            return path, None, self.name
        return path, self.positions.find(path, on_key=problem.on_key), self.name


def _order(problem: PlacedProblem) -> tuple[bool, int, int, str]:
    return (not problem.line, problem.line, problem.column, str(problem))


OriginOf = Callable[[Path], Origin]
"""Tells the origin of the value at a path of one layer."""
