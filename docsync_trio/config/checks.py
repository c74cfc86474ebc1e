"""What is wrong with a site although each of its values is right.

These checks look at the tree rather than at the built classes, so that they find
their part even while something else is wrong; whatever has the wrong type they leave
to `structure`.
"""

import re
from collections.abc import Iterator
from typing import Any

from docsync_trio.base.errors import Path, Problem
from docsync_trio.config.bind_overlaps import check_binds
from docsync_trio.config.keys import keys_of
from docsync_trio.config.kind import nearest, shown
from docsync_trio.config.layers import Tree
from docsync_trio.config.redirects import parameters_of
from docsync_trio.config.schema import ONE_OF, HandlerSettings, SiteSettings
from docsync_trio.config.served_paths import check_paths
from docsync_trio.config.sign_in_checks import check_sign_in
from docsync_trio.config.tls_checks import check_tls

Tables = Iterator[tuple[type, Path, Tree]]


def check(tree: Tree) -> Iterator[Problem]:
    """Yield everything that is wrong with *tree* as a whole."""
    if not tree.get("applications", []) and not tree.get("routes", []):
        yield Problem((), "the site is empty; add [[applications]] or [[routes]]")
    yield from check_paths(tree)
    yield from _without_handlers(tree)
    yield from _redirects(tree)
    yield from check_binds(tree)
    yield from check_sign_in(tree)
    yield from check_tls(tree)
    for table, path, values in tables_of(tree):
        yield from _one_of(table, path, values)
        yield from _companions(table, path, values)


def tables_of(tree: Tree, table: type = SiteSettings, path: Path = ()) -> Tables:
    """Yield every table of *tree* that the schema knows: its class, its place, its values."""
    yield table, path, tree
    for key in keys_of(table).values():
        value = tree.get(key.name)
        if key.table is not None and isinstance(value, dict):
            yield from tables_of(value, key.table, (*path, key.name))
        if key.tables is not None:
            for index, item in _tables_in(value):
                yield from tables_of(item, key.tables, (*path, key.name, index))


def _tables_in(value: Any) -> Iterator[tuple[int, Tree]]:
    for index, item in enumerate(value if isinstance(value, list) else ()):
        if isinstance(item, dict):
            yield index, item


def _without_handlers(tree: Tree) -> Iterator[Problem]:
    for index, item in _tables_in(tree.get("applications")):
        if item.get("handlers") == []:
            text = 'is empty; write what fills the document, such as [{ file = "app.py" }]'
            yield Problem(("applications", index, "handlers"), text)


def _redirects(tree: Tree) -> Iterator[Problem]:
    """Yield the parameters that a target repeats and its route does not have."""
    for index, route in _tables_in(tree.get("routes")):
        target, path = route.get("redirect"), route.get("path")
        if not isinstance(target, str) or not isinstance(path, str):
            continue
        there = [name.partition(":")[0] for name in re.findall(r"\{([^{}]*)\}", path)]
        for name in parameters_of(target):
            if name not in there:
                text = f"{shown(target)} repeats {name!r}, which is not in the path"
                yield Problem(("routes", index, "redirect"), f"{text}{nearest(name, there)}")


def _one_of(table: type, path: Path, values: Tree) -> Iterator[Problem]:
    names = ONE_OF.get(table, ())
    given = [name for name in values if name in names]
    if names and not given:
        yield Problem(path, f"needs one of {', '.join(names)}")
    for name in given[1:]:
        instead = "make it a handler of its own" if table is HandlerSettings else "remove one"
        text = f"cannot stand beside {given[0]}; {instead}"
        yield Problem((*path, name), text, on_key=True)


def _companions(table: type, path: Path, values: Tree) -> Iterator[Problem]:
    for key in keys_of(table).values():
        if key.name in values and key.only_with and not values.keys() & set(key.only_with):
            text = f"means something only beside {' or '.join(key.only_with)}; remove it"
            yield Problem((*path, key.name), text, on_key=True)


def secrets_of(tree: Tree) -> Iterator[tuple[Path, Any]]:
    """Yield the place and the value, as written, of everything that is secret."""
    for table, path, values in tables_of(tree):
        for key in keys_of(table).values():
            if key.kind is not None and key.kind.secret and key.name in values:
                yield (*path, key.name), values[key.name]
