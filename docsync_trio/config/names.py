"""The kinds of names and secrets: functions, modules, metadata, keys."""

import pathlib
import re
from collections.abc import Mapping
from typing import Any, Final

import attrs

from docsync_trio.config.kind import Kind, KindError, Surroundings, shown

_FUNCTION: Final = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*:[^\W\d]\w*(?:\.[^\W\d]\w*)*")
_MODULE: Final = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")


@attrs.frozen
class FunctionName(Kind):
    """Something in a module, by name; *what* stands for it in examples."""

    what: str = "function"

    @property
    def words(self) -> str:
        """Give an example."""
        return f'a name such as "package.module:{self.what}"'

    def read(self, value: object, _around: Surroundings, /) -> str:
        """Return the name; whether it can be imported is found out later."""
        if not isinstance(value, str):
            raise self.refuse(value)
        if not _FUNCTION.fullmatch(value):
            dotted = _MODULE.fullmatch(value) and "." in value
            raise self.refuse(
                value, f"write {shown(':'.join(value.rsplit('.', 1)))}" if dotted else ""
            )
        return value

    def json_schema(self) -> dict[str, Any]:
        """Return the schema of a string with one colon."""
        return {"type": "string", "pattern": "^[^:\\s]+:[^:\\s]+$"}


@attrs.frozen
class ModuleName(Kind):
    """A module by name."""

    words = 'the name of a module such as "package.module"'

    def read(self, value: object, _around: Surroundings, /) -> str:
        """Return the name; whether it can be imported is found out later."""
        if not isinstance(value, str) or not _MODULE.fullmatch(value):
            file = isinstance(value, str) and value.endswith(".py")
            raise self.refuse(value, "a module's name has no .py and no slashes" if file else "")
        return value

    def json_schema(self) -> dict[str, Any]:
        """Return the schema of a dotted name."""
        return {"type": "string", "pattern": "^[^:/\\s]+$"}


@attrs.frozen
class MetadataFunction:
    """Metadata that a function returns: its name, ``"package.module:name"``."""

    function: str


@attrs.frozen
class Metadata(Kind):
    """A table that is served as it is, or ``{ function = "package.module:name" }``."""

    words = 'a table, or { function = "package.module:name" }'

    def read(self, value: object, around: Surroundings, /) -> Mapping[str, Any] | MetadataFunction:
        """Return the table, or the function's name."""
        if not isinstance(value, dict):
            raise self.refuse(value)
        if value.keys() != {"function"}:
            return value
        try:
            return MetadataFunction(FunctionName().read(value["function"], around))
        except KindError as error:
            raise KindError(error.text, ("function",)) from None

    def json_schema(self) -> dict[str, Any]:
        """Return the schema of an object."""
        return {"type": "object", "additionalProperties": True}  # Tombi wants it said

    def plain(self, value: Mapping[str, Any] | MetadataFunction) -> dict[str, Any]:
        """Return the table as TOML has it."""
        if isinstance(value, MetadataFunction):
            return {"function": value.function}
        return dict(value)


@attrs.frozen
class Secret(Kind):
    """Text that must not be seen: ``{ env = "NAME" }``, ``{ file = "path" }`` or literal."""

    words = '{ env = "NAME" }, { file = "path" } or a string'
    secret = True

    def read(self, value: object, around: Surroundings, /) -> str:
        """Return the secret itself, fetched from where it is."""
        match value:
            case "" | {"env": ""} | {"file": ""}:
                raise KindError(f"is empty; expected {self.words}")
            case str():
                return value
            case {"env": str(name), **others} if not others:
                return _from_environment(name, around)
            case {"file": str(name), **others} if not others:
                return _from_file(name, around)
        raise KindError(f"expected {self.words}")  # without the value: it may be the secret

    def json_schema(self) -> dict[str, Any]:
        """Return the schema of the three forms."""
        forms = [
            {
                "type": "object",
                "properties": {name: {"type": "string", "minLength": 1}},
                "required": [name],
                "additionalProperties": False,
            }
            for name in ("env", "file")
        ]
        return {"anyOf": [*forms, {"type": "string", "minLength": 1}]}

    def plain(self, value: str) -> str:
        """Return something that tells nothing of the secret."""
        return "********" if value else ""


def _from_environment(name: str, around: Surroundings) -> str:
    secret = around.environ.get(name, "")
    if not secret and around.look:
        state = "is empty" if name in around.environ else "is not set"
        raise KindError(f"the environment variable {name} {state}; set it to the secret", ("env",))
    return secret


def _from_file(name: str, around: Surroundings) -> str:
    if not around.look:
        return ""
    try:
        secret = pathlib.Path(around.folder, name).read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise KindError(f"cannot read the secret in {shown(name)}: {reason}", ("file",)) from None
    if not secret:
        raise KindError(f"the file {shown(name)} is empty; put the secret into it", ("file",))
    return secret
