"""The loop of reloads: look what has changed, decide, exchange, tell how it went."""

from collections.abc import Callable
from pathlib import Path

import attrs
import trio

from docsync_trio.applications.load_error import blame, shown
from docsync_trio.base.errors import ConfigError
from docsync_trio.base.events import Observer, Reloaded, ReloadFailed, RestartNeeded
from docsync_trio.config.load import LoadedSite
from docsync_trio.config.schema import SiteSettings
from docsync_trio.reload.exchange import Exchange, Open, ReloadError
from docsync_trio.reload.fresh_modules import drop_modules
from docsync_trio.reload.imports import Beginning, files_of
from docsync_trio.reload.plan import Plan, Running, make_plan
from docsync_trio.reload.project_files import Identity, Snapshot
from docsync_trio.reload.running_site import ReloadRequest, RunningSite
from docsync_trio.reload.survey import Survey, Surveyor
from docsync_trio.sessions.application_context import RESTARTING

MOST_NAMED = 3
"""Changed files that are named as the reason of a reload."""


@attrs.define(eq=False)
class Reloading:
    """Keeps a site as its files say.

    *loaded* is the site as it is served, *load* reads it anew, *exchange* carries out what has
    changed and *observe* is told of it.
    """

    exchange: Exchange
    loaded: LoadedSite
    load: Callable[[], LoadedSite]
    observe: Observer
    _site: RunningSite = attrs.field(init=False)
    _opened: Open = attrs.field(init=False)
    _surveyor: Surveyor = attrs.field(init=False)
    _survey: Survey = attrs.field(init=False)
    # Files that were touched and could not be taken over, and what code there was then.
    _pending: frozenset[Path] = attrs.field(init=False)
    _beside: Snapshot = attrs.field(init=False)
    # How the files are that are being taken over just now.
    _seen: Snapshot | None = attrs.field(default=None, init=False)
    _told_keys: tuple[str, ...] = attrs.field(default=(), init=False)

    async def open(
        self, beginning: Beginning, requests: trio.MemorySendChannel[ReloadRequest]
    ) -> RunningSite:
        """Open the site for the first time; reloads are asked for through *requests*."""
        settings = self.loaded.settings
        self._opened = await self.exchange.open_all(beginning.hand_over(), settings)
        current = self.exchange.site_of(self._opened, settings, self.loaded.warnings)
        self._site = RunningSite(current, requests)
        self._surveyor = beginning.surveyor
        survey = self._look_around(settings)
        self._pending = frozenset().union(*(survey.applications[path] for path in beginning.failed))
        self._beside = survey.code_beside()
        self._remember(survey, beginning.seen)
        return self._site

    def end(self) -> None:
        """Let all that is open end; does not wait for it."""
        self._opened.end(RESTARTING)

    async def run(
        self,
        requests: trio.MemoryReceiveChannel[ReloadRequest],
        watch: Callable[[frozenset[Path]], None],
    ) -> None:
        """Look whenever somebody asks for it; runs for ever.

        *watch* is told the folders in which changes are to be noticed.
        """
        watch(self._survey.folders)
        async for request in requests:
            asked = [request]
            while asked:
                asked = await self._attempt(asked, requests)
            watch(self._survey.folders)

    async def _attempt(
        self, asked: list[ReloadRequest], requests: trio.MemoryReceiveChannel[ReloadRequest]
    ) -> list[ReloadRequest]:
        """Look for those who have *asked*; return those for whom to look again."""
        newer: list[ReloadRequest] = []
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._listen, requests, newer, nursery.cancel_scope)
            try:
                await self._look(asked)
            except Exception as error:  # noqa: BLE001 - it must not end a server that works
                self.observe(_failure(error, ()))
            for one in asked:
                one.looked.set()
            nursery.cancel_scope.cancel()
        return newer if asked[0].looked.is_set() else [*asked, *newer]

    async def _listen(
        self,
        requests: trio.MemoryReceiveChannel[ReloadRequest],
        newer: list[ReloadRequest],
        attempt: trio.CancelScope,
    ) -> None:
        """Take note of *requests*; end an attempt at what files say no more."""
        async for request in requests:
            newer.append(request)
            seen = self._seen
            if seen is not None and await trio.to_thread.run_sync(seen.is_outdated):
                attempt.cancel()

    async def _look(self, asked: list[ReloadRequest]) -> None:
        begun = trio.current_time()
        everything = any(request.everything for request in asked)
        now = await trio.to_thread.run_sync(self._look_around, self._site.settings)
        touched = now.snapshot.touched(self._survey.snapshot)
        beside = await trio.to_thread.run_sync(now.code_beside)
        if self._pending and not touched and beside != self._beside:
            touched = self._pending
        if not (touched or everything):
            self._remember(now)
            return
        reasons = (*(request.because for request in asked if request.because),)
        because = (*reasons, *_reasons(touched, self._survey.snapshot, now.snapshot))
        still = bool(self._pending)
        error: Exception | None
        self._seen = now.snapshot
        try:
            done, error = await self._take_over(now, touched, everything=everything)
        except Exception as fault:  # noqa: BLE001 - whatever it is, what runs goes on
            done, error = None, fault
            self._pending |= touched
        finally:
            self._seen = None
        self._beside = beside
        with trio.CancelScope(shield=True):
            around = await trio.to_thread.run_sync(self._look_around, self._site.settings)
        self._remember(around, now.snapshot)
        if done is not None or (still and error is None):
            changed = done or Plan(self._site.settings)
            seconds = trio.current_time() - begun
            self.observe(
                Reloaded(changed.added, changed.replaced, changed.retired, seconds, because)
            )
        if error is not None:
            self.observe(_failure(error, because))

    async def _take_over(
        self, now: Survey, touched: frozenset[Path], *, everything: bool
    ) -> tuple[Plan | None, ReloadError | None]:
        """Take over what has changed; return what was done, and what still is wrong."""
        loaded, every = self.loaded, touched | self._pending
        if everything or every & now.site:
            loaded = await trio.to_thread.run_sync(self.load)
        running = self._running(now)
        plan = make_plan(running, loaded.settings, every, everything=everything)
        self._tell_of_keys(plan.restart)
        stale = frozenset(now.edges) if everything else now.stale(every, self._survey)
        try:
            await self._exchange(loaded, plan, stale)
        except ReloadError as error:
            # What was broken before must not keep back what has nothing to do with it.
            less = make_plan(running, loaded.settings, touched)
            is_other = error.applications and not set(error.applications) & set(less.opened)
            if everything or loaded is not self.loaded or less.is_empty or not is_other:
                raise
            await self._exchange(loaded, less, now.stale(touched, self._survey))
            return less, error
        self._pending = frozenset()
        return (None if plan.is_empty else plan), None

    def _tell_of_keys(self, keys: tuple[str, ...]) -> None:
        if keys and keys != self._told_keys:
            self.observe(RestartNeeded(keys))
        self._told_keys = keys

    async def _exchange(self, loaded: LoadedSite, plan: Plan, stale: frozenset[Path]) -> None:
        if plan.is_empty:
            drop_modules(stale)
        else:
            made = await self.exchange.exchange(self._opened, loaded, plan, stale)
            self._opened, self._site.current = made
        self.loaded = loaded

    def _running(self, now: Survey) -> Running:
        before = self._survey
        # A file that is gone was one of theirs, and one that is new is.
        files = {
            path: before.applications.get(path, frozenset()) | found
            for path, found in now.applications.items()
        }
        return Running(
            self._site.settings, files, before.routes | now.routes, before.mounts | now.mounts
        )

    def _look_around(self, settings: SiteSettings) -> Survey:
        return self._surveyor.survey(settings, files_of(self.loaded))

    def _remember(self, survey: Survey, seen: Snapshot | None = None) -> None:
        """Know *survey*; files that were *seen* before count as they were then."""
        states = dict(survey.snapshot.states)
        if seen is not None:
            states |= {f: s for f, s in seen.states.items() if f in states}
        self._survey = attrs.evolve(survey, snapshot=Snapshot(states))


def _reasons(touched: frozenset[Path], before: Snapshot, now: Snapshot) -> tuple[str, ...]:
    files = sorted(touched)
    named = tuple(
        f"{shown(file)} {_what_happened(before.states.get(file), now.states.get(file))}"
        for file in files[:MOST_NAMED]
    )
    more = len(files) - MOST_NAMED
    return named if more <= 0 else (*named, f"{more} more")


def _what_happened(before: Identity | None, now: Identity | None) -> str:
    if before is None:
        return "is new"
    return "is gone" if now is None else "changed"


def _failure(error: Exception, because: tuple[str, ...]) -> ReloadFailed:
    match error:
        case ReloadError():
            return ReloadFailed(error.applications, error.lines, error.error, because)
        case ConfigError():
            cause = next((one.cause for one in error.problems if one.cause is not None), None)
            return ReloadFailed((), error.lines, cause, because)
        case _:
            return ReloadFailed((), (blame(error),), error, because)
