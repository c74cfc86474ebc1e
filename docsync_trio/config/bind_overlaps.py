"""Addresses that are given twice, to one list or to two.

The second could not be had when the server starts, or worse, the server would take one socket
for two.
"""

import pathlib
from collections.abc import Iterator
from itertools import combinations
from typing import Final

from docsync_trio.base.errors import Path, Problem
from docsync_trio.config.bind import Bind, BindAddress, SystemdBind, TcpBind, UnixBind
from docsync_trio.config.kind import KindError, Surroundings
from docsync_trio.config.layers import Tree

_NOWHERE: Final = Surroundings(pathlib.Path("/"), {}, look=False)
_KEYS: Final = (("server", "bind"), ("monitoring", "bind"))


def check_binds(tree: Tree) -> Iterator[Problem]:
    """Yield the addresses of *tree* that one before them has already."""
    for (path, bind), (other_path, other) in combinations(_binds_of(tree), 2):
        if _is_same(bind, other):
            yield Problem(other_path, f"{other} is there already, as {_name_of(path)}; remove one")
        elif _takes_all(bind, other):
            text = f"{_name_of(path)} takes from systemd what this does"
            yield Problem(other_path, f'{text}; give each a name of its own: "systemd:NAME"')


def _binds_of(tree: Tree) -> Iterator[tuple[Path, Bind]]:
    for table, key in _KEYS:
        values = tree.get(table)
        value = values.get(key) if isinstance(values, dict) else None
        several = value if isinstance(value, list) else [value]
        for index, one in enumerate(several):
            path: Path = (table, key, index) if isinstance(value, list) else (table, key)
            try:
                yield path, BindAddress().read(one, _NOWHERE)
            except KindError:
                continue  # told where it is read


def _is_same(one: Bind, other: Bind) -> bool:
    match one, other:
        case TcpBind(port=0), _:
            return False
        case UnixBind(), UnixBind():
            return one.path == other.path
    return one == other


def _takes_all(one: Bind, other: Bind) -> bool:
    both = (one, other)
    return all(isinstance(each, SystemdBind) for each in both) and SystemdBind() in both


def _name_of(path: Path) -> str:
    table, key, *index = path
    return f"{table}.{key}" + "".join(f"[{number}]" for number in index)
