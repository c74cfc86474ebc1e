"""One tree laid over another: file, profile, environment, command line.

A tree is what tomli returns. Tables of keys merge; anything else replaces what was
there: arrays, and single values that are written as a table (``{ env = "NAME" }``).
Beside the tree stands the origin of each of its values.
"""

from typing import Any

import attrs

from docsync_trio.base.errors import Path, Problem
from docsync_trio.config.keys import table_at
from docsync_trio.config.origins import Origin, OriginOf, path_text
from docsync_trio.config.schema import SiteSettings

Tree = dict[str, Any]


@attrs.frozen
class Override:
    """One value from outside the file: ``--set`` or an environment variable."""

    steps: tuple[str, ...]
    value: Any
    origin: Origin


class Layers:
    """The values so far, later layers over earlier ones, and where each came from."""

    def __init__(self) -> None:
        self.tree: Tree = {}
        self.origins: dict[Path, Origin] = {}

    def lay(self, tree: Tree, origin_of: OriginOf) -> None:
        """Lay a whole *tree* over what there is; *origin_of* tells of its values."""
        self._merge(self.tree, tree, (), origin_of)

    def override(self, override: Override) -> Problem | None:
        """Lay one value over what there is; return what is wrong with its place, if so."""
        holder: Any = self.tree
        path: Path = ()
        for number, step in enumerate(override.steps):
            last = number == len(override.steps) - 1
            if isinstance(holder, list):
                index = _element(holder, step)
                if index is None:
                    return self._misplaced(path, override, _no_element(holder, step))
                key: str | int = index
            elif isinstance(holder, dict):
                key = step
                if not last and key not in holder:
                    holder[key] = {}
                    self.origins[(*path, key)] = override.origin
            else:
                text = f"{path_text(path)} is a single value; there is nothing below it"
                return self._misplaced(path, override, text)
            path = (*path, key)
            if last:
                self._put(holder, key, override.value, path, lambda _: override.origin)
            else:
                holder = holder[key]
        return None

    def _misplaced(self, path: Path, override: Override, text: str) -> Problem:
        place = (*path, *override.steps[len(path) :])
        self.origins[place] = override.origin
        return Problem(place, text)

    def _merge(self, holder: Tree, tree: Tree, path: Path, origin_of: OriginOf) -> None:
        for name, value in tree.items():
            self._put(holder, name, value, (*path, name), origin_of)

    def _put(self, holder: Any, key: Any, value: Any, path: Path, origin_of: OriginOf) -> None:
        there = holder[key] if isinstance(holder, list) else holder.get(key)
        both = isinstance(there, dict) and isinstance(value, dict)
        if both and table_at(SiteSettings, path) is not None:
            self._merge(there, value, path, origin_of)
            return
        for old in [p for p in self.origins if p[: len(path)] == path]:
            del self.origins[old]
        holder[key] = self._copy(value, path, origin_of)

    def _copy(self, value: Any, path: Path, origin_of: OriginOf) -> Any:
        """Return *value* without anything shared, and note the origin of all that is in it."""
        self.origins[path] = origin_of(path)
        if isinstance(value, dict):
            return {k: self._copy(v, (*path, k), origin_of) for k, v in value.items()}
        if isinstance(value, list):
            return [self._copy(v, (*path, i), origin_of) for i, v in enumerate(value)]
        return value


def _element(array: list[Any], step: str) -> int | None:
    """Return the index of the element that *step* names: by number, or by its path."""
    if step.isascii() and step.isdecimal():
        index = int(step[:9])
        return index if index < len(array) else None
    paths = [item.get("path") if isinstance(item, dict) else None for item in array]
    return paths.index(step) if step in paths else None


def _no_element(array: list[Any], step: str) -> str:
    if step.isdecimal():
        last = f"the last is {len(array) - 1}" if array else "there are none"
        return f"there is no element {step}; {last}"
    return 'name an element of this array by its number (0 is the first) or its "/path"'
