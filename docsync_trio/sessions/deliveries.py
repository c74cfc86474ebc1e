"""What others have for a session, handed over in its turn, one after the other.

Whoever sends does not wait: a session that is busy lets things lie here, and when too many
lie here the oldest is dropped. The session's inbox holds at most one of them at a time, so
that its own messages and callbacks get their turns in between.
"""

from typing import Protocol

import attrs

from docsync_trio.base.events import DeliveriesDropped
from docsync_trio.sessions.environment import Environment
from docsync_trio.sessions.turns import Turns

MOST_WAITING = 1000
"""How many things may wait for one session; when more come, the oldest are dropped."""


class Delivery(Protocol):
    """One thing for one session: exactly one of its methods is called, and once."""

    async def deliver(self, turns: Turns) -> None:
        """Hand it over; it is the session's turn. Raises nothing but our cancellation."""
        ...

    def dropped(self) -> None:
        """It will not be delivered: too many waited, or the session has ended."""
        ...


@attrs.define(eq=False)
class Deliveries:
    """What waits for the session of the id *session*; used in Trio's thread.

    The log is told how many were dropped: when it begins, and when all that was left has
    been delivered. *slow* says that somebody has waited for it in vain: nobody does so
    again until all has been delivered.
    """

    _turns: Turns | None
    _environment: Environment
    _session: str
    slow: bool = attrs.field(default=False, init=False)
    _waiting: list[Delivery] = attrs.field(factory=list, init=False)
    _queued: bool = attrs.field(default=False, init=False)
    _dropped: int = attrs.field(default=0, init=False)

    def post(self, delivery: Delivery) -> None:
        """Let *delivery* be delivered after all that was posted before."""
        if self._turns is None:
            delivery.dropped()
            return
        if len(self._waiting) >= MOST_WAITING:
            self._drop_oldest()
        self._waiting.append(delivery)
        if not self._queued:
            self._queued = True
            self._turns.queue(self._deliver_next)

    def is_my_turn(self) -> bool:
        """Whether the caller is code of the session that holds its document."""
        return self._turns is not None and self._turns.is_mine()

    def end(self) -> None:
        """Drop what waits: there will be no more turns."""
        self._turns = None
        waiting, self._waiting = self._waiting, []
        for delivery in waiting:
            delivery.dropped()

    async def _deliver_next(self) -> None:
        # Hundreds who are sent the same would otherwise keep everybody else waiting.
        await self._environment.facilities.one_by_one()
        if self._turns is None:
            return
        await self._waiting.pop(0).deliver(self._turns)
        self._queued = bool(self._waiting)
        if self._queued:
            self._turns.queue(self._deliver_next)
        else:
            self._caught_up()

    def _caught_up(self) -> None:
        self.slow = False
        if self._dropped > 0:
            self._report(caught_up=True)
            self._dropped = 0

    def _drop_oldest(self) -> None:
        self._waiting.pop(0).dropped()
        self._dropped += 1
        if self._dropped == 1:
            self._report(caught_up=False)

    def _report(self, *, caught_up: bool) -> None:
        path = self._environment.application.path
        event = DeliveriesDropped(path, self._session, self._dropped, caught_up)
        self._environment.observe(event)
