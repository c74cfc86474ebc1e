"""The bytecode of all modules that a server imports, in one file.

A server imports a thousand modules. For each of them Python looks through folders, makes up the
names of files, opens two and compares what they say: a tenth of a start. So what was imported is
kept together, with the time and size of each source, and of each folder, as they were. Where one
of them is another now, Python imports as ever. The code of all is one value for `marshal`, so a
name that many modules have is read once. Modules at the top level are always found by
Python, as `sys.path` may be another one each time.
"""

import marshal
import mmap
import os
import struct
import sys
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager, suppress
from functools import partial
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, Final

from docsync_trio.cli.kept.code import usual_place, write_whole

_HEAD: Final = b"docsync kept modules 2\n" + sys.version.encode() + b"\n"
_PYC_HEAD: Final = 16
"""Bytes in front of the code in a ``.pyc`` file (PEP 552)."""

Facts = tuple[str, str, int, int, bool]
"""Source, its bytecode's file, time and size of the source, and whether it is a package."""

Entry = tuple[str, str, int, int, bool, int]
"""The same, and which of the codes it is."""


class KeptModules:
    """Finds modules that have been kept, in front of Python's own finders.

    *index* says what there is, *folders* when each folder was changed last, and *data* is the
    list of all codes, as `marshal` writes it.
    """

    def __init__(
        self, index: dict[str, Entry], folders: dict[str, int], data: memoryview | bytes
    ) -> None:
        self._index = index
        self._folders = folders
        self._data = data
        self._codes: list[CodeType | None] = []
        self._same: dict[str, bool] = {}
        self._found: set[str] = set()

    @classmethod
    def read(cls, place: Path) -> "KeptModules":
        """Return what is kept at *place*; nothing if that cannot be read, or is not ours."""
        with suppress(OSError, ValueError, EOFError, TypeError), place.open("rb") as file:
            data = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
            begin = len(_HEAD) + 8
            if data[: len(_HEAD)] == _HEAD:
                end = begin + int.from_bytes(data[len(_HEAD) : begin], "little")
                index, folders, length = marshal.loads(data[begin:end])  # noqa: S302 - as a .pyc
                if len(data) == end + length:
                    return cls(index, folders, data[end:])
        return cls({}, {}, b"")

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find the module *name* in its package, if all is as it was."""
        del target
        entry = self._index.get(name)
        if entry is None or type(path) is not list or len(path) != 1:
            return None
        source, cached, changed, size, is_package, number = entry
        folder = _folder(entry)
        if path[0] != folder or not self._is_same(folder):
            return None
        try:
            now = os.stat(source)  # noqa: PTH116 - a thousand times, so in the quick way
        except OSError:
            return None
        if now.st_mtime_ns != changed or now.st_size != size:
            return None
        self._found.add(name)
        loader = _loader(name, source, partial(self._take, number))
        spec = ModuleSpec(name, loader, origin=source, is_package=is_package)
        spec.has_location = True
        spec.cached = cached
        if is_package:
            spec.submodule_search_locations = [source.rpartition(os.sep)[0]]
        return spec

    def _is_same(self, folder: str) -> bool:
        same = self._same.get(folder)
        if same is None:
            same = self._same[folder] = _changed(folder) == self._folders.get(folder)
        return same

    def keep(self, place: Path, before: AbstractSet[str]) -> None:
        """Write what is imported now to *place*, if more of it can be kept than was found.

        *before* are the modules that had been imported before anything was looked for here.
        """
        new = {
            name: kept
            for name in sys.modules.keys() - before - self._found
            if (kept := _kept(name, sys.modules[name]))
        }
        if not new:
            return
        codes = self._all_codes() if self._found else []
        old = {name: self._index[name] for name in sorted(self._found)}
        all_codes = [codes[entry[5]] for entry in old.values()] + [code for _, code in new.values()]
        facts = [*(entry[:5] for entry in old.values()), *(facts for facts, _ in new.values())]
        names = [*old, *new]
        index = {name: (*facts[number], number) for number, name in enumerate(names)}
        folders = {folder: _changed(folder) for folder in {_folder(e) for e in index.values()}}
        data = marshal.dumps(all_codes)
        known = marshal.dumps((index, folders, len(data)))
        with suppress(OSError):
            place.parent.mkdir(exist_ok=True)
            write_whole(place, b"".join((_HEAD, len(known).to_bytes(8, "little"), known, data)))

    def _take(self, number: int) -> CodeType:
        """Return the code of that *number*, and let go of it: a module is imported once."""
        if not self._codes or self._codes[number] is None:
            self._codes = self._all_codes()
        code, self._codes[number] = self._codes[number], None
        assert code is not None, "they have just been read"  # noqa: S101
        return code

    def _all_codes(self) -> list[CodeType | None]:
        codes: list[CodeType | None] = marshal.loads(self._data)  # noqa: S302 - as a .pyc
        return codes


@contextmanager
def kept_modules(place: Path | None = None) -> Iterator[None]:
    """Within the block modules are taken from *place*; at its end they are kept there."""
    place = place or usual_place().with_suffix(".modules")
    modules, before = KeptModules.read(place), set(sys.modules)
    sys.meta_path.insert(0, modules)
    try:
        yield
    finally:
        sys.meta_path.remove(modules)
    if not sys.dont_write_bytecode:
        modules.keep(place, before)


def _loader(name: str, source: str, take: Callable[[], CodeType]) -> SourceFileLoader:
    """Return Python's own loader, which is given the code when it first asks for it."""
    loader: Any = SourceFileLoader(name, source)

    def get_code(_: str) -> CodeType:
        del loader.get_code
        return take()

    loader.get_code = get_code
    made: SourceFileLoader = loader
    return made


def _kept(name: str, module: ModuleType) -> tuple[Facts, CodeType] | None:
    """Return what is kept of *module*: bytecode that Python would take as well."""
    spec = getattr(module, "__spec__", None)
    if spec is None or spec.name != name or type(spec.loader) is not SourceFileLoader:
        return None
    package = sys.modules.get(name.rpartition(".")[0])
    path = getattr(package, "__path__", None)
    if type(path) is not list or len(path) != 1 or not spec.origin or not spec.cached:
        return None
    try:
        source = os.stat(spec.origin)  # noqa: PTH116
        data = Path(spec.cached).read_bytes()
    except OSError:
        return None
    made_of = (int(source.st_mtime) & 0xFFFFFFFF, source.st_size & 0xFFFFFFFF)
    if len(data) < _PYC_HEAD or struct.unpack_from("<4x3L", data) != (0, *made_of):
        return None
    is_package = spec.submodule_search_locations is not None
    facts = (spec.origin, spec.cached, source.st_mtime_ns, source.st_size, is_package)
    return facts, marshal.loads(data[_PYC_HEAD:])  # noqa: S302 - Python's own


def _folder(entry: Entry) -> str:
    """Return the folder in which Python looks for the module: of a package, the one around it."""
    source, _, _, _, is_package, *_ = entry
    folder = source.rpartition(os.sep)[0]
    return folder.rpartition(os.sep)[0] if is_package else folder


def _changed(folder: str) -> int:
    try:
        return os.stat(folder).st_mtime_ns  # noqa: PTH116
    except OSError:
        return -1
