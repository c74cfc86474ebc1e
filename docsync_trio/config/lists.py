"""Kinds made of another kind: lists of it, and tables of anything."""

from collections.abc import Mapping
from typing import Any

import attrs

from docsync_trio.config.kind import Kind, KindError, Surroundings


def read_items(values: list[Any], kind: Kind, around: Surroundings) -> tuple[Any, ...]:
    """Read every value as *kind*; all that are wrong are raised together."""
    read, wrong = [], []
    for index, value in enumerate(values):
        try:
            read.append(kind.read(value, around))
        except KindError as error:
            wrong.append(KindError(error.text, (index, *error.at)))
    if wrong:
        raise ExceptionGroup("items", wrong)
    return tuple(read)


@attrs.frozen
class ListOf(Kind):
    """An array whose values are all of one kind; read as a tuple."""

    item: Kind

    @property
    def words(self) -> str:
        """Say what the items are."""
        return f"an array, each value {self.item.words}"

    def read(self, value: object, around: Surroundings, /) -> tuple[Any, ...]:
        """Return the items."""
        if not isinstance(value, list):
            single = isinstance(value, str)
            raise self.refuse(value, "put it into [ ]" if single else "")
        return read_items(value, self.item, around)

    def json_schema(self) -> dict[str, Any]:
        """Return the schema of a homogeneous array."""
        return {"type": "array", "items": self.item.json_schema()}

    def plain(self, value: tuple[Any, ...]) -> list[Any]:
        """Return the items as TOML has them."""
        return [self.item.plain(item) for item in value]


@attrs.frozen
class OneOrMore(Kind):
    """One value of a kind, or an array of at least one; read as a tuple."""

    item: Kind

    @property
    def words(self) -> str:
        """Say what the items are."""
        return f"{self.item.words}, or an array of such"

    def read(self, value: object, around: Surroundings, /) -> tuple[Any, ...]:
        """Return the items."""
        if not isinstance(value, list):
            if not isinstance(value, str | dict):
                raise self.refuse(value)
            return (self.item.read(value, around),)
        if not value:
            raise KindError(f"an empty array; expected at least {self.item.words}")
        return read_items(value, self.item, around)

    def json_schema(self) -> dict[str, Any]:
        """Return the schema of the item or an array of it."""
        item = self.item.json_schema()
        return {"anyOf": [item, {"type": "array", "items": item, "minItems": 1}]}

    def plain(self, value: tuple[Any, ...]) -> Any:
        """Return one item as itself, several as an array."""
        items = [self.item.plain(item) for item in value]
        return items[0] if len(items) == 1 else items


@attrs.frozen
class FreeTable(Kind):
    """A table with any keys and values."""

    words = "a table"

    def read(self, value: object, _around: Surroundings, /) -> Mapping[str, Any]:
        """Return the table as it is."""
        if not isinstance(value, dict):
            raise self.refuse(value)
        return value

    def json_schema(self) -> dict[str, Any]:
        """Return the schema of an object."""
        return {"type": "object", "additionalProperties": True}  # Tombi wants it said

    def plain(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """Return the table."""
        return dict(value)
