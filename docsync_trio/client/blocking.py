"""A session for programs without Trio: views of Flask, notebooks, scripts, threads.

Trio runs in a thread of its own for as long as the block lasts, and does nothing there but
to move messages. The document belongs to the threads of the program: it changes, and
callbacks run, only in a thread that is just calling a method of the session.
"""

import math
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any, Unpack

import attrs
import trio
from bokeh.document import Document

from docsync_trio.client.arrivals import Arrivals
from docsync_trio.client.errors import ClientError, NoAnswer
from docsync_trio.client.line import Line
from docsync_trio.client.options import Options, Plan
from docsync_trio.client.replica import Replica
from docsync_trio.client.session import FLUSH_SECONDS
from docsync_trio.client.single_error import single_error
from docsync_trio.client.way_in import WayIn
from docsync_trio.protocol.message import Outgoing
from docsync_trio.protocol.outgoing import server_info_request


@attrs.define(eq=False)
class Session:
    """A session whose document is here. Made by `pull_session`.

    Any thread may call its methods. *lock* is held while one of them changes the document;
    threads that share the document hold it while they use it.
    """

    lock: "threading.RLock"
    _way_in: WayIn
    _answer_seconds: float
    _replica: Replica
    _arrivals: Arrivals

    @property
    def document(self) -> Document:
        """The document, as it was at the end of the last call of a method."""
        return self._replica.document

    @property
    def id(self) -> str:
        """The session's id, for `bokeh.embed.server_session`. Who knows it may join."""
        return self._way_in.session_id

    @property
    def token(self) -> str:
        """What lets a websocket into this session."""
        return self._way_in.token

    def changed(self, timeout: float = math.inf) -> None:
        """Wait for a change from elsewhere, apply it and all others that have come.

        Raises `NoAnswer` after *timeout* seconds.
        """
        before = self._replica.changes
        self.until(lambda: self._replica.changes != before, timeout)

    def until(self, condition: Callable[[], bool], timeout: float = math.inf) -> None:
        """Apply changes as they come until *condition*, which is asked after each, is true.

        Raises `NoAnswer` after *timeout* seconds, and what callbacks raise.
        """
        deadline = time.monotonic() + timeout
        while True:
            version = self._arrivals.version
            with self.lock:
                if self._applied_until(condition):
                    return
                error = self._arrivals.error
            if error is not None:
                raise error
            if not self._arrivals.wait_beyond(version, deadline):
                raise NoAnswer(f"what was waited for did not happen within {timeout:g} s")

    def force_roundtrip(self) -> None:
        """Wait until the server has handled all that was changed here before.

        What its application did in answer is then here as well, unless it takes its time
        in an ``async`` callback. Raises `NoAnswer`.
        """
        self.server_info()

    def server_info(self) -> dict[str, Any]:
        """Return what the server says of itself: ``{"version_info": {"bokeh": "3.9.2", …}}``.

        Raises `NoAnswer` if it does not, within `Patience.answer`.
        """
        deadline = time.monotonic() + self._answer_seconds
        while True:
            self.until(lambda: self._replica.in_step, deadline - time.monotonic())
            with self.lock:
                question = self._replica.ask(server_info_request())
            is_settled = partial(self._replica.is_settled, question)
            self.until(is_settled, deadline - time.monotonic())
            with self.lock:
                answer = self._replica.take_answer(question)
            if answer is not None:
                return answer.content

    def _applied_until(self, condition: Callable[[], bool]) -> bool:
        while not condition():
            take = self._arrivals.take()
            if take is None:
                return False
            try:
                take()
            finally:
                self._arrivals.touch()
        return True


@contextmanager
def pull_session(url: str, **options: Unpack[Options]) -> Iterator[Session]:
    """Open a session of the application at *url*, with its document, for the block.

    The keywords are those of `Plan`. Raises the errors of `docsync_trio.client.errors`, in
    the block from the session's methods; ``ValueError`` and ``TypeError`` for what cannot
    be sent.
    """
    with _session(Plan(url=url, **options), Document(), pushes=False) as session:
        yield session


@contextmanager
def push_session(document: Document, url: str, **options: Unpack[Options]) -> Iterator[Session]:
    """Put *document* into a session, in the place of what the application made there.

    All else is as for `pull_session`.
    """
    with _session(Plan(url=url, **options), document, pushes=True) as session:
        yield session


@contextmanager
def _session(plan: Plan, document: Document, *, pushes: bool) -> Iterator[Session]:
    way_in = plan.way_in()
    worker = _Worker(plan)
    lock = threading.RLock()
    replica = Replica(document, worker.post, plan.on_news, pushes=pushes, lock=lock)
    arrivals = Arrivals(replica)
    session = Session(lock, way_in, plan.patience.answer, replica, arrivals)
    try:
        with worker.running(way_in, arrivals):
            session.until(lambda: replica.ready)
            yield session
    finally:
        replica.detach()


@attrs.define(eq=False)
class _Worker:
    """The thread that runs Trio, with the line to the server."""

    _plan: Plan
    _started: "Future[tuple[trio.lowlevel.TrioToken, Line, trio.Event]]" = attrs.field(
        factory=Future, init=False
    )
    _failure: Exception | None = attrs.field(default=None, init=False)

    def post(self, message: Outgoing, connection: int) -> None:
        """Send *message* on *connection*; may be called in any thread."""
        token, line, _ = self._started.result()
        try:
            token.run_sync_soon(line.post, message, connection)
        except trio.RunFinishedError:
            return  # the next call of a method says why

    @contextmanager
    def running(self, way_in: WayIn, arrivals: Arrivals) -> Iterator[None]:
        """Let it run for the block."""
        thread = threading.Thread(
            target=trio.run, args=(self._run, way_in, arrivals), name="docsync client", daemon=True
        )
        thread.start()
        token, _, leaving = self._started.result()
        try:
            yield
        finally:
            with suppress(trio.RunFinishedError):  # it has ended, for what `Arrivals` knows
                token.run_sync_soon(leaving.set)
            thread.join()
        if self._failure is not None:
            raise self._failure

    async def _run(self, way_in: WayIn, arrivals: Arrivals) -> None:
        plan, leaving = self._plan, trio.Event()
        line = Line(way_in, arrivals, plan.patience, plan.max_message_size)
        self._started.set_result((trio.lowlevel.current_trio_token(), line, leaving))
        try:
            with single_error():
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(line.run)
                    await leaving.wait()
                    with trio.move_on_after(FLUSH_SECONDS):
                        await line.flush()
                    nursery.cancel_scope.cancel()
        except Exception as error:  # noqa: BLE001 - it belongs to the thread that opened the session
            self._failure = error
        arrivals.end(self._failure or ClientError("the block of this session has ended"))
