"""What came from the server and waits for a thread that is ready to take it.

A document must not change under the hands of the thread that works with it. So the thread
that runs Trio only puts what comes in here, and whichever thread calls a method of the
session applies it.
"""

import math
import threading
import time
from collections import deque
from collections.abc import Callable
from functools import partial

import attrs

from docsync_trio.client.line import Greeting
from docsync_trio.client.news import ConnectionLost
from docsync_trio.client.replica import Replica
from docsync_trio.protocol.message import Message

MOST_WAITING = 20_000_000
"""Bytes of changes that wait while nobody calls. Beyond it they are dropped, and the whole
document is asked for when somebody does."""

_EACH = 200
"""Bytes that any message counts for at least."""


@attrs.frozen(eq=False)
class _Arrival:
    take: Callable[[], None]
    size: int = 0
    """0 for what must not be dropped."""


@attrs.define(eq=False)
class Arrivals:
    """A `Receiver` in Trio's thread; any other may take from it, one at a time."""

    _replica: Replica
    _waiting: deque[_Arrival] = attrs.field(factory=deque, init=False)
    _size: int = attrs.field(default=0, init=False)
    _has_dropped: bool = attrs.field(default=False, init=False)
    _version: int = attrs.field(default=0, init=False)
    _error: Exception | None = attrs.field(default=None, init=False)
    _changed: threading.Condition = attrs.field(factory=threading.Condition, init=False)

    def greeted(self, greeting: Greeting) -> None:
        """See `Receiver`."""
        self._put(_Arrival(partial(self._replica.greeted, greeting)))

    def received(self, message: Message) -> None:
        """See `Receiver`."""
        is_patch = message.kind == "PATCH-DOC"
        size = message.size + _EACH if is_patch else 0
        with self._changed:
            if is_patch and not self._has_dropped and self._size + size > MOST_WAITING:
                self._waiting = deque(each for each in self._waiting if not each.size)
                self._has_dropped = True
                self._put(_Arrival(self._replica.missed))
            if not (is_patch and self._has_dropped):
                self._put(_Arrival(partial(self._replica.received, message), size))

    def lost(self, news: ConnectionLost) -> None:
        """See `Receiver`."""
        self._put(_Arrival(partial(self._replica.lost, news)))

    def end(self, error: Exception) -> None:
        """Nothing more will come, because of *error*."""
        with self._changed:
            self._error = error
            self.touch()

    @property
    def error(self) -> Exception | None:
        """Why nothing more will come."""
        return self._error

    @property
    def version(self) -> int:
        """A number that grows with all that happens here."""
        return self._version

    def touch(self) -> None:
        """Wake whoever waits, to look again."""
        with self._changed:
            self._version += 1
            self._changed.notify_all()

    def take(self) -> Callable[[], None] | None:
        """What has come first, to be called with the document's lock; None if nothing has."""
        with self._changed:
            if not self._waiting:
                self._size, self._has_dropped = 0, False
                return None
            arrival = self._waiting.popleft()
            self._size -= arrival.size
            return arrival.take

    def wait_beyond(self, version: int, until: float) -> bool:
        """Wait for something to happen after *version*; false at *until* (monotonic clock)."""
        seconds = None if until == math.inf else until - time.monotonic()
        with self._changed:
            return self._changed.wait_for(lambda: self._version != version, seconds)

    def _put(self, arrival: _Arrival) -> None:
        with self._changed:
            self._waiting.append(arrival)
            self._size += arrival.size
            self.touch()
