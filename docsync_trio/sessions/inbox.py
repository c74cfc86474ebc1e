"""One thing at a time, in the order of arrival.

Trio runs tasks in any order and hands out locks as tasks get there; Bokeh's
applications rely on order. Whatever may touch a document goes through one queue
that one task works off.

Mostly nobody else has anything to do with the document. Then who brings a job begins with
it, in the context of that task, which is not woken unless the job has to wait for something:
two turns of the loop less, and for a small patch that is a tenth of it.
"""

from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any

import attrs
import trio

from docsync_trio.sessions.fire_wall import raised_later

Rest = Coroutine[Any, Any, None]
"""What is left of a job that has begun: it has to be awaited in the same context."""

Job = Callable[[], Rest | None]
"""Something to do with the document; must not raise for what application code does.

What it can do without waiting may be done by the call. An ``async`` function is one, too.
"""


def _nothing() -> None:
    """What is to be done after a job where nobody says anything else."""


@attrs.define(eq=False)
class Inbox:
    """The jobs of one session that wait for their turn."""

    # Without a bound: connections bound what they post, and a callback that
    # posts may not be made to wait for itself.
    _jobs: deque[Job] = attrs.field(factory=deque, init=False)
    _idle: trio.lowlevel.Task | None = attrs.field(default=None, init=False)
    _has_begun: bool = attrs.field(default=False, init=False)
    _rest: Rest | None = attrs.field(default=None, init=False)
    _after_each: Callable[[], None] = attrs.field(default=_nothing, init=False)

    def post(self, job: Job) -> None:
        """Queue *job*; call it in Trio's thread."""
        self._jobs.append(job)
        if not self._has_begun:
            self._wake()

    def begin(self, job: Job) -> None:
        """Begin with *job* here and now if there is nothing else to do, or queue it.

        For a caller that does nothing more until others have had their turn.
        """
        if self._idle is None or self._has_begun:
            self.post(job)
            return
        self._has_begun = True
        # What it raises is the session's, and not the caller's.
        self._rest = raised_later(self._idle.context.run, job)
        if self._rest is None:
            self._after_each()
        self._has_begun = False
        if self._rest is not None or self._jobs:
            self._wake()

    async def work(self, after_each: Callable[[], None] = _nothing) -> None:
        """Do the jobs, one after the other, until cancelled; call *after_each* of them."""
        self._after_each = after_each
        while True:
            if self._jobs:
                await trio.lowlevel.checkpoint()  # others have their turn between two jobs
            else:
                await self._wait()
            rest, self._rest = self._rest, None
            if rest is None:
                rest = self._jobs.popleft()()
            if rest is not None:
                await rest
            after_each()

    def _wake(self) -> None:
        if self._idle is not None:
            trio.lowlevel.reschedule(self._idle)
            self._idle = None

    async def _wait(self) -> None:
        def stop(_raise_cancel: object) -> trio.lowlevel.Abort:
            if self._has_begun:  # what has begun ends the session, and goes on first
                self._jobs.appendleft(_nothing)
                return trio.lowlevel.Abort.FAILED
            self._idle = None
            return trio.lowlevel.Abort.SUCCEEDED

        self._idle = trio.lowlevel.current_task()
        await trio.lowlevel.wait_task_rescheduled(stop)
