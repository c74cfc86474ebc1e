"""A session of a server, seen from a program on Trio."""

import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Unpack

import attrs
import trio
from bokeh.document import Document

from docsync_trio.client.errors import NoAnswer
from docsync_trio.client.line import Greeting, Line
from docsync_trio.client.news import ConnectionLost
from docsync_trio.client.options import Options, Plan
from docsync_trio.client.replica import Replica
from docsync_trio.client.single_error import single_error
from docsync_trio.client.way_in import WayIn
from docsync_trio.protocol.message import Message, Outgoing
from docsync_trio.protocol.outgoing import server_info_request

FLUSH_SECONDS = 5.0
"""How long the end of a session waits until what was changed in it has been sent."""


@attrs.define(eq=False)
class Session:
    """A session whose document is here and stays in step. Made by `pull_session`."""

    _way_in: WayIn
    _answer_seconds: float
    _replica: Replica
    _news: "News"

    @property
    def document(self) -> Document:
        """The document. It is changed from elsewhere only while a task waits for something."""
        return self._replica.document

    @property
    def id(self) -> str:
        """The session's id, for `bokeh.embed.server_session`. Who knows it may join."""
        return self._way_in.session_id

    @property
    def token(self) -> str:
        """What lets a websocket into this session."""
        return self._way_in.token

    @property
    def is_connected(self) -> bool:
        """Whether the document is in step now, and not waiting for a lost connection."""
        return self._replica.in_step

    async def changed(self) -> None:
        """Wait for the next change that comes from elsewhere; it has been applied then."""
        before = self._replica.changes
        await self.until(lambda: self._replica.changes != before)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until *condition*, which is asked again after each change, is true."""
        while not condition():
            await self._news.wait()

    async def force_roundtrip(self) -> None:
        """Wait until the server has handled all that was changed here before.

        What its application did in answer is then here as well, unless it takes its time
        in an ``async`` callback. Raises `NoAnswer`.
        """
        await self.server_info()

    async def server_info(self) -> dict[str, Any]:
        """Return what the server says of itself: ``{"version_info": {"bokeh": "3.9.2", …}}``.

        Raises `NoAnswer` if it does not, within `Patience.answer`.
        """
        with trio.move_on_after(self._answer_seconds):
            while True:
                await self.until(lambda: self._replica.in_step)
                question = self._replica.ask(server_info_request())
                await self.until(partial(self._replica.is_settled, question))
                answer = self._replica.take_answer(question)
                if answer is not None:
                    return answer.content
        raise NoAnswer(f"the server did not answer within {self._answer_seconds:g} s")


@attrs.define(eq=False)
class News:
    """Hands what comes in to a replica, and wakes the tasks that wait for it."""

    _replica: Replica
    _event: trio.Event = attrs.field(factory=trio.Event, init=False)

    async def wait(self) -> None:
        """Wait until something has come in and was dealt with."""
        await self._event.wait()

    def greeted(self, greeting: Greeting) -> None:
        """See `Receiver`."""
        self._tell(self._replica.greeted, greeting)

    def received(self, message: Message) -> None:
        """See `Receiver`."""
        self._tell(self._replica.received, message)

    def lost(self, news: ConnectionLost) -> None:
        """See `Receiver`."""
        self._tell(self._replica.lost, news)

    def _tell(self, take: Callable[[Any], None], what: object) -> None:
        try:
            take(what)
        finally:
            self._event.set()
            self._event = trio.Event()


@asynccontextmanager
async def pull_session(url: str, **options: Unpack[Options]) -> AsyncIterator[Session]:
    """Open a session of the application at *url*, with its document, for the block.

    The keywords are those of `Plan`. Raises the errors of `docsync_trio.client.errors`,
    also in the midst of the block, which is cancelled then; ``ValueError`` and
    ``TypeError`` for what cannot be sent. What a callback of the document raises comes
    out of the block as well.
    """
    plan = Plan(url=url, **options)
    async with _session(plan, Document(), pushes=False) as session:
        yield session


@asynccontextmanager
async def push_session(
    document: Document, url: str, **options: Unpack[Options]
) -> AsyncIterator[Session]:
    """Put *document* into a session, in the place of what the application made there.

    All else is as for `pull_session`.
    """
    plan = Plan(url=url, **options)
    async with _session(plan, document, pushes=True) as session:
        yield session


@asynccontextmanager
async def _session(plan: Plan, document: Document, *, pushes: bool) -> AsyncIterator[Session]:
    way_in = plan.way_in()
    post = _OwnThread()
    replica = Replica(document, post, plan.on_news, pushes=pushes)
    news = News(replica)
    post.line = line = Line(way_in, news, plan.patience, plan.max_message_size)
    try:
        with single_error():
            async with trio.open_nursery() as nursery:
                nursery.start_soon(line.run)
                session = Session(way_in, plan.patience.answer, replica, news)
                await session.until(lambda: replica.ready)
                yield session
                with trio.move_on_after(FLUSH_SECONDS):
                    await line.flush()
                nursery.cancel_scope.cancel()
    finally:
        replica.detach()


@attrs.define(eq=False)
class _OwnThread:
    """Posts to a line, in the thread that runs Trio and in no other."""

    line: Line = attrs.field(init=False)
    _thread: int = attrs.field(factory=threading.get_ident, init=False)

    def __call__(self, message: Outgoing, connection: int) -> None:
        if threading.get_ident() != self._thread:
            raise RuntimeError(
                "this document belongs to the thread that runs Trio; change it there "
                "(trio.from_thread.run_sync), or use docsync_trio.blocking"
            )
        self.line.post(message, connection)
