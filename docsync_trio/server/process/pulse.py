"""How late the loop is: a task that wants to be woken every second, and when it was.

Whatever holds the loop, be it one callback for five seconds or a thousand that take their
turns, shows here as a delay; and a thread that looks at `Pulse` knows whether it turns.
"""

import math
import time
from collections import deque
from collections.abc import Callable
from typing import Final

import attrs
import trio

PERIOD: Final = 1.0
"""Seconds between two beats."""

_LATELY: Final = 60  # beats


def _nobody(_lag: float) -> None:
    pass


@attrs.define(eq=False)
class Pulse:
    """The loop's turns. *clock* gives seconds; *told* is called with each delay."""

    _clock: Callable[[], float] = time.monotonic
    told: Callable[[float], None] = _nobody
    _due: float = attrs.field(default=math.inf, init=False)
    _worst: float = attrs.field(default=0.0, init=False)
    _lags: deque[float] = attrs.field(factory=lambda: deque([0.0], _LATELY), init=False)

    async def run(self) -> None:
        """Beat for ever."""
        try:
            while True:
                self._due = self._clock() + PERIOD
                await trio.sleep(PERIOD)
                lag = self.late()
                self._worst = max(self._worst, lag)
                self._lags.append(lag)
                self.told(lag)
        finally:
            self._due = math.inf

    def late(self) -> float:
        """Return for how many seconds the loop has been held; any thread may ask.

        It is 0 while nobody runs the pulse: when the server starts, and when it ends.
        """
        return max(0.0, self._clock() - self._due)

    def worst_lately(self) -> float:
        """Return the longest delay within the last minute, in seconds; any thread may ask."""
        return max(*self._lags.copy(), self.late())

    def take_worst(self) -> float:
        """Return the longest delay since this was asked last, in seconds."""
        worst, self._worst = self._worst, 0.0
        return worst
