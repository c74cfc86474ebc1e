"""How applications that have changed take the place of those that run.

All that is new is imported, opened and tried first. If any of it fails, none of it takes
place. Then everything changes in one moment, in which nobody else runs, and what was before
is left to end by itself.
"""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import attrs
import trio

from docsync_trio.applications.application import Application
from docsync_trio.applications.load_error import blame
from docsync_trio.base.errors import DocsyncError, Problem, ServerError
from docsync_trio.base.events import Observer
from docsync_trio.config.load import LoadedSite
from docsync_trio.config.schema import SiteSettings
from docsync_trio.protocol.token import TokenSettings
from docsync_trio.reload.carry_over import CarryOver
from docsync_trio.reload.fresh_modules import fresh_modules
from docsync_trio.reload.imports import Imported, Imports, import_parts, what_is_wrong
from docsync_trio.reload.lives import RELOADED, RETIRED, Life, live
from docsync_trio.reload.plan import Plan
from docsync_trio.reload.trial import trial_request
from docsync_trio.server.entrance.gate import Gate
from docsync_trio.server.entrance.served_applications import ServedApplications
from docsync_trio.server.extra_routes import Endpoint
from docsync_trio.server.mounted.mounts import Mount
from docsync_trio.server.mounted.open_mounts import OpenMounts, open_mounts
from docsync_trio.server.routes import Stock
from docsync_trio.server.site import Site, opening_of, shows_errors, tokens_of, with_answers
from docsync_trio.server.trial import try_out
from docsync_trio.sessions.application_context import ApplicationContext
from docsync_trio.sessions.facilities import Facilities
from docsync_trio.sessions.wire import Ending

PATIENCE = 1.0
"""Seconds to wait for the turn to change what belongs to the process; then without it."""

IMPORT_LIMIT = 30.0
"""Seconds that importing may take; for one that never ends, nothing else can be done."""


class ReloadError(DocsyncError):
    """The author's or the operator's: what was changed cannot be served.

    *applications* are the paths of those at fault, *lines* finished lines, *error* what an
    author's code raised, if it did.
    """

    def __init__(
        self, applications: tuple[str, ...], lines: tuple[str, ...], error: BaseException | None
    ) -> None:
        super().__init__("\n".join(lines))
        self.applications = applications
        self.lines = lines
        self.error = error


@attrs.frozen(eq=False)
class Open:
    """What is open: *applications* by path, the *endpoints*, the web applications.

    *gate* is the same from the start to the end.
    """

    applications: Mapping[str, Life[ApplicationContext]]
    endpoints: Mapping[str, Endpoint]
    mounts: Life[OpenMounts]
    gate: Gate | None = None

    def end(self, ending: Ending) -> None:
        """Let all of it end, with the site; does not wait for it."""
        for application in self.applications.values():
            application.end(ending)
        self.mounts.end(ending)


@attrs.frozen(eq=False)
class Exchange:
    """Opens applications and exchanges them.

    *homes* is the nursery that their tasks live in; *prepare* is given each application
    before it is opened, and returns it; *made* is the key that tokens are signed with where
    the site has none.
    """

    homes: trio.Nursery
    facilities: Facilities
    observe: Observer
    prepare: Callable[[Application], Application]
    carry_over: CarryOver
    made: bytes
    stock: Stock = attrs.field(factory=Stock, init=False)

    async def open_all(self, imports: Imports, settings: SiteSettings) -> Open:
        """Open everything for the first time. Raises `ServerError`."""
        applications = {
            path: await self._open(imported, settings)
            for path, imported in imports.applications.items()
        }
        mounts = await self._open_mounts(imports.mounts, settings)
        return Open(applications, imports.endpoints, mounts, imports.gate)

    def site_of(self, opened: Open, settings: SiteSettings, warnings: tuple[str, ...]) -> Site:
        """Return the site that answers with what is *opened*."""
        served = ServedApplications(
            settings=settings,
            applications=[opened.applications[one.path].thing for one in settings.applications],
            tokens=self._tokens(settings),
            observe=self.observe,
            show_errors=shows_errors(settings),
            gate=opened.gate,
        )
        return with_answers(
            served, opened.endpoints, opened.mounts.thing, stock=self.stock, warnings=warnings
        )

    async def exchange(
        self, before: Open, site: LoadedSite, plan: Plan, stale: frozenset[Path]
    ) -> tuple[Open, Site]:
        """Carry out *plan*; *stale* are files whose modules are out of date.

        Returns what is open then; what was is ending. Raises `ReloadError`, and nothing has
        happened.
        """
        with fresh_modules(stale) as fresh, ExitStack() as undoing:
            imports = await self._import(before, site, plan)
            new: dict[str, Life[ApplicationContext]] = {}
            for path in plan.opened:
                new[path] = life = await self._open(imports.applications[path], plan.settings)
                undoing.callback(life.end, RETIRED)
                await self._try(life.thing, before.applications.get(path), plan.settings)
            mounts = before.mounts
            if plan.mounts:
                mounts = await self._open_new_mounts(imports.mounts, plan.settings)
                undoing.callback(mounts.end, RETIRED)
            kept = {path: before.applications[path] for path in plan.kept}
            opened = Open({**kept, **new}, imports.endpoints, mounts, before.gate)
            answering = self.site_of(opened, plan.settings, site.warnings)
            for path in plan.replaced:
                self.carry_over(before.applications[path].thing, new[path].thing)
            fresh.keep()
            undoing.pop_all()
        for path in plan.replaced:
            before.applications[path].end(RELOADED)
        for path in plan.retired:
            before.applications[path].end(RETIRED)
        if plan.mounts:
            before.mounts.end(RELOADED)
        return opened, answering

    async def _import(self, before: Open, site: LoadedSite, plan: Plan) -> Imports:
        problems: list[Problem] = []
        run = partial(import_parts, site, plan.opened, problems, mounts=plan.mounts)
        old = (before.applications[path].thing for path in plan.replaced)
        if all(context.application.in_threads for context in old):
            imports = await self._in_thread(run)
        else:
            imports = run()
        if problems:
            for imported in imports.applications.values():
                imported.forget()
            lines, cause = what_is_wrong(site, problems)
            raise ReloadError(_at_fault(plan, problems), lines, cause)
        return imports

    async def _in_thread(self, run: Callable[[], Imports]) -> Imports:
        lock = self.facilities.turn
        with trio.move_on_after(PATIENCE):
            await lock.acquire()
        mine = lock.statistics().owner is trio.lowlevel.current_task()
        try:
            # Half an import would come to its end among the modules of those behind it.
            with trio.CancelScope(deadline=trio.current_time() + IMPORT_LIMIT, shield=True):
                return await trio.to_thread.run_sync(run, abandon_on_cancel=True)
        finally:
            if mine:
                lock.release()
        raise ReloadError((), (f"importing takes longer than {IMPORT_LIMIT:g} s",), None)

    async def _open(self, imported: Imported, settings: SiteSettings) -> Life[ApplicationContext]:
        application = self.prepare(imported.application)
        opening = opening_of(application, settings, self.facilities, self.observe)
        start = partial(live, opening, _end_application, imported.forget)
        life: Life[ApplicationContext] = await self.homes.start(start)
        return life

    async def _open_mounts(
        self, mounts: tuple[Mount, ...], settings: SiteSettings
    ) -> Life[OpenMounts]:
        prefix = settings.server.prefix
        opening = open_mounts(mounts, prefix, self.facilities, observe=self.observe)
        life: Life[OpenMounts] = await self.homes.start(live, opening, _end_mounts, _nothing)
        return life

    async def _open_new_mounts(
        self, mounts: tuple[Mount, ...], settings: SiteSettings
    ) -> Life[OpenMounts]:
        try:
            return await self._open_mounts(mounts, settings)
        except (ServerError, BaseExceptionGroup) as error:
            whole = BaseExceptionGroup("", [error])
            known, others = whole.split(ServerError)
            if known is None or others is not None:
                raise
            raise ReloadError((), tuple(map(str, _leaves(known))), None) from error

    async def _try(
        self,
        context: ApplicationContext,
        before: Life[ApplicationContext] | None,
        settings: SiteSettings,
    ) -> None:
        old = None if before is None else before.thing
        path = context.application.path
        fault = await try_out(context, trial_request(old, settings, path))
        if fault is not None:
            raise ReloadError((path,), (f"{path}: {blame(fault)}",), fault)

    def _tokens(self, settings: SiteSettings) -> dict[str, TokenSettings]:
        return tokens_of(settings, self.made)


def _at_fault(plan: Plan, problems: list[Problem]) -> tuple[str, ...]:
    applications = plan.settings.applications
    indexes = {int(one.path[1]) for one in problems if one.path[0] == "applications"}
    return tuple(applications[index].path for index in sorted(indexes))


def _leaves(group: BaseExceptionGroup[ServerError]) -> list[ServerError]:
    leaves: list[ServerError] = []
    for error in group.exceptions:
        leaves += _leaves(error) if isinstance(error, BaseExceptionGroup) else [error]
    return leaves


async def _end_application(context: ApplicationContext, ending: Ending) -> None:
    await context.close(ending, ending.reason, within=None)


async def _end_mounts(mounts: OpenMounts, ending: Ending) -> None:
    mounts.open_websockets.end(ending.code, ending.reason)
    await trio.lowlevel.checkpoint()


def _nothing() -> None:
    """There is nothing to do afterwards."""
