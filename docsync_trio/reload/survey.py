"""All that a site is made of at one moment: who uses which files, and how they are now."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import attrs

from docsync_trio.config.schema import SiteSettings
from docsync_trio.reload.fresh_modules import file_of
from docsync_trio.reload.import_graph import Edges, ImportGraph, importers, search_folders
from docsync_trio.reload.project_files import Snapshot, is_of_project, is_watched
from docsync_trio.reload.sources import (
    Sources,
    sources_of,
    sources_of_mounts,
    sources_of_routes,
)

_CODE = frozenset({".py", ".ipynb"})


@attrs.frozen
class Survey:
    """The files of *applications*, by path, of the endpoints and of the web applications.

    *site* are the files that concern the whole site. *unclaimed* are those of modules that
    were imported though no statement says so: any of the others may use them. *edges* says
    who imports whom, and *snapshot* how all of them were.
    """

    applications: Mapping[str, frozenset[Path]]
    routes: frozenset[Path]
    mounts: frozenset[Path]
    site: frozenset[Path]
    unclaimed: frozenset[Path]
    edges: Edges
    snapshot: Snapshot

    @property
    def folders(self) -> frozenset[Path]:
        """Where something has to be noticed."""
        files = self.snapshot.states
        parents = {file.parent for file in files}
        parents |= {file.resolve().parent for file in files if file.is_symlink()}
        return frozenset(folder for folder in parents if folder.is_dir())

    def stale(self, touched: frozenset[Path], before: "Survey") -> frozenset[Path]:
        """Return the files whose modules are out of date when *touched* have changed.

        They were imported as the survey *before* says: what is gone is found there alone.
        """
        files = self.edges.keys() | before.edges.keys()
        if touched & (self.unclaimed | before.unclaimed):
            return frozenset(files | touched)
        nothing: frozenset[Path] = frozenset()
        edges = {f: self.edges.get(f, nothing) | before.edges.get(f, nothing) for f in files}
        return importers(edges, touched)

    def code_beside(self) -> Snapshot:
        """Look at all code in `folders`, whoever may want it."""
        found = (file for folder in self.folders for file in _listed(folder))
        return Snapshot.of(file for file in found if file.suffix in _CODE and is_watched(file.name))


def _listed(folder: Path) -> Iterable[Path]:
    try:
        return list(folder.iterdir())
    except OSError:  # gone meanwhile
        return ()


@attrs.frozen
class Surveyor:
    """Surveys a site whose names are found from the folder *base*."""

    base: Path
    graph: ImportGraph = attrs.field(factory=ImportGraph, init=False)
    # Everything that was ever part of something.
    _known: set[Path] = attrs.field(factory=set, init=False)

    def survey(self, settings: SiteSettings, site: Iterable[Path]) -> Survey:
        """Look at everything that *settings* name, and at the files of the whole *site*.

        Reads files.
        """
        self.graph.forget()
        applications = {one.path: self._files(sources_of(one)) for one in settings.applications}
        routes = self._files(sources_of_routes(settings.routes))
        mounts = self._files(sources_of_mounts(settings.routes))
        claimed = routes.union(mounts, *applications.values())
        others = frozenset(self._imported()) - claimed
        # Modules that are used no more must not be found as they were, if they are used again.
        left_over = others & self._known
        unclaimed = self.graph.reached(others - left_over, self._search(())) - claimed
        self.graph.reached(left_over, self._search(()))
        self._known.update(claimed)
        files = claimed | unclaimed | left_over
        return Survey(
            {path: files | unclaimed for path, files in applications.items()},
            routes and routes | unclaimed,
            mounts and mounts | unclaimed,
            frozenset(site),
            unclaimed,
            self.graph.edges,
            Snapshot.of(files.union(site)),
        )

    def _files(self, sources: Sources) -> frozenset[Path]:
        search = self._search(sources.folders)
        named = (file for name in sources.modules for file in self.graph.files_of(name, search))
        return self.graph.reached({*sources.code, *named}, search) | sources.plain

    def _search(self, folders: Iterable[Path]) -> tuple[Path, ...]:
        return search_folders((*folders, self.base), sys.path)

    def _imported(self) -> Iterator[Path]:
        """Yield the project's files that are modules now."""
        below = f"{self.base}/"
        for module in list(sys.modules.values()):
            file = file_of(module)
            if file and file.startswith(below) and file.endswith(".py"):
                path = Path(file)
                if is_of_project(path):
                    yield path
