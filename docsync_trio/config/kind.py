"""How one value is written in a site file.

A `Kind` stands in the annotation of a key (``Annotated[float, Duration()]``) and is
all that anyone knows about its values: how to read one, what to say when it is
wrong, how to write one down, and what an editor may know of it (JSON Schema). Those
that any program could have are in `scalars` and `lists`; those of a site in `bind`,
`places` and `names`.
"""

import abc
import difflib
import json
import pathlib
from collections.abc import Iterable, Mapping
from typing import Any, Final

import attrs

from docsync_trio.base.errors import Path

_SHOWN: Final = 60
"""As much of a wrong value as is shown; messages stay on one line."""


class KindError(ValueError):
    """A value cannot be read: what is wrong and what instead.

    *at* leads from the value that was read to the part of it that is at fault.
    """

    def __init__(self, text: str, at: Path = ()) -> None:
        super().__init__(text)
        self.text = text
        self.at = at


@attrs.frozen
class Surroundings:
    """What the meaning of a value depends on besides its text.

    *folder* is what relative paths are relative to; *environ* is where ``{ env = }``
    looks. With *look* off, neither files nor environment are looked at: that is for
    values which may be meant for another machine.
    """

    folder: pathlib.Path
    environ: Mapping[str, str]
    look: bool = True


class Kind(abc.ABC):
    """How values of one sort are read, written and described."""

    secret = False

    @property
    @abc.abstractmethod
    def words(self) -> str:
        """What a value is, with an article: ``'a time such as "15s"'``."""

    @abc.abstractmethod
    def read(self, value: object, around: Surroundings, /) -> Any:
        """Return what *value*, as TOML has it, means. Raises `KindError` or a group of them."""

    @abc.abstractmethod
    def json_schema(self) -> dict[str, Any]:
        """Return what an editor may know of the values, as JSON Schema."""

    def plain(self, value: Any) -> Any:
        """Return what `read` made as TOML (and JSON) has it."""
        return value

    def refuse(self, value: object, instead: str = "") -> KindError:
        """Return the error that says *value* is not of this kind."""
        text = f"expected {self.words}, not {shown(value)}"
        return KindError(f"{text}; {instead}" if instead else text)


def shown(value: object) -> str:
    """Return *value* short enough for a message, in TOML's spelling."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            text = json.dumps(value, ensure_ascii=False)
            return text if len(text) <= _SHOWN else f'{text[:_SHOWN]}..."'
        case dict():
            return "a table"
        case list():
            return "an array"
        case int() if abs(value) >= 10**18:
            return "a very large number"
        case _:
            return str(value)


def nearest(name: str, known: Iterable[str]) -> str:
    """Return ``'; did you mean "..."?'`` for the known name that is like *name*, or ``""``."""
    close = difflib.get_close_matches(name.lower(), {k.lower(): k for k in known}, 1, 0.6)
    spelled = [k for k in known if close and k.lower() == close[0]]
    return f'; did you mean "{spelled[0]}"?' if spelled else ""
