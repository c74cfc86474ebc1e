"""When the timed callbacks of a session are due. Pure: the time is an argument.

Trio wakes tasks with equal deadlines in any order; Bokeh's users expect callbacks
to run in the order of their deadlines and, where these are equal, in the order in
which they were added. So one table per session decides, and one task waits.
"""

import heapq
import itertools
import math
from typing import Generic, TypeVar

import attrs

K = TypeVar("K")

MOST_FORGOTTEN = 100
"""Entries that no longer count and may stay until they would have been due."""


@attrs.define(eq=False)
class Timers(Generic[K]):
    """Keys with the times at which they are due; any number of them."""

    _heap: list[tuple[float, int, K]] = attrs.field(factory=list, init=False)
    _entries: dict[K, int] = attrs.field(factory=dict, init=False)
    _order: "itertools.count[int]" = attrs.field(factory=itertools.count, init=False)

    def add(self, key: K, at: float) -> None:
        """Let *key* be due at the time *at*; an earlier entry of it no longer counts."""
        number = self._entries[key] = next(self._order)
        heapq.heappush(self._heap, (at, number, key))
        if len(self._heap) > MOST_FORGOTTEN + 2 * len(self._entries):
            self._heap = [entry for entry in self._heap if self._entries.get(entry[2]) == entry[1]]
            heapq.heapify(self._heap)

    def remove(self, key: K) -> None:
        """Forget *key*; nothing happens if it is not there."""
        self._entries.pop(key, None)

    def next(self) -> float:
        """The time at which the next key is due; infinity if there is none."""
        while self._heap and self._entries.get(self._heap[0][2]) != self._heap[0][1]:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else math.inf

    def take_due(self, now: float) -> list[K]:
        """The keys that are due at *now*, in order; they are removed."""
        due: list[K] = []
        while self.next() <= now and self._heap:
            _, _, key = heapq.heappop(self._heap)
            del self._entries[key]
            due.append(key)
        return due
