"""The end of the process when its time is up, whatever still runs.

A callback that never lets the loop go on, a task that ignores its cancellation, a thread
that Python waits for before it exits: none of them can be ended, and each would keep the
process for ever. A supervisor would kill it then, and take it for a crash.
"""

import math
import os
import sys
import threading
from collections.abc import Callable
from typing import Final

import attrs

BY_ITSELF: Final = 0.9
"""The share of the time that belongs to what ends by itself; see `sessions.curfew`."""

LAST_WORDS: Final = 0.05
LAST_WORDS_SECONDS: Final = 0.3
"""The share, and at most the seconds, that the last lines have to be written."""


@attrs.define(eq=False)
class LastExit:
    """Ends the process with status 0, *seconds* after `count_down` was called.

    *warn* is told beforehand, in one sentence; it is called in a thread of its own.
    """

    _seconds: float
    _warn: Callable[[str], object]
    _called_off: threading.Event = attrs.field(factory=threading.Event, init=False)

    def count_down(self) -> None:
        """Begin, at once; may be called by a signal handler."""
        if math.isfinite(self._seconds):
            threading.Thread(target=self._wait, name="docsync last exit", daemon=True).start()

    def call_off(self) -> None:
        """The process ends by itself, unless Python waits for threads of the application."""
        if _lasting_threads():
            self._warn(f"waiting for {_names()}, as long as server.keep_alive.shutdown allows")
        else:
            self._called_off.set()

    def _wait(self) -> None:
        if self._called_off.wait(BY_ITSELF * self._seconds):
            return
        # In a thread: where nobody reads, writing waits.
        threading.Thread(target=self._say_why, name="docsync last words", daemon=True).start()
        self._called_off.wait(min(LAST_WORDS * self._seconds, LAST_WORDS_SECONDS))
        os._exit(0)

    def _say_why(self) -> None:
        self._warn(
            f"not all has ended within the {self._seconds:g} s of "
            f"server.keep_alive.shutdown ({_names() or 'tasks'}); the process ends now"
        )
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()


def _names() -> str:
    return ", ".join(f"thread {each.name!r}" for each in _lasting_threads())


def _lasting_threads() -> list[threading.Thread]:
    main = threading.main_thread()
    return [each for each in threading.enumerate() if not each.daemon and each is not main]
