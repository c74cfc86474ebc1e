"""From a loaded site to a server that runs until somebody ends it.

In this order: the log, the imports, the sockets, the server hooks, the banner. So a
mistake in the site is told before anything listens, a taken port before any document
is built, and the banner means that all is well.
"""

import contextlib
import os
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import attrs
import trio

from docsync_trio.cli.log.access import open_access_log
from docsync_trio.cli.log.level import switch_level_by_signal
from docsync_trio.cli.log.stream import Log, open_log
from docsync_trio.cli.log.summary import tell_summaries
from docsync_trio.cli.running.addresses import listening_at
from docsync_trio.cli.running.announcing import announce, banner_of
from docsync_trio.cli.running.hangups import hangups
from docsync_trio.cli.running.keyboard import Keyboard, a_keyboard, open_page
from docsync_trio.cli.running.keys import HINT
from docsync_trio.cli.running.last_exit import LastExit
from docsync_trio.cli.running.site_opening import Load, Opening, site_opening
from docsync_trio.cli.running.stop_signals import sigterm_like_ctrl_c, stop_signals
from docsync_trio.cli.terminal.output import in_colour, lasting_output, say
from docsync_trio.cli.terminal.progress import progress
from docsync_trio.config.load import LoadedSite
from docsync_trio.server.connections.serve import serve_site
from docsync_trio.server.monitored_site import MonitoredSite
from docsync_trio.server.monitoring.open_monitoring import Monitoring, make_monitoring, own_address
from docsync_trio.server.process.garbage import GarbageKeeper
from docsync_trio.server.process.sd_notify import Notifier, watchdog
from docsync_trio.server.sockets.binds import bind_sockets
from docsync_trio.server.sockets.passed_sockets import left_waiting
from docsync_trio.server.visits.reception import Tell


def serve(loaded: LoadedSite, again: Load, *, open_browser: bool = False) -> None:
    """Serve *loaded* until Ctrl-C or SIGTERM; *open_browser* shows its first application.

    *again* loads the same site anew, in any thread. Raises `ConfigError` for what cannot be
    imported, `ServerError` for an address that cannot be had.
    """
    settings = loaded.settings.logging
    with lasting_output():
        with open_log(settings, sys.stderr, colour=in_colour(sys.stderr)) as log:
            shutdown = loaded.settings.server.keep_alive.shutdown
            last_exit = LastExit(shutdown, log.logger.warning)
            reason = _run(loaded, again, log, last_exit, open_browser=open_browser)
            last_exit.call_off()
            if settings.format == "json":
                log.logger.info("stopped", reason=reason)
        if settings.format == "console":
            say(f"{reason}: goodbye.")


def _run(
    loaded: LoadedSite, again: Load, log: Log, last_exit: LastExit, *, open_browser: bool
) -> str:
    """Serve *loaded* and return what ended it."""
    try:
        with contextlib.ExitStack() as stack, sigterm_like_ctrl_c():
            people_look = loaded.settings.logging.format == "console"
            with progress(sys.stderr if people_look else None) as tell:
                tell("importing the applications", 0, 0)
                opening = site_opening(loaded, again)
            sockets = bind_sockets(loaded.settings.server.bind)
            for each in sockets:
                stack.enter_context(each)
            tell_access = stack.enter_context(open_access_log(loaded.settings.logging))
            monitoring = make_monitoring(loaded.settings.monitoring, trio.Event())
            asked_at = stack.enter_context(own_address(monitoring))
            notifier = stack.enter_context(_known_to_systemd(loaded, monitoring, log))
            where = ", ".join(map(listening_at, asked_at))
            serving = _Serving(
                loaded=loaded,
                opening=opening,
                sockets=sockets,
                log=log,
                last_exit=last_exit,
                monitoring=monitoring,
                monitored_at=where,
                tell_access=tell_access,
                notifier=notifier,
                open_browser=open_browser,
            )
            return trio.run(serving.serve)
    except* KeyboardInterrupt:
        # Until the server runs, a signal stops imports and hooks in their middle.
        pass
    return "interrupted"


@contextlib.contextmanager
def _known_to_systemd(loaded: LoadedSite, monitoring: Monitoring, log: Log) -> Iterator[Notifier]:
    """Keep systemd's watchdog content for the length of the block; gives what else tells it."""
    settings, warn = loaded.settings, log.logger.warning
    own = settings.monitoring.bind
    asked = settings.server.bind if own is None else (*settings.server.bind, own)
    if ignored := left_waiting(asked, os.environ):
        warn(ignored)
    notifier = Notifier.of(os.environ, warn)
    with watchdog(notifier, os.environ, monitoring.health.is_alive, warn):
        yield notifier


@attrs.frozen(eq=False, kw_only=True)
class _Serving:
    loaded: LoadedSite
    opening: Opening
    sockets: Sequence[socket.socket]
    log: Log
    last_exit: LastExit
    monitoring: Monitoring
    monitored_at: str
    tell_access: Tell | None
    notifier: Notifier
    open_browser: bool
    reasons: list[str] = attrs.field(factory=list, init=False)

    async def serve(self) -> str:
        keeper = GarbageKeeper(self.log.observe)
        keyboard = a_keyboard(self.loaded.settings.logging.format)
        observe = keeper.observe if keyboard is None else keyboard.listening(keeper.observe)
        observe = self.monitoring.observing(observe)
        # Until the hooks of the end have run, the second signal has to find its way.
        with sigterm_like_ctrl_c(), contextlib.ExitStack() as until_closed:
            async with self.opening(observe) as site, trio.open_nursery() as beside:
                beside.start_soon(keeper.look)
                self.watch(beside)
                if keyboard is not None:
                    until_closed.enter_context(keyboard.taken())
                at_once = self.at_once(keyboard)
                until_closed.enter_context(stop_signals(self.stop_for, at_once))
                monitored = MonitoredSite(site, self.monitoring)
                serving = partial(
                    serve_site,
                    monitored,
                    self.sockets,
                    observe=observe,
                    stop=self.monitoring.health.stop,
                    tell=self.tell_access,
                )
                async with trio.open_nursery() as nursery:
                    look_at_files = await nursery.start(serving)
                    until_closed.enter_context(
                        hangups(self.stop_for, at_once, partial(self.look, look_at_files))
                    )
                    self.monitoring.health.site = site
                    hint = HINT if keyboard is not None else ""
                    banner = banner_of(self.loaded, site, self.sockets, hint)
                    announce(banner, self.loaded.settings.logging, self.log)
                    self.notifier.ready(f"serves at {', '.join(banner.listening)}")
                    if where := self.monitored_at:
                        self.log.logger.info(f"for machines: {where}", listening=where)
                    if self.open_browser and banner.first_page:
                        beside.start_soon(open_page, banner.first_page)
                    if keyboard is not None:
                        beside.start_soon(keyboard.answer, site, banner.first_page)
                beside.cancel_scope.cancel()
        return self.reasons[0]

    def watch(self, nursery: trio.Nursery) -> None:
        """Start in *nursery* what looks how the server is, and tells it."""
        nursery.start_soon(self.monitoring.pulse.run)
        nursery.start_soon(tell_summaries, self.monitoring, self.log.logger)
        nursery.start_soon(switch_level_by_signal, self.log)

    def at_once(self, keyboard: Keyboard | None) -> Callable[[], None]:
        """Return what a signal handler does at the first signal, also where the loop hangs."""

        def first_signal() -> None:
            if keyboard is not None:
                keyboard.give_back()
            self.last_exit.count_down()
            shutdown = self.loaded.settings.server.keep_alive.shutdown
            self.notifier.stopping("says goodbye to its visitors", shutdown)

        return first_signal

    def look(self, at_files: Callable[[], None]) -> None:
        self.log.logger.info("SIGHUP: looks at the certificate; the site file waits for a restart")
        at_files()

    def stop_for(self, reason: str) -> None:
        self.reasons.append(reason)
        self.log.logger.info(f"stopping ({reason}); once more ends at once", reason=reason)
        self.monitoring.health.stop.set()
