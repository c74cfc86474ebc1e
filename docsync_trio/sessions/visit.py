"""Somebody from elsewhere who wants to change a session's document and waits for it."""

from collections.abc import Awaitable, Callable
from typing import Any

import attrs
import outcome
import trio

from docsync_trio.sessions.fire_wall import outcome_of


@attrs.define(eq=False)
class Visit:
    """A call that the session makes when it is its turn; one task waits for the result."""

    _call: Callable[[], Awaitable[Any]]
    _result: outcome.Outcome[Any] = attrs.field(factory=lambda: outcome.Value(None), init=False)
    _done: trio.Event = attrs.field(factory=trio.Event, init=False)
    _scope: trio.CancelScope = attrs.field(factory=trio.CancelScope, init=False)

    async def wait(self) -> Any:
        """The result of the call; raises what it raised. A waiter that is cancelled stops it."""
        try:
            await self._done.wait()
        finally:
            self._scope.cancel()
        return self._result.unwrap()

    async def receive(self) -> None:
        """Make the call, unless the visitor has left; raises nothing but our own cancellation."""
        try:
            with self._scope:
                # Where it raises, the session ends, which is nothing to raise to the visitor.
                self._result = await outcome_of(self._call())
        finally:
            self._done.set()

    def give_up(self) -> None:
        """The session has ended: the visitor gets None."""
        self._done.set()
