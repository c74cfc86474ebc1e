"""Which files of the project import which others, without importing any.

Names are looked for as Python looks for them, in folders of the project only. So the files
of an application are known although it cannot be loaded, and late imports are known
before they are made.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import attrs

from docsync_trio.applications.load_error import LoadError
from docsync_trio.applications.notebook_source import read_notebook
from docsync_trio.reload.import_statements import ImportStatement, import_statements
from docsync_trio.reload.project_files import Identity, identity_of, is_of_project

Edges = Mapping[Path, frozenset[Path]]
"""For each file those that it imports."""


@attrs.define
class ImportGraph:
    """What is known of the project's imports; files are read again when they change."""

    _read: dict[Path, tuple[Identity | None, tuple[ImportStatement, ...]]] = attrs.field(
        factory=dict, init=False
    )
    _edges: dict[Path, frozenset[Path]] = attrs.field(factory=dict, init=False)

    @property
    def edges(self) -> Edges:
        """All imports that were found since `forget`."""
        return self._edges

    def forget(self) -> None:
        """Begin anew; what was read is still known."""
        self._edges.clear()

    def reached(self, roots: Iterable[Path], search: Iterable[Path]) -> frozenset[Path]:
        """Return the *roots* and all files that they import, directly or through others.

        *search* are the folders in which Python would look, those of the project only.
        """
        folders = tuple(search)
        found: set[Path] = set()
        waiting = list(roots)
        while waiting:
            file = waiting.pop()
            if file not in found:
                found.add(file)
                imported = frozenset(self._imported(file, folders)) - {file}
                self._edges[file] = self._edges.get(file, frozenset()) | imported
                waiting += imported
        return frozenset(found)

    def files_of(self, module: str, search: Iterable[Path]) -> frozenset[Path]:
        """Return the files that are run when the module called *module* is imported."""
        return frozenset(_files_of(ImportStatement(module), Path(), tuple(search)))

    def _imported(self, file: Path, search: tuple[Path, ...]) -> Iterator[Path]:
        for statement in self._statements(file):
            yield from _files_of(statement, file, search)
        init = file.parent / "__init__.py"
        if init.is_file():
            yield init

    def _statements(self, file: Path) -> tuple[ImportStatement, ...]:
        known = self._read.get(file)
        state = identity_of(file)
        if known is not None and known[0] == state:
            return known[1]
        try:
            statements = import_statements(_source(file))
        except (OSError, SyntaxError, ValueError, LoadError, RecursionError, MemoryError):
            # Until it is mended, it imports what it did before.
            statements = () if known is None else known[1]
        self._read[file] = (state, statements)
        return statements


def _source(file: Path) -> str | bytes:
    return read_notebook(file).text if file.suffix == ".ipynb" else file.read_bytes()


def _files_of(statement: ImportStatement, file: Path, search: tuple[Path, ...]) -> Iterator[Path]:
    parts = statement.module.split(".") if statement.module else []
    if statement.level:
        folders: tuple[Path, ...] = (file.parents[min(statement.level, len(file.parents)) - 1],)
    else:
        folders = search
    place = None
    for part in parts:
        place = _find(part, folders)
        if place is None:
            return
        yield from _code_of(place)
        folders = (place,)
    for name in statement.names:
        member = _find(name, folders) if place is None or place.is_dir() else None
        if member is not None:
            yield from _code_of(member)


def _find(name: str, folders: Iterable[Path]) -> Path | None:
    """Return the module *name* of the first of *folders* that has it: a file or a folder."""
    for folder in folders:
        package, module = folder / name, folder / f"{name}.py"
        if (package / "__init__.py").is_file():
            return package
        if module.is_file():
            return module
    # A folder without __init__.py is a package only if nobody else has the name.
    return next((folder / name for folder in folders if (folder / name).is_dir()), None)


def _code_of(place: Path) -> Iterator[Path]:
    init = place / "__init__.py"
    if place.suffix == ".py":
        yield place
    elif init.is_file():
        yield init


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
