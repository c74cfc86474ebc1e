"""Addresses that are given twice, to one list or to two.

The second could not be had when the server starts, or worse, the server would take one socket
for two.
"""

import pathlib
from collections.abc import Iterator
from itertools import combinations
from typing import Final

from docsync_trio.base.errors import Path, Problem
from docsync_trio.config.bind import (
    ALL_IPV4,
    EVERYWHERE,
    Bind,
    BindAddress,
    SystemdBind,
    TcpBind,
    UnixBind,
)
from docsync_trio.config.kind import KindError, Surroundings
from docsync_trio.config.layers import Tree

_NOWHERE: Final = Surroundings(pathlib.Path("/"), {}, look=False)
_KEYS: Final = (("server", "bind"), ("monitoring", "bind"))


def check_binds(tree: Tree) -> Iterator[Problem]:
    """Yield the addresses of *tree* that one before them has already."""
    for (path, bind), (other_path, other) in combinations(_binds_of(tree), 2):
        if _is_same(bind, other):
            yield Problem(other_path, f"{other} is there already, as {_name_of(path)}; remove one")
        elif _is_among(bind, other) or _is_among(other, bind):
            text = f"{_name_of(path)} ({bind}) and {other} are one port at the same address"
            yield Problem(other_path, f"{text}; keep one of them")
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


def _is_among(one: Bind, all_of: Bind) -> bool:
    """Say whether *all_of* is all addresses of a kind, and *one* of them at the same port."""
    if not (isinstance(one, TcpBind) and isinstance(all_of, TcpBind)):
        return False
    if not one.port or one.port != all_of.port or one.host in EVERYWHERE | {ALL_IPV4}:
        return False
    # A name may stand for addresses of both kinds.
    is_ipv6 = ":" in one.host
    is_ipv4 = not is_ipv6 and not one.host.strip("0123456789.")
    kinds = {**dict.fromkeys(EVERYWHERE, True), ALL_IPV4: not is_ipv6}
    return kinds.get(all_of.host, False) and (is_ipv4 or is_ipv6 or one.host == "localhost")


def _takes_all(one: Bind, other: Bind) -> bool:
    both = (one, other)
    return all(isinstance(each, SystemdBind) for each in both) and SystemdBind() in both


def _name_of(path: Path) -> str:
    table, key, *index = path
    return f"{table}.{key}" + "".join(f"[{number}]" for number in index)
