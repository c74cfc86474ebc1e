"""Files below a folder, read once, compressed once, and never from outside the folder.

A page of Bokeh loads some megabytes of JavaScript that change only with the
installation, so what is sent is kept ready in memory: the bytes, the same compressed,
and a version made of the content. A file that changes on disk is read again.
"""

import hashlib
import os
import re
from collections import OrderedDict
from collections.abc import Mapping
from email.utils import formatdate
from functools import lru_cache
from mimetypes import guess_type
from pathlib import Path
from typing import Final

import attrs
import trio

from docsync_trio.server.files.packing import NOTHING_PACKED, packed

LARGEST_IN_MEMORY = 8_000_000
"""Bytes; larger than any file of BokehJS. What exceeds it is streamed, uncompressed."""

SMALLEST_TO_COMPRESS = 1_000
"""Bytes; below it everything fits in one packet anyway."""

CACHE_SIZE = 64_000_000
"""Bytes of files and their compressed forms kept in memory, for a whole site."""

MEDIA_TYPES = {
    # The registry of the operating system is often silent or wrong about these, and a
    # browser runs a module only if it comes as JavaScript.
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".css": "text/css",
    ".html": "text/html",
    ".json": "application/json",
    ".map": "application/json",
    ".svg": "image/svg+xml",
    ".ico": "image/x-icon",
    ".wasm": "application/wasm",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
}
_TEXT = ("text/", "application/json", "application/xml", "image/svg+xml")
_COMPRESSIBLE = (*_TEXT, "application/wasm", "image/x-icon", "application/javascript")

NANOSECONDS = 1_000_000_000

Identity = tuple[int, int, int, int]


@attrs.frozen(eq=False)
class StaticFile:
    """One file as it is on disk now.

    *modified* is in seconds since the epoch, *last_modified* the same as HTTP writes it.
    *content* is None where it is too large for memory. *packed* is the content compressed, by
    the name of the coding, and empty where that gains nothing. *version* changes whenever
    the content does.
    """

    path: Path
    identity: Identity
    size: int
    modified: int
    last_modified: str
    version: str
    media_type: str
    content: bytes | None
    packed: Mapping[str, bytes]

    @property
    def weight(self) -> int:
        """Bytes that it takes in memory."""
        return len(self.content or b"") + sum(map(len, self.packed.values()))


_PACKAGE = re.compile(r"[\w.-]+@\d+(\.\d+)*")
"""Scripts that Panel brings along under the names of their packages: ``vega@6.1.2``."""


def is_tame(relative: str) -> bool:
    """Say whether a path out of a URL can only mean something below a folder.

    Hidden files are nobody's business (`.git`, `.env`), so every part that begins with
    a dot is refused, `..` among them.
    """
    if "\0" in relative or "\\" in relative:
        return False
    return all(part and not part.startswith(".") for part in relative.split("/"))


def confine(root: Path, relative: str) -> Path | None:
    """Return the regular file *relative* below *root*; None if there is none.

    A symbolic link that leads out of *root* counts as none.
    """
    if not is_tame(relative):
        return None
    try:
        path = (root / relative).resolve(strict=True)
        inside = path.is_relative_to(root.resolve(strict=True))
    except (OSError, ValueError, RuntimeError):  # RuntimeError: links in a loop, before 3.13
        return None
    return path if inside and path.is_file() else None


def media_type_of(path: Path) -> str:
    """Return the ``Content-Type`` for a file of this name."""
    kind = MEDIA_TYPES.get(path.suffix.lower()) or guess_type(path.name)[0]
    if kind is None and _PACKAGE.fullmatch(path.name):
        kind = MEDIA_TYPES[".js"]
    if kind is None:
        return "application/octet-stream"
    return f"{kind}; charset=utf-8" if kind.startswith(_TEXT) else kind


def identity_of(path: Path) -> Identity:
    """Return what tells one state of a file on disk from another. Raises OSError."""
    stat = path.stat()
    return (stat.st_dev, stat.st_ino, stat.st_mtime_ns, stat.st_size)


def version_of_content(content: bytes) -> str:
    """Return the version of a file with this content."""
    return hashlib.sha256(content).hexdigest()[:20]


_recalled: Final[dict[tuple[Path, Identity], str]] = {}


def recall_version(path: Path, identity: Identity, version: str) -> None:
    """Believe that *version* is that of the file at *path*, as long as *identity* is the same."""
    _recalled[path, identity] = version


@lru_cache(maxsize=512)
def _version(path: Path, identity: Identity) -> str:
    return _recalled.get((path, identity)) or version_of_content(path.read_bytes())


def version_of(path: Path) -> str:
    """Return the version of the file at *path*. Raises OSError."""
    return _version(path, identity_of(path))


def read_file(path: Path) -> StaticFile:
    """Return the file with everything that can be prepared. Raises OSError."""
    identity = identity_of(path)
    size = identity[-1]
    return prepared(path, identity, path.read_bytes() if size <= LARGEST_IN_MEMORY else None)


def prepared(path: Path, identity: Identity, content: bytes | None) -> StaticFile:
    """Return the file at *path*, with *content* if that is to be kept in memory."""
    _, _, modified, size = identity
    media_type = media_type_of(path)
    version = f"{modified:x}-{size:x}" if content is None else version_of_content(content)
    shrinks = size >= SMALLEST_TO_COMPRESS and media_type.startswith(_COMPRESSIBLE)
    return StaticFile(
        path=path,
        identity=identity,
        size=size if content is None else len(content),
        modified=modified // NANOSECONDS,
        last_modified=formatdate(modified // NANOSECONDS, usegmt=True),
        version=version,
        media_type=media_type,
        content=content,
        packed=packed(content) if content and shrinks else NOTHING_PACKED,
    )


class FileCache:
    """The files of a site that were asked for lately, ready to send."""

    def __init__(self, size: int = CACHE_SIZE) -> None:
        self._size = size
        self._files: OrderedDict[tuple[Path, str], StaticFile] = OrderedDict()
        # One at a time: when a server has just started everyone asks for the same
        # files, and compressing one of them twice at once only makes both late.
        self._reading = trio.Lock()

    async def find(self, root: Path, relative: str) -> StaticFile | None:
        """Return the file *relative* below *root* as it is now, or None."""
        file = self._fresh(root, relative)
        if file is None and is_tame(relative):
            async with self._reading:
                file = self._fresh(root, relative) or await self._read(root, relative)
        return file

    def _fresh(self, root: Path, relative: str) -> StaticFile | None:
        file = self._files.get((root, relative))
        if file is None:
            return None
        try:
            # Of the name, not of what it led to then: a link may lead elsewhere now.
            stat = os.stat(f"{root}/{relative}")  # noqa: PTH116 - a Path costs more than the call
        except (OSError, ValueError):
            return None
        if (stat.st_dev, stat.st_ino, stat.st_mtime_ns, stat.st_size) != file.identity:
            return None
        self._files.move_to_end((root, relative))
        return file

    async def _read(self, root: Path, relative: str) -> StaticFile | None:
        path = confine(root, relative)
        if path is None:
            return None
        try:
            file = await trio.to_thread.run_sync(read_file, path)
        except OSError:
            return None
        self._keep((root, relative), file)
        return file

    def _keep(self, key: tuple[Path, str], file: StaticFile) -> None:
        self._files[key] = file
        self._files.move_to_end(key)
        weight = sum(kept.weight for kept in self._files.values())
        while weight > self._size and len(self._files) > 1:
            weight -= self._files.popitem(last=False)[1].weight
