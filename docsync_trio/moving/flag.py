"""One flag of another server's command line, and the ways to say what becomes of it."""

from collections.abc import Callable
from typing import Any, Literal

import attrs

from docsync_trio.moving.draft import Draft

Takes = Literal["nothing", "one", "some", "perhaps", "rest"]


@attrs.frozen
class Flag:
    """A flag: *becomes* is for people to read, in Markdown; *move* puts its values into a draft."""

    name: str
    takes: Takes
    becomes: str
    move: Callable[[Draft, list[str]], None]


def ignored(becomes: str) -> Callable[[Draft, list[str]], None]:
    """Return what moves a flag that has no key: the draft says what to do instead."""
    return lambda draft, _: draft.remarks.append(becomes)


def without_key(name: str, takes: Takes, instead: str) -> Flag:
    """Return a flag without a key of its own; the draft says what to do *instead*."""
    return Flag(name, takes, instead, ignored(f"{name}: {instead}"))


def silent(name: str, takes: Takes, why: str) -> Flag:
    """Return a flag that needs nothing here, for the reason *why*."""
    return Flag(name, takes, why, lambda _draft, _values: None)


def keyed(
    name: str, key: str, read: Callable[[str], Any] = str, note: str = "", more: str = ""
) -> Flag:
    """Return a flag whose value, as *read* has it, is that of *key*; *note* stands above it."""
    table, _, last = key.rpartition(".")
    return Flag(
        name,
        "one",
        f"`{key}`{more}",
        lambda draft, values: draft.set(table, last, read(values[-1]), note),
    )
