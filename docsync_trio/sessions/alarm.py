"""A moment that one task waits for, again and again.

Trio's way to wait until a deadline ends with an exception that it raises and catches
itself, half of what a timer costs. Here the task just goes on.
"""

import attrs
import trio


@attrs.define(eq=False)
class Alarm:
    """What one task waits with; others may `advance` it meanwhile."""

    _scope: trio.CancelScope | None = attrs.field(default=None, init=False)

    async def wait(self, at: float) -> None:
        """Wait until the time *at*, by Trio's clock, or what it was advanced to."""
        task = trio.lowlevel.current_task()

        def go_on(_raise_cancel: object) -> trio.lowlevel.Abort:
            trio.lowlevel.reschedule(task)
            return trio.lowlevel.Abort.FAILED  # there is nothing left that could be stopped

        with trio.CancelScope(deadline=at) as self._scope:
            await trio.lowlevel.wait_task_rescheduled(go_on)
        self._scope = None
        await trio.lowlevel.checkpoint_if_cancelled()

    def advance(self, at: float) -> None:
        """Let whoever waits wake at *at* already, if that is earlier."""
        if self._scope is not None and at < self._scope.deadline:
            self._scope.deadline = at
