"""Who is served where: no two at one address, and nothing hidden.

The server looks at fixed paths first, so that ``/buoys/all`` may stand beside
``/buoys/{station}``.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Final

import attrs

from docsync_trio.base.errors import Path, Problem
from docsync_trio.config.kind import shown
from docsync_trio.config.layers import Tree
from docsync_trio.config.origins import path_text
from docsync_trio.config.url_paths import is_like, meet, part_below

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

    @property
    def is_websocket(self) -> bool:
        """Whether it is a websocket that is not at the usual place."""
        return self.at[-1] == "websocket_path"

    def is_twice(self, other: "_Served") -> bool:
        """Whether only one of the two would ever answer."""
        if self.path == other.path:
            return True
        if self.is_application and other.is_application:
            return self.has_parameters and other.has_parameters and meet(self.path, other.path)
        return self.shape == other.shape

    def hidden_part(self, other: "_Served") -> str:
        """What is served below this application, and *other* would answer instead."""
        if not self.is_application or self.is_websocket:
            return ""
        alike = self.has_parameters == other.has_parameters
        return part_below(other.path, self.path) if alike else ""


def check_paths(tree: Tree) -> Iterator[Problem]:
    """Yield every path of *tree* at which somebody else is served."""
    served = [*_all_served(tree), *_websockets(tree), *_sign_in(tree)]
    asked = list(_monitoring(tree))
    yield from _other_parameters(tree)
    if _has_address_of_its_own(tree):
        yield from _all_twice(asked)
    else:
        served += asked
    yield from _all_twice(served)
    for owner, one in product(served, served):
        if part := owner.hidden_part(one):
            owners = f"{path_text(owner.at)}, which serves its own /{part} there"
            yield Problem(one.at, f"{shown(one.path)} is below {owners}; choose another path")


def _all_twice(served: Sequence[_Served]) -> Iterator[Problem]:
    for later, one in enumerate(served):
        first = next((other for other in served[:later] if one.is_twice(other)), None)
        if first is not None:
            yield Problem(one.at, _twice(one, first))


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


def _monitoring(tree: Tree) -> Iterator[_Served]:
    """Yield the paths that are written down; the others make room for whoever is there."""
    table = tree.get("monitoring")
    for name in ("livez", "readyz", "metrics", "sessions"):
        path = table.get(name) if isinstance(table, dict) else None
        if isinstance(path, str) and path != "off":
            yield _Served(path, ("monitoring", name))


def _sign_in(tree: Tree) -> Iterator[_Served]:
    """Yield where visitors sign in and out."""
    table = tree.get("sign_in")
    for name in ("login_path", "logout_path") if isinstance(table, dict) else ():
        path = table.get(name, f"/{name.partition('_')[0]}")  # type: ignore[union-attr]
        if isinstance(path, str):
            yield _Served(path, ("sign_in", name))


def _has_address_of_its_own(tree: Tree) -> bool:
    table = tree.get("monitoring")
    return isinstance(table, dict) and "bind" in table


def _websockets(tree: Tree) -> Iterator[_Served]:
    for page, named in _named_websockets(tree):
        base = page.path.rstrip("/")
        whole = named.path if named.path.startswith("/") else f"{base}/{named.path}"
        if whole != f"{base}/ws":
            yield attrs.evolve(named, path=whole)


def _other_parameters(tree: Tree) -> Iterator[Problem]:
    for page, named in _named_websockets(tree):
        if named.path.startswith("/") and not is_like(page.path, named.path):
            text = (
                f"needs the parameters of the page, which is at {shown(page.path)}, and no others"
            )
            yield Problem(named.at, f"{shown(named.path)} {text}")


def _named_websockets(tree: Tree) -> Iterator[tuple[_Served, _Served]]:
    for page in _all_served(tree):
        named = _table(tree, page).get("websocket_path") if page.is_application else None
        if isinstance(named, str) and named:
            yield page, _Served(named, (*page.at[:-1], "websocket_path"))


def _table(tree: Tree, page: _Served) -> Tree:
    kind, index, _ = page.at
    table: Tree = tree[str(kind)][index]
    return table
