"""Which websockets still have somebody at the other end.

A peer that fell asleep or left its network says nothing; only silence tells. One task
watches over all websockets, so that an idle connection costs neither a task nor a
timer of its own.
"""

import heapq
import itertools
from typing import Protocol

import attrs
import trio

NEVER = float("inf")


class Pulse(Protocol):
    """A websocket that can be pinged.

    *heard* is set by the websocket whenever anything arrives, and cleared here.
    """

    heard: bool

    @property
    def is_over(self) -> bool:
        """Whether there is nobody to ping any more."""
        ...

    def ping(self) -> None:
        """Send a ping, without waiting."""
        ...

    def drop(self, reason: str) -> None:
        """End the connection at once: its peer is gone."""
        ...


@attrs.define(eq=False)
class _Watched:
    pulse: Pulse
    next_ping: float
    silent_since: float = NEVER
    """When the first ping was sent that is still without an answer."""


class Heartbeat:
    """Pings every websocket each *ping* seconds, and drops those silent for *pong* seconds.

    Either may be infinite: no pings, or pings that only keep a proxy from closing.
    """

    def __init__(self, *, ping: float, pong: float) -> None:
        self._ping = ping
        self._pong = pong
        self._due: list[tuple[float, int, _Watched]] = []
        self._ties = itertools.count()
        self._more = trio.Event()

    def watch(self, pulse: Pulse) -> None:
        """Look after *pulse* until it is over."""
        if self._ping != NEVER:
            self._schedule(_Watched(pulse, next_ping=trio.current_time() + self._ping))
            self._more.set()

    async def run(self) -> None:
        """Ping and drop, for ever."""
        while True:
            if not self._due:
                self._more = trio.Event()
                await self._more.wait()
            # What is added meanwhile is due later: all are pinged at the same interval.
            await trio.sleep_until(self._due[0][0])
            # If the loop was held up, pongs may have arrived that nobody has read yet;
            # one turn lets the readers read them before anybody is called silent.
            await trio.lowlevel.checkpoint()
            now = trio.current_time()
            while self._due and self._due[0][0] <= now:
                _, _, watched = heapq.heappop(self._due)
                self._beat(watched, now)

    def _schedule(self, watched: _Watched) -> None:
        due = min(watched.next_ping, watched.silent_since + self._pong)
        heapq.heappush(self._due, (due, next(self._ties), watched))

    def _beat(self, watched: _Watched, now: float) -> None:
        pulse = watched.pulse
        if pulse.is_over:
            return
        if pulse.heard:
            watched.silent_since = NEVER
        elif now >= watched.silent_since + self._pong:
            pulse.drop(f"no answer to a ping within {self._pong:g}s")
            return
        if now >= watched.next_ping:
            watched.next_ping = now + self._ping
            watched.silent_since = min(now, watched.silent_since)
            pulse.heard = False
            pulse.ping()
        self._schedule(watched)
