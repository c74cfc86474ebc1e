"""An update: one function, called with the document of every session of an application.

It is the way from what belongs to all (a feed, a table that an endpoint has changed) to
the documents. Each session gets it in its own turn, so that one that is busy or raises
keeps nobody else from it.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, Protocol

import attrs
import trio
from bokeh.document import Document

from docsync_trio.sessions.asyncio_bridge import EitherWay
from docsync_trio.sessions.caller import name_of
from docsync_trio.sessions.deliveries import Deliveries
from docsync_trio.sessions.turns import Turns

PATIENCE = 1.0
"""Seconds for which whoever awaits an update waits for sessions that are busy."""


@attrs.frozen
class Updated:
    """What had become of an update when the waiting was over; sessions by their ids.

    *failed* is what the function raised. *late* are those that were still busy: they get the
    update when they are no longer, unless 1000 later things come before. Sessions that have
    ended meanwhile are in none of the three.
    """

    updated: tuple[str, ...]
    failed: Mapping[str, BaseException]
    late: tuple[str, ...]


class UpdatedSession(Protocol):
    """What an update knows of a session; a `Session`."""

    @property
    def id(self) -> str:
        """Its id."""
        ...

    @property
    def document(self) -> Document:
        """Its document."""
        ...

    @property
    def deliveries(self) -> Deliveries:
        """What others have for it."""
        ...

    def report(self, what: str, fault: BaseException) -> None:
        """Tell the log that *what* raised *fault*."""
        ...


@attrs.define(eq=False)
class Update:
    """*function* on its way to sessions; `send` is called in Trio's thread."""

    function: Callable[[Document], Any]
    _waiting: set[UpdatedSession] = attrs.field(factory=set, init=False)
    _updated: list[str] = attrs.field(factory=list, init=False)
    _failed: dict[str, BaseException] = attrs.field(factory=dict, init=False)
    _awaited: set[UpdatedSession] = attrs.field(factory=set, init=False)
    _done: trio.Event = attrs.field(factory=trio.Event, init=False)

    def send(self, sessions: Iterable[UpdatedSession]) -> None:
        """Let each of *sessions* have it in its turn."""
        self._waiting = set(sessions)
        for session in list(self._waiting):
            session.deliveries.post(_ForOne(self, session))

    def wait(self, within: float) -> Awaitable[Updated]:
        """What became of it, *within* so many seconds; for Trio and for asyncio code.

        A session whose own code waits here is not waited for: it would wait for itself. Nor
        is one that has been late before and is still behind, so that one that is stuck costs
        a feed its patience once, and not at every tick.
        """
        own = {session for session in self._waiting if session.deliveries.is_my_turn()}
        return EitherWay(lambda: self._wait(own, within))

    def over(self, session: UpdatedSession) -> None:
        """*session* has had it, or will not have it."""
        self._waiting.discard(session)
        self._awaited.discard(session)
        if not self._awaited:
            self._done.set()

    def succeeded(self, session: UpdatedSession) -> None:
        """*session* has had it."""
        self._updated.append(session.id)
        self.over(session)

    def failed(self, session: UpdatedSession, fault: BaseException) -> None:
        """*session* has had it, and the function has raised *fault*."""
        self._failed[session.id] = fault
        self.over(session)

    async def _wait(self, others: set[UpdatedSession], within: float) -> Updated:
        others |= {session for session in self._waiting if session.deliveries.slow}
        self._awaited = self._waiting - others
        if self._awaited:
            self._done = trio.Event()
            with trio.move_on_after(within):
                await self._done.wait()
            for session in self._awaited:
                session.deliveries.slow = True
        else:
            await trio.lowlevel.checkpoint()
        late = tuple(session.id for session in self._waiting)
        return Updated(tuple(self._updated), dict(self._failed), late)


@attrs.frozen(eq=False)
class _ForOne:
    update: Update
    session: UpdatedSession

    async def deliver(self, turns: Turns) -> None:
        what = f"update {name_of(self.update.function)}"
        faults: list[BaseException] = []
        try:
            await turns.take(
                what, self.update.function, self.session.document, report=faults.append
            )
        except BaseException:
            self.update.over(self.session)
            raise
        if faults:
            self.session.report(what, faults[0])
            self.update.failed(self.session, faults[0])
        else:
            self.update.succeeded(self.session)

    def dropped(self) -> None:
        self.update.over(self.session)
