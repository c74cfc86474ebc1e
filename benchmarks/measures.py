"""What is measured: rows, their figures, and the one number that a figure comes down to.

Pure: the servers, the clock and the files are elsewhere.
"""

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import attrs

Readings = Mapping[str, Sequence[float]]
"""What one turn has read, by the key of the figure's readings."""

Statistic = Literal["median", "p99", "max"]


@attrs.frozen
class Figure:
    """One line of the table.

    *says* is what it tells, *reads* the key of its readings, *unit* what is printed after
    the number. With *rate* more is better.
    """

    says: str
    reads: str
    unit: str
    statistic: Statistic = "median"
    rate: bool = False

    def of(self, readings: Sequence[float]) -> float | None:
        """Return the number for all turns' *readings*; None if there are none."""
        if not readings:
            return None
        if self.statistic == "max":
            return max(readings)
        return percentile(readings, 99) if self.statistic == "p99" else statistics.median(readings)

    def ratio(self, ours: float | None, theirs: float | None) -> float | None:
        """Return *ours* as a multiple of *theirs*; None where that means nothing."""
        if ours is None or not theirs:
            return None
        return ours / theirs

    def best(self, values: Mapping[str, float | None]) -> str | None:
        """Return the name of the best of *values*; None if nobody has one."""
        known = {name: value for name, value in values.items() if value is not None}
        if not known:
            return None
        return (max if self.rate else min)(known, key=known.__getitem__)


def percentile(readings: Sequence[float], share: float) -> float:
    """Return the smallest reading that *share* percent of *readings* do not exceed."""
    ordered = sorted(readings)
    return ordered[max(0, math.ceil(share / 100 * len(ordered)) - 1)]


CPU = Figure("server CPU", "cpu", "ms")
MEDIAN = Figure("time, median", "time", "ms")
P99 = Figure("time, p99", "time", "ms", "p99")
BYTES = Figure("bytes received", "bytes", "B")
RATE = Figure("rate", "rate", "/s", rate=True)


@attrs.frozen
class Row:
    """One thing that is done to every server.

    *measure* does it *times* times to a server, which is one turn; there are *turns*
    (a quick run has fewer of both). *site* names what the servers are started with
    (`benchmarks.sites`); with *fresh* every turn has a server of its own.
    """

    name: str
    says: str
    figures: tuple[Figure, ...]
    measure: Callable[[Any, int], Readings]
    site: str = "kept"
    times: int = 20
    turns: int = 4
    quick: tuple[int, int] = (8, 2)
    fresh: bool = False

    def effort(self, *, quick: bool) -> tuple[int, int]:
        """Return how many times and how many turns."""
        return self.quick if quick else (self.times, self.turns)
