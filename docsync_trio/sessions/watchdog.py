"""Names application code that runs for long without a pause, while it does so.

In the loop such code stops everybody, so nothing that runs in the loop could tell; the
watchdog is a thread. It looks on and says what it sees, and has the guard of the loop
look, which interrupts.
"""

import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import attrs

from docsync_trio.base.events import CallbackBlocks, Observer
from docsync_trio.sessions.loop_guard import PERIOD, LoopGuard


@attrs.define(eq=False)
class Stretch:
    """A stretch of application code, *what*; *alert* (seconds) is when to tell of it.

    *thread* is 0 and *since* has no meaning until it has begun.
    """

    application: str
    session: str
    what: str
    alert: float
    thread: int = attrs.field(default=0, init=False)
    since: float = attrs.field(default=0.0, init=False)
    told: bool = attrs.field(default=False, init=False)


@attrs.define(eq=False)
class Watchdog:
    """Looks at what runs; `begin` and `end` may be called in any thread."""

    _observe: Observer
    _guard: LoopGuard | None = None
    _running: dict[Stretch, None] = attrs.field(factory=dict, init=False)
    _over: threading.Event = attrs.field(factory=threading.Event, init=False)

    def begin(self, stretch: Stretch) -> None:
        """*stretch* begins (for the first time, or again), in the thread that calls."""
        stretch.thread, stretch.since = threading.get_ident(), time.perf_counter()
        self._running[stretch] = None

    def end(self, stretch: Stretch) -> float:
        """*stretch* has ended; returns how many seconds it took."""
        self._running.pop(stretch, None)
        return time.perf_counter() - stretch.since

    def look(self, now: float) -> None:
        """Tell of each stretch that has been running for too long at *now*, once."""
        for stretch in list(self._running):
            seconds = now - stretch.since
            if seconds >= stretch.alert and not stretch.told:
                stretch.told = True
                self._observe(
                    CallbackBlocks(
                        stretch.application,
                        stretch.session,
                        stretch.what,
                        seconds,
                        stack_of(stretch.thread),
                    )
                )

    def run(self) -> None:
        """Look again and again; the body of the watchdog's thread."""
        pause = PERIOD
        while not self._over.wait(pause):
            now = time.perf_counter()
            self.look(now)
            pause = PERIOD if self._guard is None else self._guard.look(now)

    def stop(self) -> None:
        """Let the thread end."""
        self._over.set()


def stack_of(thread: int) -> str:
    """What the thread of that number is doing now, as the text of a traceback."""
    frame = sys._current_frames().get(thread)  # noqa: SLF001 - the only way to look at a thread
    return "".join(traceback.format_stack(frame)) if frame is not None else ""


@contextmanager
def open_watchdog(observe: Observer, guard: LoopGuard | None) -> Iterator[Watchdog]:
    """A watchdog on duty for the length of the block; *observe* is called in its thread."""
    watchdog = Watchdog(observe, guard)
    thread = threading.Thread(target=watchdog.run, name="docsync watchdog", daemon=True)
    thread.start()
    try:
        yield watchdog
    finally:
        watchdog.stop()
        thread.join()
