"""What a site names, imported: all of it, or what a reload asks for."""

import sys
from collections.abc import Collection, Mapping
from pathlib import Path

import attrs

from docsync_trio.applications.application import Application
from docsync_trio.applications.load import load_application
from docsync_trio.applications.script import staying_modules
from docsync_trio.base.errors import Problem
from docsync_trio.base.events import ReloadFailed
from docsync_trio.config.load import LoadedSite
from docsync_trio.documents.bokeh_private import forget_models_of
from docsync_trio.reload.failed_application import failed_application
from docsync_trio.reload.project_files import Snapshot
from docsync_trio.reload.survey import Surveyor
from docsync_trio.server.entrance.gate import Gate
from docsync_trio.server.extra_routes import Endpoint, load_endpoints
from docsync_trio.server.load_gate import load_gate
from docsync_trio.server.mounted.mounts import Mount, load_mounts


@attrs.frozen(eq=False)
class Imported:
    """An *application*, and the names of the *modules* that were made for it alone."""

    application: Application
    modules: tuple[str, ...] = ()

    def forget(self) -> None:
        """Let go of the modules, when nothing of the application runs any more."""
        mine = set(self.modules)
        names = {name for name in list(sys.modules) if name.partition(".")[0] in mine}
        forget_models_of(names)
        for name in names:
            sys.modules.pop(name, None)


@attrs.frozen(eq=False)
class Imports:
    """What was imported: *applications* by path; *mounts* where they were asked for.

    *gate* is imported at the start alone.
    """

    applications: Mapping[str, Imported]
    endpoints: dict[str, Endpoint]
    mounts: tuple[Mount, ...]
    gate: Gate | None = None


def base_of(site: LoadedSite) -> Path:
    """Return the folder from which modules of *site* are imported."""
    return Path.cwd() if site.source is None else site.source.absolute().parent


def files_of(site: LoadedSite) -> tuple[Path, ...]:
    """Return the files that concern the whole of *site*."""
    return () if site.source is None else (site.source.absolute(),)


def import_parts(
    site: LoadedSite, paths: Collection[str], problems: list[Problem], *, mounts: bool = True
) -> Imports:
    """Import the applications at *paths*, the endpoints, and the web applications if wanted.

    Whatever is wrong is appended to *problems*.
    """
    settings, base = site.settings, base_of(site)
    found = {}
    for index, one in enumerate(settings.applications):
        if one.path in paths:
            with staying_modules() as modules:
                application = load_application(one, ("applications", index), problems, base=base)
            if application is not None:
                found[one.path] = Imported(application, tuple(modules))
    endpoints = load_endpoints(settings.routes, base, problems)
    return Imports(found, endpoints, load_mounts(settings.routes, base, problems) if mounts else ())


@attrs.define(eq=False)
class Beginning:
    """A site at the start: what was imported, and how its files were before that, *seen*.

    *failures* tell of the applications that could not be imported; in the place of each
    stands another, which says why. *surveyor* has read the files already.
    """

    _imports: list[Imports]
    failures: tuple[ReloadFailed, ...]
    seen: Snapshot
    surveyor: Surveyor

    def hand_over(self) -> Imports:
        """Return what was imported, once: it is kept by nobody who does not open it."""
        return self._imports.pop()

    @property
    def failed(self) -> frozenset[str]:
        """The paths of the applications that could not be imported."""
        return frozenset(path for failure in self.failures for path in failure.applications)


def import_site(site: LoadedSite) -> Beginning:
    """Import all of *site*, as far as it can be.

    Raises `ConfigError` for mistakes that are in no application.
    """
    surveyor = Surveyor(base_of(site))
    seen = surveyor.survey(site.settings, files_of(site)).snapshot
    problems: list[Problem] = []
    paths = [one.path for one in site.settings.applications]
    imports = import_parts(site, paths, problems)
    gate = load_gate(site.settings, base_of(site), problems)
    if any(problem.path[0] != "applications" for problem in problems):
        raise site.explain(problems)
    found, failures = {}, []
    for index, one in enumerate(site.settings.applications):
        mine = [problem for problem in problems if problem.path[1] == index]
        if mine:
            lines, cause = what_is_wrong(site, mine)
            found[one.path] = Imported(failed_application(one, "\n".join(lines), cause))
            failures.append(ReloadFailed((one.path,), lines, cause))
        else:
            found[one.path] = imports.applications[one.path]
    return Beginning(
        [attrs.evolve(imports, applications=found, gate=gate)], tuple(failures), seen, surveyor
    )


def what_is_wrong(
    site: LoadedSite, problems: Collection[Problem]
) -> tuple[tuple[str, ...], BaseException | None]:
    """Return *problems* as finished lines, and what an author's code raised, if it did."""
    cause = next((one.cause for one in problems if one.cause is not None), None)
    return site.explain(problems).lines, cause
