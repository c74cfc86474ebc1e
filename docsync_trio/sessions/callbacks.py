"""The callbacks that an application adds to a document: next tick, timeout, periodic.

Bokeh tells us of each callback that is added or removed, while the document is
built, later, and from any thread. Here is decided when each one runs; running it is
the session's business.
"""

from collections.abc import Callable
from typing import Any, Protocol

import attrs
import trio

from docsync_trio.sessions.alarm import Alarm
from docsync_trio.sessions.any_thread import HomeThread
from docsync_trio.sessions.caller import name_of
from docsync_trio.sessions.timers import Timers


class SessionCallback(Protocol):
    """What we use of Bokeh's callback objects; `bokeh.server.callbacks` needs Tornado."""

    @property
    def id(self) -> str:
        """Unique within the process."""
        ...

    @property
    def callback(self) -> Callable[[], Any]:
        """The application's function, wrapped by Bokeh."""
        ...


class CallbackEvent(Protocol):
    """What we use of Bokeh's SessionCallbackAdded and SessionCallbackRemoved."""

    callback: SessionCallback


class Run(Protocol):
    """What lets a callback run that is due; *first* says that others have just had their turn."""

    def __call__(self, callback: SessionCallback, *, first: bool) -> None:
        """Let *callback* run."""
        ...


def milliseconds(callback: SessionCallback) -> float | None:
    """The delay of a timeout or the period of a periodic callback; None for next tick."""
    delay = getattr(callback, "timeout", None)
    return delay if delay is not None else getattr(callback, "period", None)


def is_periodic(callback: SessionCallback) -> bool:
    """Whether *callback* runs again and again."""
    return hasattr(callback, "period")


@attrs.define(eq=False)
class Callbacks:
    """The callbacks of one document that have been added and are still to run.

    *run* is called in the session's own thread, with each callback when it is due; it must
    queue the callback, or begin with the *first* one at once, and call `ran` after it has run.
    """

    _home: HomeThread
    _run: Run
    _live: dict[str, SessionCallback] = attrs.field(factory=dict, init=False)
    _timers: Timers[str] = attrs.field(factory=Timers, init=False)
    _started: dict[str, float] = attrs.field(factory=dict, init=False)
    _alarm: Alarm = attrs.field(factory=Alarm, init=False)

    def _session_callback_added(self, event: CallbackEvent) -> None:
        """Bokeh calls this by its name."""
        self.added(event.callback)

    def _session_callback_removed(self, event: CallbackEvent) -> None:
        """Bokeh calls this by its name."""
        self.removed(event.callback)

    def added(self, callback: SessionCallback) -> None:
        """Run *callback* when it is due; may be called in any thread.

        Raises TypeError where its delay is no number, in the thread of whoever gave it.
        """
        self._home.call(self._add, callback, _seconds(callback))

    def removed(self, callback: SessionCallback) -> None:
        """Do not run *callback* any more; may be called in any thread."""
        self._home.call(self._remove, callback)

    def is_live(self, callback: SessionCallback) -> bool:
        """Whether *callback* has not been removed meanwhile."""
        return callback.id in self._live

    def starts(self, callback: SessionCallback) -> None:
        """*callback* begins to run: one that runs once has had its turn."""
        if is_periodic(callback):
            self._started[callback.id] = trio.current_time()
        else:
            self._live.pop(callback.id, None)

    def ran(self, callback: SessionCallback) -> None:
        """*callback* has run: a periodic one is due a period after it began, or now if late."""
        started = self._started.pop(callback.id, None)
        if started is None or callback.id not in self._live:
            return
        self._schedule(callback, max(started + _seconds(callback), trio.current_time()))

    async def keep_time(self) -> None:
        """Hand over the timed callbacks as they come due; runs until it is cancelled."""
        while True:
            await self._alarm.wait(self._timers.next())
            for number, key in enumerate(self._timers.take_due(trio.current_time())):
                self._run(self._live[key], first=number == 0)

    def _add(self, callback: SessionCallback, seconds: float) -> None:
        self._live[callback.id] = callback
        if milliseconds(callback) is None:
            self._run(callback, first=False)
        else:
            self._schedule(callback, trio.current_time() + seconds)

    def _remove(self, callback: SessionCallback) -> None:
        self._live.pop(callback.id, None)
        self._timers.remove(callback.id)

    def _schedule(self, callback: SessionCallback, at: float) -> None:
        self._timers.add(callback.id, at)
        self._alarm.advance(at)


def _seconds(callback: SessionCallback) -> float:
    return (milliseconds(callback) or 0.0) / 1000


def callback_name(callback: SessionCallback) -> str:
    """What to call *callback* in the log: ``"periodic callback update"``."""
    kind = "next-tick" if milliseconds(callback) is None else "timeout"
    return f"{'periodic' if is_periodic(callback) else kind} callback {name_of(callback.callback)}"
