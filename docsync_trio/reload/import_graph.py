"""Which files of the project import which others, without importing any.

Names are looked for as Python looks for them, in folders of the project only. So the files
of an application are known although it cannot be loaded, and late imports are known
before they are made.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import attrs

from docsync_trio.applications.load_error import LoadError
from docsync_trio.applications.notebook_source import read_notebook
from docsync_trio.reload.import_statements import ImportStatement, import_statements
from docsync_trio.reload.project_files import Identity, identity_of, is_of_project

Edges = Mapping[Path, frozenset[Path]]
"""For each file those that it imports."""


Search = tuple[Path, ...]
"""Folders in which Python would look for modules, those of the project only."""


@attrs.define
class Folders:
    """Which modules the folders of the project hold, each looked at once."""

    _names: dict[Path, frozenset[str]] = attrs.field(factory=dict, init=False)

    def is_package(self, folder: Path) -> bool:
        """Whether *folder* has an ``__init__.py``."""
        return "__init__.py" in self._in(folder)

    def files_of(self, statement: ImportStatement, file: Path, search: Search) -> Iterator[Path]:
        """Yield the files that are run for *statement*, which stands in *file*."""
        folders = search
        if statement.level:
            folders = (file.parents[min(statement.level, len(file.parents)) - 1],)
        place = None
        for part in filter(None, statement.module.split(".")):
            place = self._find(part, folders)
            if place is None:
                return
            yield from self._code_of(place)
            folders = (place,)
        if place is not None and place.suffix == ".py":
            return
        for name in statement.names:
            member = self._find(name, folders)
            if member is not None:
                yield from self._code_of(member)

    def _find(self, name: str, folders: Iterable[Path]) -> Path | None:
        """Return the module *name* of the first of *folders* that has it: a file or a folder."""
        without_init = None
        for folder in folders:
            names = self._in(folder)
            if name in names and self.is_package(folder / name):
                return folder / name
            if f"{name}.py" in names:
                return folder / f"{name}.py"
            if name in names and without_init is None and (folder / name).is_dir():
                without_init = folder / name
        # A folder without __init__.py is a package only if nobody else has the name.
        return without_init

    def _code_of(self, place: Path) -> Iterator[Path]:
        if place.suffix == ".py":
            yield place
        elif self.is_package(place):
            yield place / "__init__.py"

    def _in(self, folder: Path) -> frozenset[str]:
        names = self._names.get(folder)
        if names is None:
            names = self._names[folder] = _names_in(folder)
        return names


def _names_in(folder: Path) -> frozenset[str]:
    try:
        return frozenset(os.listdir(folder))  # noqa: PTH208 - names are all that is wanted
    except OSError:  # a file, or nothing
        return frozenset()


@attrs.define
class ImportGraph:
    """What is known of the project's imports; files are read again when they change."""

    _read: dict[Path, tuple[Identity | None, tuple[ImportStatement, ...]]] = attrs.field(
        factory=dict, init=False
    )
    _folders: Folders = attrs.field(factory=Folders, init=False)
    _imported: dict[tuple[Path, Search], frozenset[Path]] = attrs.field(factory=dict, init=False)

    @property
    def edges(self) -> Edges:
        """All imports that were found since `forget`."""
        edges: dict[Path, frozenset[Path]] = {}
        for (file, _), imported in self._imported.items():
            edges[file] = edges.get(file, frozenset()) | imported
        return edges

    def forget(self) -> None:
        """Look at the disk anew; what was read and has not changed is still known."""
        self._folders = Folders()
        self._imported.clear()

    def reached(self, roots: Iterable[Path], search: Search) -> frozenset[Path]:
        """Return the *roots* and all files that they import, directly or through others."""
        found: set[Path] = set()
        waiting = list(roots)
        while waiting:
            file = waiting.pop()
            if file not in found:
                found.add(file)
                waiting += self._imports_of(file, search)
        return frozenset(found)

    def files_of(self, module: str, search: Search) -> frozenset[Path]:
        """Return the files that are run when the module called *module* is imported."""
        return frozenset(self._folders.files_of(ImportStatement(module), Path(), search))

    def _imports_of(self, file: Path, search: Search) -> frozenset[Path]:
        known = self._imported.get((file, search))
        if known is None:
            known = frozenset(self._look_up(file, search)) - {file}
            self._imported[file, search] = known
        return known

    def _look_up(self, file: Path, search: Search) -> Iterator[Path]:
        for statement in self._statements(file):
            yield from self._folders.files_of(statement, file, search)
        if self._folders.is_package(file.parent):
            yield file.parent / "__init__.py"

    def _statements(self, file: Path) -> tuple[ImportStatement, ...]:
        known = self._read.get(file)
        state = identity_of(file)
        if known is not None and known[0] == state:
            return known[1]
        try:
            statements = import_statements(_source(file))
        except (OSError, LoadError):
            # Until it can be read again, it imports what it did before.
            statements = () if known is None else known[1]
        self._read[file] = (state, statements)
        return statements


def _source(file: Path) -> str:
    if file.suffix == ".ipynb":
        return read_notebook(file).text
    return file.read_bytes().decode("utf-8", "replace")


def search_folders(first: Iterable[Path], path: Iterable[str]) -> tuple[Path, ...]:
    """Return where to look for the project's modules: *first*, then what is on ``sys.path``."""
    folders = dict.fromkeys(first)
    folders |= dict.fromkeys(one for one in map(_absolute, path) if is_of_project(one))
    return tuple(folders)


def _absolute(entry: str) -> Path:
    return Path(entry).absolute()


def importers(edges: Edges, files: frozenset[Path]) -> frozenset[Path]:
    """Return *files* and all that import one of them, directly or through others."""
    by_imported: dict[Path, set[Path]] = {}
    for file, imported in edges.items():
        for one in imported:
            by_imported.setdefault(one, set()).add(file)
    found: set[Path] = set()
    waiting = list(files)
    while waiting:
        file = waiting.pop()
        if file not in found:
            found.add(file)
            waiting += by_imported.get(file, ())
    return frozenset(found)
