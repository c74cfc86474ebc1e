"""Who may change a session's document, and when: one at a time, in the order of arrival.

Whoever has the turn finds the document as ``curdoc()`` and may change it; what was
changed goes out when the turn ends, and whenever an ``async`` callback pauses.
"""

import math
from collections.abc import Callable, Coroutine, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from functools import partial
from typing import Any

import attrs
import outcome
import trio
from bokeh.document import Document
from bokeh.document.events import DocumentPatchedEvent

from docsync_trio.documents.curdoc import make_current
from docsync_trio.documents.shared_document import Post, SharedDocument
from docsync_trio.documents.views import Viewer
from docsync_trio.sessions.call_times import CallTimes
from docsync_trio.sessions.caller import Caller
from docsync_trio.sessions.connection import BEHIND, Connection
from docsync_trio.sessions.fire_wall import Report, contained, outcome_of
from docsync_trio.sessions.inbox import Inbox, Job, Rest
from docsync_trio.sessions.visit import Visit

# Tasks that a callback starts inherit it, and may outlast the turn.
_turn: ContextVar[object] = ContextVar("docsync_turn", default=None)


_Held = tuple[Token[object], Token[Any]]
"""What is put back when the document is no longer held: who has the turn, and ``curdoc()``."""


@attrs.define(eq=False)
class Turns:
    """The queue for one document. *report* is told what raised, and what.

    *doing* names the callback that has the turn, if one has.
    *timeout* (seconds) is what an ``async`` callback may take; *times* counts what they took.
    """

    _shared: SharedDocument
    _caller: Caller
    _report: Callable[[str, BaseException], None]
    _timeout: float
    _times: CallTimes = attrs.field(factory=CallTimes)
    _inbox: Inbox = attrs.field(factory=Inbox, init=False)
    _conflict: trio.CancelScope = attrs.field(factory=trio.CancelScope, init=False)
    _turn: object = attrs.field(default=None, init=False)
    _told: dict[Connection, None] = attrs.field(factory=dict, init=False)
    _visits: set[Visit] = attrs.field(factory=set, init=False)
    _over: bool = attrs.field(default=False, init=False)
    doing: str = attrs.field(default="", init=False)
    _since: float = attrs.field(default=0.0, init=False)
    # What `trio.current_time` asks, which is three calls more.
    _now: Callable[[], float] = attrs.field(
        factory=lambda: trio.lowlevel.current_clock().current_time, init=False
    )

    def queue(self, job: Job) -> None:
        """Let *job* run when all that was queued before has run."""
        self._inbox.post(job)

    async def settle_conflicts(self) -> None:
        """Tell viewers the truth whose changes met others'; runs until it is cancelled."""
        while True:
            with trio.CancelScope() as self._conflict:
                self._conflict.deadline = self._shared.next_conflict()
                await trio.sleep_forever()
            settled = trio.Event()
            self.queue(partial(self._settle, settled))
            await settled.wait()

    async def work(self) -> None:
        """Run what is queued; runs until it is cancelled."""
        await self._inbox.work(self._flush)

    def begin(self, job: Job) -> None:
        """The same for a caller that does nothing more until others have had their turn.

        If nobody has it, the turn begins here and now.
        """
        self._inbox.begin(job)

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Within the block, which is in a job, the document may be changed."""
        held = self._hold()
        try:
            yield
        finally:
            self._let_go(held)

    def call(
        self,
        function: Callable[[], Any],
        then: Callable[[outcome.Outcome[Any]], None],
        *,
        what: str = "",
        in_time: bool = False,
        ours: str = "",
    ) -> Rest | None:
        """In a job: call the application's *function* with the document held.

        *then* is given what came of it when the document is not held any more. *what* names
        it; *in_time* cancels it after the timeout. *ours* names a plain function of our own that
        calls the application's. Gives what is left of that, if anything.
        """
        held, self.doing, self._since = self._hold(), what, self._times.begin()
        if in_time and self._timeout != math.inf:
            return self._go_on(held, self._in_time(function), then)
        came = self._caller.begin(function, on_pause=self.post_changes, ours=ours)
        if not isinstance(came, (outcome.Value, outcome.Error)):  # their base class asks longer
            return self._go_on(held, came, then)
        self._let_go(held)
        then(came)
        return None

    async def take(
        self, what: str, function: Callable[..., Any], *args: Any, report: Report | None = None
    ) -> None:
        """In a job: call the application's *function* with the document held.

        *report* is told what it raises, instead of those who are always told.
        """
        with self.hold():
            self.doing, self._since = what, self._times.begin()
            run = partial(self._in_time, function, *args)
            await contained(run, report or partial(self._report, what))

    async def _go_on(
        self,
        held: _Held,
        rest: Coroutine[Any, Any, Any],
        then: Callable[[outcome.Outcome[Any]], None],
    ) -> None:
        try:
            came = await outcome_of(rest)
        finally:
            self._let_go(held)
        then(came)
        await trio.lowlevel.checkpoint_if_cancelled()

    def _hold(self) -> _Held:
        self._turn = turn = object()
        self._shared.held = True
        return _turn.set(turn), make_current(self._shared.document)

    def _let_go(self, held: _Held) -> None:
        turn, current = held
        current.var.reset(current)
        self._shared.held = False
        self._turn = None
        if self._since:
            self._times.end(self._since, self.doing)
        self.doing, self._since = "", 0.0
        _turn.reset(turn)
        self._post_changes()

    def is_mine(self) -> bool:
        """Whether the caller has the turn."""
        return self._turn is not None and _turn.get() is self._turn

    def is_taken(self) -> bool:
        """Whether somebody has the turn."""
        return self._turn is not None

    def tell(self, events: Iterable[DocumentPatchedEvent]) -> None:
        """Send what *events*, which nobody was told of, changed without a turn."""
        held, self._shared.held = self._shared.held, True
        try:
            for event in events:
                event.dispatch(self._shared)
        finally:
            self._shared.held = held
        self.post_changes()

    async def visit(self, function: Callable[[Document], Any]) -> Any:
        """From elsewhere: the result of ``function(document)``, called when it is its turn.

        Raises what *function* raises. Whoever has the turn already is not made to wait
        for itself.
        """
        call = partial(self._caller.call, function, self._shared.document)
        if self.is_mine():
            return await call()
        visit = Visit(partial(call, on_pause=self.post_changes))
        self._visits.add(visit)
        self.queue(partial(self._receive, visit))
        try:
            return await visit.wait()
        finally:
            self._visits.discard(visit)

    def post_changes(self) -> None:
        """Send what has changed so far, without waiting for anybody."""
        self._post_changes()
        self._flush()

    def _post_changes(self) -> None:
        """Put what has changed so far into the outboxes.

        A connection that is behind gets it merged, later. One that is too far behind for
        that has to come back and pull the document.
        """
        if self._over:
            return
        posts = self._shared.drain(self._now(), self._cannot_be_sent, _is_behind)
        if posts:
            self._post(posts)
        for viewer, patches in self._shared.take_lost().items():
            if isinstance(viewer, Connection):
                viewer.come_back_later(dropped=patches)
        conflict = self._shared.next_conflict()
        if conflict != self._conflict.deadline:
            self._conflict.deadline = conflict

    def caught_up(self, connection: Connection) -> None:
        """*connection* has sent all it had: let it have what was merged meanwhile."""
        if self._shared.patches_waiting(connection):
            self.queue(partial(self._deliver, connection))

    def give_up(self) -> None:
        """There will be no more turns: visitors get None, and who has a turn, nothing."""
        self._over = True
        for visit in self._visits:
            visit.give_up()

    async def _deliver(self, connection: Connection) -> None:
        now = trio.current_time()
        connection.traffic.merged += self._shared.patches_waiting(connection)
        self._post(self._shared.deliver(connection, now, self._cannot_be_sent))

    async def _settle(self, done: trio.Event) -> None:
        self._post(self._shared.settle(trio.current_time(), self._cannot_be_sent))
        done.set()

    def _post(self, posts: Iterable[Post]) -> None:
        for post in posts:
            for viewer in post.to:
                if isinstance(viewer, Connection):
                    viewer.post(post.message)
                    self._told[viewer] = None

    def _flush(self) -> None:
        """Send what was posted: at the end of a turn, when nothing more is added to it."""
        told, self._told = self._told, {}
        for connection in told:
            connection.flush()

    def _cannot_be_sent(self, fault: BaseException) -> None:
        self._report("a value that cannot be sent", fault)

    async def _in_time(self, function: Callable[..., Any], *args: Any) -> None:
        call = partial(self._caller.call, function, *args, on_pause=self.post_changes)
        if self._timeout == math.inf:
            await call()
            return
        with trio.move_on_after(self._timeout) as scope:
            await call()
        if scope.cancelled_caught:
            raise TimeoutError(
                f"cancelled after {self._timeout:g} s, as sessions.callback_timeout says"
            )

    async def _receive(self, visit: Visit) -> None:
        with self.hold():
            await visit.receive()


def _is_behind(viewer: Viewer) -> bool:
    return isinstance(viewer, Connection) and viewer.traffic.queued > BEHIND
