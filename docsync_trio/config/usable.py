"""What is good of a site that has mistakes.

`docsync check` tells in one go of mistakes in the file, in what it imports and in what
builds the documents. So what is wrong in the file is left out, and the rest is tried.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import attrs

from docsync_trio.base.errors import Path
from docsync_trio.config.checks import check
from docsync_trio.config.keys import keys_of
from docsync_trio.config.kind import Surroundings
from docsync_trio.config.layers import Tree
from docsync_trio.config.origins import path_text
from docsync_trio.config.schema import SiteSettings
from docsync_trio.config.structure import structure

_STAND_IN: Final = "/docsync-check-{}-{}"
_TELLING: Final = ("path", "handlers", "hooks")
"""Without these keys as they were meant, building a document of an application tells nothing."""


@attrs.frozen
class UsablePart:
    """The *settings* of a site without what is wrong in it.

    A key that is left out has its default. *left_out* are the places in the site, *moved*
    where in the site the elements of arrays stood that have another place now.
    """

    settings: SiteSettings
    left_out: frozenset[Path] = frozenset()
    moved: Mapping[Path, Path] = MappingProxyType({})

    def place(self, path: Path) -> Path:
        """Return where in the site that stands which is at *path* in the settings."""
        return _place(self.moved, path)

    def is_whole(self, index: int) -> bool:
        """Whether nothing that builds the documents of the application *index* is left out."""
        at = self.place(("applications", index))
        return not any(out[:2] == at and out[2] in _TELLING for out in self.left_out)

    def name(self, index: int) -> str:
        """Return the path of the application *index*, or what it is called without one."""
        at = self.place(("applications", index))
        known = (*at, "path") not in self.left_out
        return self.settings.applications[index].path if known else path_text(at)


def usable_part(tree: Tree, around: Surroundings) -> UsablePart | None:
    """Return what is left of *tree* without its mistakes; None where nothing is."""
    left_out: frozenset[Path] = frozenset()
    while True:
        rest, moved = _without(tree, left_out)
        settings, wrong = structure(rest, around)
        problems = [*wrong, *check(rest)]
        if settings is not None and not problems:
            return UsablePart(settings, left_out, moved)
        found = {_at_fault(_place(moved, problem.path)) for problem in problems}
        if () in found or found <= left_out:
            return None
        left_out |= found


def _place(moved: Mapping[Path, Path], path: Path) -> Path:
    for length in range(len(path), 0, -1):
        if path[:length] in moved:
            return moved[path[:length]] + path[length:]
    return path


def _at_fault(path: Path) -> Path:
    """Return the place of the smallest part that can be left out for a mistake at *path*."""
    table: type | None = SiteSettings
    for at, step in enumerate(path):
        if isinstance(step, int) or table is None:
            continue  # an element of an array of tables
        key = keys_of(table).get(step)
        if key is None or key.kind is not None:
            return path[: at + (1 if key is None or not key.required or step == "path" else 0)]
        if key.required and len(path) == at + 1:
            return path[:at]
        table = key.table or key.tables
    return path


def _without(tree: Tree, left_out: frozenset[Path]) -> tuple[Tree, dict[Path, Path]]:
    moved: dict[Path, Path] = {}

    def copy(value: Any, old: Path, new: Path) -> Any:
        if isinstance(value, dict):
            return table(value, old, new)
        if isinstance(value, list):
            kept = [i for i in range(len(value)) if (*old, i) not in left_out]
            moved.update(((*new, n), (*old, i)) for n, i in enumerate(kept))
            return [copy(value[i], (*old, i), (*new, n)) for n, i in enumerate(kept)]
        return value

    def table(values: Tree, old: Path, new: Path) -> Tree:
        keys = [key for key in values if (*old, key) not in left_out]
        rest = {key: copy(values[key], (*old, key), (*new, key)) for key in keys}
        if (*old, "path") in left_out:
            rest["path"] = _STAND_IN.format(*old)
        return rest

    return table(tree, (), ()), moved
