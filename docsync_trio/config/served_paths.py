"""Who is served where: no two at one address, and nothing hidden.

The server looks at fixed paths first, so that ``/buoys/all`` may stand beside
``/buoys/{station}``.
"""

import re
from collections.abc import Iterator
from itertools import product
from typing import Final

import attrs

from docsync_trio.base.errors import Path, Problem
from docsync_trio.config.kind import shown
from docsync_trio.config.layers import Tree
from docsync_trio.config.origins import path_text
from docsync_trio.config.url_paths import meet, part_below

_KINDS: Final = ("applications", "routes")


@attrs.frozen
class _Served:
    path: str
    at: Path

    @property
    def is_application(self) -> bool:
        return self.at[0] == "applications"

    @property
    def has_parameters(self) -> bool:
        return "{" in self.path

    @property
    def shape(self) -> str:
        return re.sub(r"\{[^{}]*\}", "{}", self.path)

    def is_twice(self, other: "_Served") -> bool:
        """Whether only one of the two would ever answer."""
        if self.path == other.path:
            return True
        if self.is_application and other.is_application:
            return self.has_parameters and other.has_parameters and meet(self.path, other.path)
        return self.shape == other.shape

    def hidden_part(self, other: "_Served") -> str:
        """What is served below this application, and *other* would answer instead."""
        alike = self.has_parameters == other.has_parameters
        return part_below(other.path, self.path) if self.is_application and alike else ""


def check_paths(tree: Tree) -> Iterator[Problem]:
    """Yield every path of *tree* at which somebody else is served."""
    served = list(_all_served(tree))
    for later, one in enumerate(served):
        first = next((other for other in served[:later] if one.is_twice(other)), None)
        if first is not None:
            yield Problem(one.at, _twice(one, first))
    for owner, one in product(served, served):
        if part := owner.hidden_part(one):
            owners = f"{path_text(owner.at)}, which serves its own /{part} there"
            yield Problem(one.at, f"{shown(one.path)} is below {owners}; choose another path")


def _twice(one: _Served, first: _Served) -> str:
    if one.shape == first.shape:
        text = f"{shown(one.path)} is also {path_text(first.at)}"
    else:
        text = f"{shown(one.path)} has addresses of {path_text(first.at)}, {shown(first.path)}"
    return f"{text}; give one of them another path"


def _all_served(tree: Tree) -> Iterator[_Served]:
    for kind in _KINDS:
        tables = tree.get(kind)
        for index, table in enumerate(tables if isinstance(tables, list) else ()):
            path = table.get("path") if isinstance(table, dict) else None
            if isinstance(path, str):
                yield _Served(path, (kind, index, "path"))
