"""How long each step of the server's end may take.

Every step has a patience of its own: connections that say goodbye, threads that end,
hooks. One after the other these add up to more than an operator allows. So when the
server is told to end, each step gets a latest moment, and what is left of the time
belongs to the next one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum

import attrs
import trio

from docsync_trio.sessions.places import Places

MOST_THREADS = 100

HOOK_GRACE = 10.0
"""Seconds that all hooks of a session's end, or an application's, get together."""

CLOSING_GRACE = 60.0
"""Seconds until the hooks of the application's end run though sessions still end."""

STUBBORN_GRACE = 10.0
"""Seconds until a session is buried whose tasks go on although they were cancelled."""


class Step(Enum):
    """A step of the end; its value is the share of the whole time by which it is over."""

    GOODBYES = 0.6
    """Requests under way are answered, and connections told."""

    THREADS = 0.67
    """Threads and asyncio tasks of the sessions end."""

    TASKS = 0.7
    """All other tasks of the sessions end."""

    SESSION_HOOKS = 0.8
    SERVER_HOOKS = 0.87


@attrs.define(eq=False)
class Curfew:
    """The end of the server; until it `begin`s, every step has just its own patience.

    *threads* are for hooks when the end has begun: an application's own may all hang.
    """

    threads: Places = attrs.field(factory=lambda: Places(MOST_THREADS), init=False)
    _begun: float = attrs.field(default=float("inf"), init=False)
    _seconds: float = attrs.field(default=0.0, init=False)
    _scopes: dict[trio.CancelScope, Step] = attrs.field(factory=dict, init=False)

    def begin(self, seconds: float) -> None:
        """The server ends now, and within *seconds*; the first time this is said stands."""
        if not self.has_begun():
            self._begun, self._seconds = trio.current_time(), seconds
            for scope, step in self._scopes.items():
                scope.deadline = min(scope.deadline, self._latest(step))

    def has_begun(self) -> bool:
        """Whether the server ends."""
        return self._begun != float("inf")

    @contextmanager
    def grace(
        self, step: Step, seconds: float, *, shield: bool = False
    ) -> Iterator[trio.CancelScope]:
        """Cancel the block after *seconds*, or when *step* has to be over."""
        deadline = min(trio.current_time() + seconds, self._latest(step))
        scope = trio.CancelScope(deadline=deadline, shield=shield)
        self._scopes[scope] = step
        try:
            with scope:
                yield scope
        finally:
            del self._scopes[scope]

    def _latest(self, step: Step) -> float:
        return self._begun + step.value * self._seconds
