"""Names application code that runs for long without a pause, while it does so.

In the loop such code stops everybody, so nothing that runs in the loop could tell; the
watchdog is a thread. It looks on and says what it sees; it stops nothing.
"""

import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import attrs

from docsync_trio.base.events import CallbackBlocks, Observer

PERIOD = 0.25
"""Seconds between two looks."""


@attrs.define(eq=False)
class Stretch:
    """A stretch of application code that has begun and not yet ended or paused."""

    application: str
    session: str
    what: str
    alert: float
    thread: int = attrs.field(factory=threading.get_ident)
    since: float = attrs.field(factory=time.monotonic)
    told: bool = False


@attrs.define(eq=False)
class Watchdog:
    """Looks at what runs; `begin` and `end` may be called in any thread."""

    _observe: Observer
    _running: dict[Stretch, None] = attrs.field(factory=dict, init=False)
    _over: threading.Event = attrs.field(factory=threading.Event, init=False)

    def begin(self, stretch: Stretch) -> Stretch:
        """*stretch* begins, in the thread that calls."""
        self._running[stretch] = None
        return stretch

    def end(self, stretch: Stretch) -> None:
        """*stretch* has ended."""
        self._running.pop(stretch, None)

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
        while not self._over.wait(PERIOD):
            self.look(time.monotonic())

    def stop(self) -> None:
        """Let the thread end."""
        self._over.set()


def stack_of(thread: int) -> str:
    """What the thread of that number is doing now, as the text of a traceback."""
    frame = sys._current_frames().get(thread)  # noqa: SLF001 - the only way to look at a thread
    return "".join(traceback.format_stack(frame)) if frame is not None else ""


@contextmanager
def open_watchdog(observe: Observer) -> Iterator[Watchdog]:
    """A watchdog on duty for the length of the block; *observe* is called in its thread."""
    watchdog = Watchdog(observe)
    thread = threading.Thread(target=watchdog.run, name="docsync watchdog", daemon=True)
    thread.start()
    try:
        yield watchdog
    finally:
        watchdog.stop()
        thread.join()
