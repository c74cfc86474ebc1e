"""The callbacks that an application adds to a document: next tick, timeout, periodic.

Bokeh tells us of each callback that is added or removed, while the document is
built, later, and from any thread. Here is decided when each one runs; running it is
the session's business.
"""

from collections.abc import Callable
from typing import Any, Protocol

import attrs
import trio

from docsync_trio.documents.bokeh_private import within_its_document
from docsync_trio.sessions.alarm import Alarm
from docsync_trio.sessions.any_thread import HomeThread
from docsync_trio.sessions.caller import name_of
from docsync_trio.sessions.timers import Timers


class Added(Protocol):
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

    callback: Added


@attrs.define(eq=False)
class SessionCallback:
    """One that was added, with what else has to be known whenever it runs.

    *name* is what to call it in the log: ``"periodic callback update"``. *seconds* are its
    delay, or the period if it is *periodic*; None for the next tick. *started* is when it began.
    """

    id: str
    callback: Callable[[], Any]
    name: str
    seconds: float | None
    periodic: bool
    started: float | None = attrs.field(default=None, init=False)


class Run(Protocol):
    """What lets a callback run that is due; *first* says that others have just had their turn."""

    def __call__(self, callback: SessionCallback, *, first: bool) -> None:
        """Let *callback* run."""
        ...


def read(added: Added) -> SessionCallback:
    """What is to be known of a callback; raises TypeError where its delay is no number."""
    periodic = hasattr(added, "period")
    milliseconds = getattr(added, "timeout", None)
    if milliseconds is None:
        milliseconds = getattr(added, "period", None)
    kind = "periodic" if periodic else "next-tick" if milliseconds is None else "timeout"
    return SessionCallback(
        added.id,
        within_its_document(added.callback),
        f"{kind} callback {name_of(added.callback)}",
        None if milliseconds is None else milliseconds / 1000,
        periodic,
    )


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
    _alarm: Alarm = attrs.field(factory=Alarm, init=False)

    def _session_callback_added(self, event: CallbackEvent) -> None:
        """Bokeh calls this by its name."""
        self.added(event.callback)

    def _session_callback_removed(self, event: CallbackEvent) -> None:
        """Bokeh calls this by its name."""
        self.removed(event.callback)

    def added(self, callback: Added) -> None:
        """Run *callback* when it is due; may be called in any thread.

        Raises TypeError where its delay is no number, in the thread of whoever gave it.
        """
        self._home.call(self._add, read(callback))

    def removed(self, callback: Added) -> None:
        """Do not run *callback* any more; may be called in any thread."""
        # At once: the loop may hear of the end of a thread's call before it hears of this.
        self._live.pop(callback.id, None)
        self._home.call(self._remove, callback.id)

    def is_live(self, callback: Added) -> bool:
        """Whether *callback* has not been removed meanwhile."""
        return callback.id in self._live

    def starts(self, callback: SessionCallback) -> None:
        """*callback* begins to run: one that runs once has had its turn."""
        if callback.periodic:
            callback.started = trio.current_time()
        else:
            self._live.pop(callback.id, None)

    def ran(self, callback: SessionCallback) -> None:
        """*callback* has run: a periodic one is due a period after it began, or now if late."""
        started, callback.started = callback.started, None
        if started is None or self._live.get(callback.id) is not callback:
            return
        due = started + (callback.seconds or 0.0)
        self._schedule(callback, max(due, trio.current_time()))

    async def keep_time(self) -> None:
        """Hand over the timed callbacks as they come due; runs until it is cancelled."""
        while True:
            await self._alarm.wait(self._timers.next())
            for number, key in enumerate(self._timers.take_due(trio.current_time())):
                if (callback := self._live.get(key)) is not None:
                    self._run(callback, first=number == 0)

    def _add(self, callback: SessionCallback) -> None:
        self._live[callback.id] = callback
        if callback.seconds is None:
            self._run(callback, first=False)
        else:
            self._schedule(callback, trio.current_time() + callback.seconds)

    def _remove(self, callback_id: str) -> None:
        self._live.pop(callback_id, None)
        self._timers.remove(callback_id)

    def _schedule(self, callback: SessionCallback, at: float) -> None:
        self._timers.add(callback.id, at)
        self._alarm.advance(at)


def callback_name(callback: SessionCallback) -> str:
    """What to call *callback* in the log: ``"periodic callback update"``."""
    return callback.name
