"""The schema seen as a list of keys.

The classes in `schema` say everything once; whoever reads, checks or describes them
asks here instead of digging in annotations.
"""

import functools
import typing
from collections.abc import Mapping
from typing import Annotated, Any

import attrs

from docsync_trio.base.errors import Path
from docsync_trio.config.kind import Kind


@attrs.frozen
class _Notes:
    """What `key` adds to an attribute."""

    doc: str
    example: str | None
    only_with: tuple[str, ...]


def key(
    default: Any = attrs.NOTHING,
    *,
    doc: str,
    example: str | None = None,
    only_with: tuple[str, ...] = (),
    secret: bool = False,
) -> Any:
    """Make an attribute that is a key of the site file.

    Without a *default* the key is required. *doc* explains it to the operator; *example*
    is a value in TOML, for where the default does not show what to write. *only_with*
    names the keys beside it of which one must be given for this one to mean anything.
    The value of a *secret* is left out of the object's text.
    """
    notes = _Notes(doc=doc, example=example, only_with=only_with)
    return attrs.field(default=default, repr=not secret, metadata={_Notes: notes})


@attrs.frozen
class Key:
    """One key of a table.

    Exactly one of *kind* (an ordinary value), *table* (the class of a table) and
    *tables* (the class of each table of an array) is given.
    """

    name: str
    attribute: str
    doc: str
    example: str | None
    only_with: tuple[str, ...]
    default: Any
    kind: Kind | None
    table: type | None
    tables: type | None

    @property
    def required(self) -> bool:
        """Whether a table without this key is wrong."""
        return self.default is attrs.NOTHING


def toml_name(attribute: str) -> str:
    """Return how the key of an attribute is spelled; Python's own words bear an underscore."""
    return attribute.removesuffix("_")


@functools.cache
def keys_of(table: type) -> Mapping[str, Key]:
    """Return the keys of a class of `schema` by their name in TOML, in order."""
    hints = typing.get_type_hints(table, include_extras=True)
    keys = [_key(field, hints[field.name]) for field in attrs.fields(table)]
    return {k.name: k for k in keys}


def table_at(table: type, path: Path) -> type | None:
    """Return the class of the table at *path* below one of class *table*, if that is a table."""
    found: type | None = table
    items: type | None = None
    for step in path:
        if isinstance(step, int):
            found, items = items, None
            continue
        below = keys_of(found).get(step) if found is not None else None
        found, items = (below.table, below.tables) if below is not None else (None, None)
    return found


def _key(field: "attrs.Attribute[Any]", hint: Any) -> Key:
    notes: _Notes = field.metadata[_Notes]
    inner = typing.get_args(hint)
    return Key(
        name=toml_name(field.name),
        attribute=field.name,
        doc=notes.doc,
        example=notes.example,
        only_with=notes.only_with,
        default=field.default,
        kind=inner[1] if typing.get_origin(hint) is Annotated else None,
        table=hint if attrs.has(hint) else None,
        tables=inner[0] if typing.get_origin(hint) is tuple else None,
    )
