"""How long the client waits for what, and how it comes back; the same as our pages."""

import random
from collections.abc import Callable

import attrs

FIRST_WAIT = 1.0
"""Seconds before the first attempt to come back; doubled for each further one."""

LONGEST_WAIT = 30.0
"""Seconds; the longest wait between two attempts."""

STEADY = 10.0
"""Seconds; after a connection that held so long the waits start from the beginning."""


@attrs.frozen
class Patience:
    """How long to wait, all in seconds.

    *connect*: until a connection is open and the document is there; a server may have to
    build it first. *answer*: for an answer to a question. *reconnect*: for how long to try
    to come back after a connection broke; 0 means not at all, ``inf`` for ever.
    """

    connect: float = 60.0
    answer: float = 60.0
    reconnect: float = 600.0


@attrs.define
class Waits:
    """The waits before the attempts to come back. Pure: *now* is an argument, in seconds.

    *spread* gives numbers between 0 and 1: not all clients are to come at once.
    """

    patience: Patience
    spread: Callable[[], float] = random.random
    _attempts: int = 0
    _in_step_at: float = 0.0
    _lost_at: float | None = None

    def in_step(self, now: float) -> None:
        """The document is in step again."""
        self._in_step_at = now
        self._lost_at = None

    def next(self, now: float) -> float | None:
        """How long to wait before the next attempt; None when it is time to give up."""
        if self._lost_at is None:
            self._lost_at = now
            if now - self._in_step_at > STEADY:
                self._attempts = 0
        longest: float = min(LONGEST_WAIT, FIRST_WAIT * 2.0**self._attempts)
        wait = longest * (0.5 + self.spread() / 2)
        self._attempts += 1
        if now + wait - self._lost_at > self.patience.reconnect:
            return None
        return wait
