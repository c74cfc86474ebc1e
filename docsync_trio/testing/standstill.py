"""Virtual time stands still while a thread works.

Trio's autojump clock jumps as soon as every task waits, and does not know that one of them
waits for a thread: a function that computes for a moment would let sessions expire. So as
long as a thread works, the clock is told not to jump. A thread that never ends must not
stop a test for ever, so this has an end too.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from docsync_trio.sessions.any_thread import HomeThread

LONGEST: Final = 10.0
"""Real seconds for which time stands still at most."""

_here: Final[trio.lowlevel.RunVar["Standstill | None"]] = trio.lowlevel.RunVar(
    "docsync_standstill", None
)


class Standstill(trio.abc.Instrument):
    """Looks after each step of a task whether threads work. One for each `trio.run`."""

    def __init__(self) -> None:
        clock = trio.lowlevel.current_clock()
        self._clock = clock if isinstance(clock, MockClock) else None
        self._threshold = 0.0
        self._threads = trio.to_thread.current_default_thread_limiter()
        self._home = HomeThread()
        self._timer = threading.Timer(0.0, self._too_long)
        self.works = False
        self._gave_up = False
        self._change = trio.Event()
        self.counters: list[Callable[[], int]] = []

    def threads_at_work(self) -> int:
        """Say how many threads work now, for a site or for the test itself."""
        return self._threads.borrowed_tokens + sum(count() for count in self.counters)

    async def settled(self) -> None:
        """Wait until nothing is left to do but what takes time, or comes from outside.

        Raises ``AssertionError`` where a thread works on and on.
        """
        while True:
            await wait_all_tasks_blocked()
            if not self.works:
                return
            if self._gave_up:
                raise AssertionError(
                    f"not settled: a plain function of the application has been running for "
                    f"{LONGEST:g} s, and does not end"
                )
            await self._change.wait()

    def after_task_step(self, task: trio.lowlevel.Task) -> None:
        """Trio calls this whenever a task has done something."""
        del task
        works = self.threads_at_work() > 0
        if works is not self.works:
            self.look(works=works)

    def look(self, *, works: bool) -> None:
        """Take note of whether threads work now."""
        self.works = works
        self._timer.cancel()
        if works:
            self._stop_time()
            self._timer = threading.Timer(LONGEST, self._too_long)
            self._timer.daemon = True
            self._timer.start()
        else:
            self._go_on(gave_up=False)

    def _stop_time(self) -> None:
        if self._clock is not None:
            self._threshold = self._clock.autojump_threshold
            self._clock.autojump_threshold = float("inf")

    def _go_on(self, *, gave_up: bool) -> None:
        if self._clock is not None and not self._gave_up:
            self._clock.autojump_threshold = self._threshold
        self._gave_up = gave_up
        self._change.set()
        self._change = trio.Event()

    def _too_long(self) -> None:
        self._home.call(self._give_up, self._timer)

    def _give_up(self, timer: threading.Timer) -> None:
        if self.works and timer is self._timer:
            self._go_on(gave_up=True)


@contextmanager
def counting_threads(count: Callable[[], int]) -> Iterator[Standstill]:
    """Within the block, time stands still also while *count* says that threads work."""
    standstill = _here.get()
    if standstill is None:
        standstill = Standstill()
        _here.set(standstill)
    if not standstill.counters:
        trio.lowlevel.add_instrument(standstill)
    standstill.counters.append(count)
    try:
        yield standstill
    finally:
        standstill.counters.remove(count)
        if not standstill.counters:
            trio.lowlevel.remove_instrument(standstill)
            if standstill.works:
                standstill.look(works=False)
