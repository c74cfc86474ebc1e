"""How long the code of an application takes, counted by kind.

Metrics ask for it. Where nobody does, no clock is looked at: a small message is handled in a
tenth of a millisecond, of which counting would be a part.
"""

import time
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

import attrs

BOUNDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds; the upper ends of what is counted together. What takes longer is counted, too."""

MESSAGE: Final = "message"
"""The kind of what a browser sent: its events and changes, with all callbacks on them."""

_KINDS: Final = {
    "": MESSAGE,
    "periodic": "periodic",
    "timeout": "timeout",
    "next-tick": "next tick",
    "hook": "hook",
    "update": "update",
    "server": "server callback",
    "callback": "event",
}


@attrs.define(eq=False)
class Durations:
    """*counts* has a number for each of `BOUNDS` and one for the rest, *seconds* is the sum."""

    counts: list[int] = attrs.field(factory=lambda: [0] * (len(BOUNDS) + 1))
    seconds: float = 0.0


@attrs.define(eq=False)
class CallTimes:
    """The times of one application; counted in Trio's thread if *wanted*, read in any."""

    wanted: bool = False
    _kinds: dict[str, Durations] = attrs.field(factory=dict, init=False)

    def begin(self) -> float:
        """Return when something begins, to be given to `end`; 0 where nobody wants to know."""
        return time.perf_counter() if self.wanted else 0.0

    def end(self, since: float, what: str) -> None:
        """Count *what* the log would name, which began at *since* (unless that is 0)."""
        if since:
            seconds = time.perf_counter() - since
            durations = self._kinds.get(kind := kind_of(what))
            if durations is None:
                durations = self._kinds[kind] = Durations()
            durations.counts[bisect_left(BOUNDS, seconds)] += 1
            durations.seconds += seconds

    @contextmanager
    def measuring(self, what: str) -> Iterator[None]:
        """Count the block as *what* the log would name."""
        since = self.begin()
        try:
            yield
        finally:
            self.end(since, what)

    def kinds(self) -> Mapping[str, Durations]:
        """Return the durations by kind, as they are now."""
        kinds = self._kinds.copy()
        return {kind: Durations(one.counts.copy(), one.seconds) for kind, one in kinds.items()}


def kind_of(what: str) -> str:
    """Return the kind of *what* the log would name: one of few words, none of an author's."""
    return _KINDS.get(what.partition(" ")[0], "other")
