"""Trying a site with nobody looking: everything imported, each document built once.

The site is opened just as for serving, server hooks included, only that nothing
listens; then every application is asked for one session, one after the other, so
that the times can be compared. What cannot be loaded is told and keeps nothing else
from being tried.
"""

import contextlib
import sys
from collections.abc import Iterable

import attrs
import trio

from docsync_trio.applications.application import Application
from docsync_trio.base import events
from docsync_trio.base.errors import PlacedProblem
from docsync_trio.cli.checking.report import ApplicationReport, Detected, Fault, RunsIn, SiteReport
from docsync_trio.cli.failure import known_error
from docsync_trio.cli.site_summary import handlers_of, site_doubts
from docsync_trio.cli.terminal.progress import Tell
from docsync_trio.config.load import ExaminedSite, LoadedSite
from docsync_trio.config.schema import ApplicationSettings
from docsync_trio.config.usable import UsablePart
from docsync_trio.server.site import LoadedApplications, Site, load_good_applications, open_site
from docsync_trio.server.trial import example_request, try_out
from docsync_trio.sessions.application_context import ApplicationContext

NOT_BUILT = "the document cannot be built"


def try_site(examined: ExaminedSite, name: str, tell: Tell) -> SiteReport:
    """Import and build what is usable of *examined*, which people call *name*.

    *tell* learns how far it is. What applications print goes to standard error.
    """
    if examined.usable is None or examined.part is None:
        return SiteReport(name, examined.problems)
    with contextlib.redirect_stdout(sys.stderr):
        tell("importing", 0, 0)
        imported, wrong = load_good_applications(examined.usable)
        problems = examined.problems
        if wrong:
            problems = _in_order((*problems, *examined.usable.explain(wrong).problems))
        trial = _Trial(examined.usable, examined.part, imported, tell)
        reports = trio.run(trial.run)
    doubts = site_doubts(examined.usable)
    return SiteReport(name, problems, doubts, tuple(reports), tuple(trial.faults.get("", ())))


def _in_order(problems: Iterable[PlacedProblem]) -> tuple[PlacedProblem, ...]:
    return tuple(sorted(problems, key=lambda one: (not one.line, one.line, one.column)))


@attrs.frozen(eq=False)
class _Trial:
    """*faults* are what went wrong so far, by the path of the application; "" is the site."""

    site: LoadedSite
    part: UsablePart
    imported: LoadedApplications
    tell: Tell
    faults: dict[str, list[Fault]] = attrs.field(factory=dict, init=False)

    async def run(self) -> list[ApplicationReport]:
        await self._start_mounts()
        settings, by_path = self.site.settings, {a.path: a for a in self.imported.applications}
        loaded = [by_path.get(one.path) for one in settings.applications]
        whole = [a for index, a in enumerate(loaded) if a and self.part.is_whole(index)]
        seconds = await self._build(LoadedApplications(tuple(whole), self.imported.endpoints))
        return [
            ApplicationReport(
                path=self.part.name(index),
                title=_title(one, application),
                handlers=handlers,
                detected=None if application is None else _detected(application),
                seconds=seconds.get(one.path),
                faults=tuple(self.faults.get(one.path, ())),
            )
            for index, (one, application, handlers) in enumerate(
                zip(settings.applications, loaded, handlers_of(self.site), strict=True)
            )
        ]

    async def _start_mounts(self) -> None:
        """Let mounted web applications begin and end, apart: one that fails keeps none waiting."""
        for mount in self.imported.mounts:
            alone = LoadedApplications((), {}, (mount,))
            try:
                async with open_site(self.site, observe=self._observe, imported=alone):
                    pass
            except Exception as error:  # noqa: BLE001 - the fire wall of what is tried
                known = known_error(error) or error
                self._note("", f"{mount.path} does not start", known.__cause__ or known)

    async def _build(self, imported: LoadedApplications) -> dict[str, float]:
        """Return how many seconds the documents took that could be built, by path."""
        opening = open_site(self.site, observe=self._observe, imported=imported, warm=False)
        async with opening as site:
            taken: dict[str, float | None] = {}
            for number, one in enumerate(site.applications):
                self.tell(f"building {one.application.path}", number, len(site.applications))
                taken[one.application.path] = await self._one(site, one)
        return {path: seconds for path, seconds in taken.items() if seconds is not None}

    async def _one(self, site: Site, context: ApplicationContext) -> float | None:
        path = context.application.path
        begun = trio.current_time()
        error = await try_out(context, example_request(site.settings, path))
        seconds = trio.current_time() - begun
        if error is None:
            return seconds
        self._note(path, NOT_BUILT, error)
        return None

    def _observe(self, event: events.Event) -> None:
        if isinstance(event, events.CallbackFailed | events.ApplicationTaskFailed):
            self._note(event.application, event.what, event.error)

    def _note(self, path: str, what: str, error: BaseException) -> None:
        self.faults.setdefault(path, []).append(Fault(what, error))


def _title(settings: ApplicationSettings, application: Application | None) -> str:
    title = settings.title if application is None else application.title
    return "" if title == settings.path else title


def _detected(application: Application) -> Detected:
    functions: RunsIn = "thread" if application.in_threads else "loop"
    return Detected(application.framework.name, application.async_kind, functions)
