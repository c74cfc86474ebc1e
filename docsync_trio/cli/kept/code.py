"""Code that libraries write and compile at each start, compiled once per installation.

attrs writes the methods of our 200 classes as Python source, `dataclasses` those of others, and
Jinja translates Bokeh's templates into it; to compile all that again is a tenth of what a start
takes. An entry is found by the whole source that it was compiled from, so it cannot be stale.
"""

import builtins
import contextlib
import dataclasses
import hashlib
import importlib.util
import marshal
import os
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, Self

# The salt that attrs gives to each class's hash is another one in each process, and any will do.
_SALT: Final = re.compile(r"(return hash\(\(\s+)-?[0-9]+")
_compile: Final = compile
_HEAD: Final = b"docsync kept code 1\n" + importlib.util.MAGIC_NUMBER


def usual_place() -> Path:
    """Return where the code for this Python is kept."""
    package = Path(__file__).parents[2]
    beside = importlib.util.cache_from_source(os.fspath(package / "kept_code.py"))
    return Path(beside).with_suffix(".kept")


class KeptCode:
    """Compiled code, by a digest of all that it was made of."""

    def __init__(self, known: Mapping[bytes, bytes]) -> None:
        self._known = known
        self._used: dict[bytes, bytes] = {}

    @classmethod
    def read(cls, place: Path) -> Self:
        """Return what is kept at *place*; nothing if that cannot be read, or is not ours."""
        try:
            data = place.read_bytes()
            known = marshal.loads(data[len(_HEAD) :]) if data.startswith(_HEAD) else {}  # noqa: S302
        except (OSError, ValueError, EOFError, TypeError):
            known = {}
        return cls(known if isinstance(known, dict) else {})

    def find(self, key: bytes) -> Any:
        """Return what is kept for *key*, None if nothing is."""
        kept = self._known.get(key)
        if kept is None:
            return None
        self._used[key] = kept
        return marshal.loads(kept)  # noqa: S302 - as trustworthy as the .pyc beside it

    def add(self, key: bytes, value: Any) -> None:
        """Remember *value*, which was not known: code, or plain values."""
        self._used[key] = marshal.dumps(value)

    def compile(self, source: Any, filename: Any, mode: str, *more: Any, **options: Any) -> Any:
        """Do what the built-in of this name does, or find it done."""
        if not isinstance(source, str) or more or options:
            return _compile(source, filename, mode, *more, **options)
        key = digest(mode, str(filename), _SALT.sub(r"\1", source))
        code = self.find(key)
        if code is None:
            code = _compile(source, filename, mode)
            self.add(key, code)
        return code

    @contextlib.contextmanager
    def compiling(self, name: str) -> Iterator[None]:
        """Within the block, the module *name* has its sources compiled here."""
        module: Any = sys.modules[name]
        module.compile = self.compile
        try:
            yield
        finally:
            del module.compile

    def execute(self, source: Any, *spaces: Any) -> None:
        """Do what `exec` does, with code that may be there already."""
        exec(self.compile(source, "<string>", "exec"), *spaces)  # noqa: S102 - its caller's text

    def keep(self, place: Path) -> None:
        """Write what was used to *place*, if it is more than was known and can be written."""
        if self._used.keys() <= self._known.keys():
            return
        with contextlib.suppress(OSError):
            place.parent.mkdir(exist_ok=True)
            write_whole(place, _HEAD + marshal.dumps(self._used))


def digest(*parts: str) -> bytes:
    """Return what stands for *parts* together."""
    lengths = ",".join(str(len(part)) for part in parts)
    return hashlib.blake2b("\0".join((lengths, *parts)).encode(), digest_size=16).digest()


@contextlib.contextmanager
def kept_code(place: Path | None = None) -> Iterator[KeptCode]:
    """Within the block, what attrs and `dataclasses` write is taken from *place*, and kept there.

    Yields what is kept, for others.
    """
    place = place or usual_place()
    code = KeptCode.read(place)
    _import_attr(code)
    with code.compiling("attr._make"):
        dataclasses.exec = code.execute  # type: ignore[attr-defined]  # for the built-in
        try:
            yield code
        finally:
            del dataclasses.exec  # type: ignore[attr-defined]
    if not sys.dont_write_bytecode:
        code.keep(place)


def _import_attr(code: KeptCode) -> None:
    """Import attrs, which has a dozen classes of its own to make when it is imported."""
    stock, builtins.compile = builtins.compile, code.compile
    try:
        import attr  # noqa: F401
    finally:
        builtins.compile = stock


def write_whole(place: Path, data: bytes) -> None:
    """Write *data* to *place* so that nobody reads a part of it. Raises `OSError`."""
    mine = place.with_name(f"{place.name}.{os.getpid()}")
    try:
        mine.write_bytes(data)
        mine.replace(place)
    finally:
        mine.unlink(missing_ok=True)
