"""The kinds of places: URL paths, origins, files and folders."""

import pathlib
import re
from typing import Any, Final

import attrs

from docsync_trio.config.kind import Kind, KindError, Surroundings, nearest, shown
from docsync_trio.config.url_paths import without_parameters

_ORIGIN: Final = re.compile(
    r"(?:\*\.)?[\w-]+(?:\.[\w-]+)*\.?(?::[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](?::[0-9]{1,5})?"
)
# Where the server itself answers; an application there would hide BokehJS.
_RESERVED: Final = ("/static", "/favicon.ico")


def _check_path(value: str, rest: str, parameters: str = "") -> None:
    """Refuse what cannot stand in a URL's path or would match nothing.

    *rest* is *value* without its parameters, which are written as *parameters* says.
    """
    if not value.startswith("/"):
        raise KindError(f"{shown(value)} does not start with a slash; write {shown('/' + value)}")
    if len(value) > 1 and value.endswith("/"):
        raise KindError(
            f"{shown(value)} ends with a slash; write {shown(value.rstrip('/') or '/')}"
        )
    if strange := re.search(r"[^\w.~!$&'()*+,;=:@/%-]", rest):
        hint = f"; a parameter is written {parameters}" if parameters else ""
        raise KindError(f"{shown(strange[0])} cannot stand in a path{hint}")
    if "//" in value or "/./" in f"{value}/" or "/../" in f"{value}/":
        raise KindError(f'{shown(value)} has an empty, "." or ".." part; browsers never ask for it')


@attrs.frozen
class UrlPath(Kind):
    """The path of an application or route, which may hold ``{parameters}``.

    With *rest*, one of the kind ``path`` may take all further parts.
    """

    rest: bool = False
    words = 'a path that starts with a slash, such as "/sliders" or "/buoys/{station}"'

    def read(self, value: object, _around: Surroundings, /) -> str:
        """Return the path."""
        if not isinstance(value, str):
            raise self.refuse(value)
        _check_path(value, without_parameters(value, rest=self.rest), "{name}")
        for reserved in _RESERVED:
            if value == reserved or value.startswith(f"{reserved}/"):
                raise KindError(
                    f"{shown(reserved)} is served by docsync itself; choose another path"
                )
        return value

    def json_schema(self) -> dict[str, Any]:
        """Return the schema of a string with a slash in front."""
        return {"type": "string", "pattern": "^/(?:.*[^/])?$"}


@attrs.frozen
class WebsocketPath(Kind):
    """Where an application's websocket is: below its page, or anywhere on the server."""

    words = 'the last part of a path, such as "ws", or a whole path such as "/sockets/sliders"'

    def read(self, value: object, around: Surroundings, /) -> str:
        """Return the path, or the part."""
        if not isinstance(value, str) or not value:
            raise self.refuse(value)
        if value.startswith("/"):
            return UrlPath().read(value, around)
        _check_path(f"/{value}", f"/{value}")
        return value

    def json_schema(self) -> dict[str, Any]:
        """Return the schema of a string that does not end with a slash."""
        return {"type": "string", "pattern": "[^/]$"}


@attrs.frozen
class UrlPrefix(Kind):
    """What a reverse proxy puts before every path: empty, or a path."""

    words = 'empty, or a path such as "/desk"'

    def read(self, value: object, _around: Surroundings, /) -> str:
        """Return the prefix, which never ends with a slash."""
        if not isinstance(value, str):
            raise self.refuse(value)
        if value == "/":
            raise KindError('"/" is no prefix; write ""')
        if value:
            _check_path(value, value)
        return value

    def json_schema(self) -> dict[str, Any]:
        """Return the schema of an empty string or a path."""
        return {"type": "string", "pattern": "^(?:/.*[^/])?$"}


@attrs.frozen
class OriginPattern(Kind):
    """A host whose pages may open websockets here."""

    words = 'a host such as "example.org", "example.org:8080" or "*.example.org"'

    def read(self, value: object, _around: Surroundings, /) -> str:
        """Return the pattern in lower case."""
        if not isinstance(value, str):
            raise self.refuse(value)
        if value == "*":
            raise KindError('"*" would let every page in the world in; name the hosts')
        if not _ORIGIN.fullmatch(value):
            bare = re.sub(r"^[a-z]+://", "", value, flags=re.IGNORECASE).split("/")[0]
            better = bare != value and _ORIGIN.fullmatch(bare)
            raise self.refuse(value, f"write {shown(bare)}" if better else "")
        return value.lower()

    def json_schema(self) -> dict[str, Any]:
        """Return the schema of a host without scheme and path."""
        return {"type": "string", "pattern": "^[^/*]+$|^\\*\\.[^/*]+$"}


@attrs.frozen
class ExistingPath(Kind):
    """A file (or with *folder*, a folder) that must be there; read as an absolute path.

    *suffixes* are the endings a file may have; empty means any.
    """

    folder: bool = False
    suffixes: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """Say what must be there."""
        if self.folder:
            return "the path of a folder"
        if self.suffixes:
            return f"the path of a {' or '.join(self.suffixes)} file"
        return "the path of a file"

    def read(self, value: object, around: Surroundings, /) -> pathlib.Path:
        """Return the path made absolute, after a look whether it is there."""
        if not isinstance(value, str) or not value or "\0" in value:
            raise self.refuse(value)
        path = pathlib.Path(around.folder, value)
        if self.suffixes and path.suffix not in self.suffixes:
            raise self.refuse(value)
        if around.look:
            self._look(path, value)
        return path

    def _look(self, path: pathlib.Path, value: str) -> None:
        what = "folder" if self.folder else "file"
        try:
            if path.is_dir() if self.folder else path.is_file():
                return
            other = path.exists()
            near = nearest(path.name, [p.name for p in path.parent.iterdir()])
        except (OSError, ValueError):  # no such parent, not allowed to look, no possible name
            other, near = False, ""
        if other:
            raise KindError(f"{shown(value)} is no {what}; expected {self.words}")
        raise KindError(f"there is no {what} {shown(value)} in {path.parent}{near}")

    def json_schema(self) -> dict[str, Any]:
        """Return the schema of a string."""
        return {"type": "string", "minLength": 1}

    def plain(self, value: pathlib.Path) -> str:
        """Return the path as text."""
        return str(value)
