"""The keys for what is logged, and where; see `schema`, of which it is a part."""

# ruff: noqa: RUF009 - `key` makes attributes, and the defaults it gets cannot be changed.

import pathlib
from typing import Annotated, Any

import attrs

from docsync_trio.config.keys import key
from docsync_trio.config.kind import Kind, KindError, Surroundings, shown
from docsync_trio.config.scalars import Choice, Flag


@attrs.frozen
class FileToWrite(Kind):
    """A file that need not be there, in a folder that must; read as an absolute path."""

    words = "the path of a file to write to"

    def read(self, value: object, around: Surroundings, /) -> pathlib.Path:
        """Return the path made absolute, after a look whether its folder is there."""
        if not isinstance(value, str) or not value or "\0" in value:
            raise self.refuse(value)
        path = pathlib.Path(around.folder, value)
        if around.look and path.is_dir():
            raise KindError(f"{shown(value)} is a folder; expected {self.words}")
        if around.look and not path.parent.is_dir():
            raise KindError(f"there is no folder {path.parent} for {shown(value)}")
        return path

    def json_schema(self) -> dict[str, Any]:
        """Return the schema of a string."""
        return {"type": "string", "minLength": 1}

    def plain(self, value: pathlib.Path) -> str:
        """Return the path as text."""
        return str(value)


@attrs.frozen(kw_only=True)
class LoggingSettings:
    """What is logged, and how."""

    level: Annotated[str, Choice(("debug", "info", "warning", "error"))] = key(
        "info", doc="The least important message that is still logged."
    )
    format: Annotated[str, Choice(("console", "json"))] = key(
        "console", doc='"console" is for people, "json" (one object per line) for programs.'
    )
    access: Annotated[bool, Flag()] = key(
        default=False,
        doc="Whether the log has a line for each request that was answered, and one for each "
        "websocket at its end, whatever `level` says. The visitors' addresses are in them.",
    )
    access_file: Annotated[pathlib.Path | None, FileToWrite()] = key(
        None,
        doc="A file that gets such lines, with or without those in the log. It is opened anew "
        "when somebody has moved it away, as logrotate does.",
        example='"access.log"',
    )
    access_format: Annotated[str, Choice(("combined", "json"))] = key(
        "combined",
        doc='How lines of `access_file` look: "combined" is what Apache and nginx write and all '
        'tools for such files read, "json" has everything.',
        only_with=("access_file",),
    )
