"""One thing at a time, in the order of arrival.

Trio runs tasks in any order and hands out locks as tasks get there; Bokeh's
applications rely on order. Whatever may touch a document goes through one queue
that one task works off.
"""

from collections import deque
from collections.abc import Awaitable, Callable

import attrs
import trio

Job = Callable[[], Awaitable[None]]
"""Something to do with the document; must not raise for what application code does."""


@attrs.define(eq=False)
class Inbox:
    """The jobs of one session that wait for their turn."""

    # Without a bound: connections bound what they post, and a callback that
    # posts may not be made to wait for itself.
    _jobs: deque[Job] = attrs.field(factory=deque, init=False)
    _idle: trio.lowlevel.Task | None = attrs.field(default=None, init=False)

    def post(self, job: Job) -> None:
        """Queue *job*; call it in Trio's thread."""
        self._jobs.append(job)
        if self._idle is not None:
            trio.lowlevel.reschedule(self._idle)
            self._idle = None

    async def work(self, after_each: Callable[[], None] = lambda: None) -> None:
        """Do the jobs, one after the other, until cancelled; call *after_each* of them."""
        while True:
            if self._jobs:
                await trio.lowlevel.checkpoint()  # others have their turn between two jobs
            else:
                await self._wait()
            await self._jobs.popleft()()
            after_each()

    async def _wait(self) -> None:
        def stop(_raise_cancel: object) -> trio.lowlevel.Abort:
            self._idle = None
            return trio.lowlevel.Abort.SUCCEEDED

        self._idle = trio.lowlevel.current_task()
        await trio.lowlevel.wait_task_rescheduled(stop)
