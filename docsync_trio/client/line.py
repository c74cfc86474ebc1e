"""The line to the server: open, lost and open again, for as long as the session is used.

It moves messages and knows nothing of documents. What comes goes to a `Receiver`, which
may live in another thread; so everything that is posted says for which connection it was
meant, and what was meant for an earlier one is dropped.
"""

import math
from collections import deque
from typing import Protocol

import attrs
import trio

from docsync_trio.base.errors import ProtocolError
from docsync_trio.client.errors import (
    ClientError,
    NoAnswer,
    Refused,
    ServerFault,
    ServerFull,
    ServerUnreachable,
    SessionExpired,
    TokenRefused,
    close_error,
)
from docsync_trio.client.news import ConnectionLost
from docsync_trio.client.patience import Patience, Waits
from docsync_trio.client.single_error import single_error
from docsync_trio.client.transport import ClientWire
from docsync_trio.client.way_in import WayIn
from docsync_trio.protocol.conversation import Conversation
from docsync_trio.protocol.frames import Assembler, Limits
from docsync_trio.protocol.message import Message, Outgoing
from docsync_trio.sessions.wire import WireClosed

_GONE = 410


@attrs.frozen
class Greeting:
    """The server's first word on connection number *connection* (from 1).

    *mark* tells one session from another one with the same id; Bokeh's server gives none.
    """

    connection: int
    mark: str


class Receiver(Protocol):
    """Who takes what comes in, in order."""

    def greeted(self, greeting: Greeting) -> None:
        """A connection is open; nothing was asked on it yet."""
        ...

    def received(self, message: Message) -> None:
        """The server says *message*. Raises `ProtocolError` if it says nothing sound."""
        ...

    def lost(self, news: ConnectionLost) -> None:
        """The connection is gone, with all questions that are open; another will come."""
        ...


@attrs.define(eq=False)
class Line:
    """The connections of one session, one after the other."""

    _way_in: WayIn
    _receiver: Receiver
    _patience: Patience
    _max_message_size: int
    _waits: Waits = attrs.field(init=False)
    _connection: int = attrs.field(default=0, init=False)
    _is_open: bool = attrs.field(default=False, init=False)
    _was_in_step: bool = attrs.field(default=False, init=False)
    _mark: str = attrs.field(default="", init=False)
    _outbox: deque[Outgoing] = attrs.field(factory=deque, init=False)
    _posted: trio.Event = attrs.field(factory=trio.Event, init=False)
    _sent: trio.Event = attrs.field(factory=trio.Event, init=False)

    def __attrs_post_init__(self) -> None:
        self._waits = Waits(self._patience)

    def post(self, message: Outgoing, connection: int) -> None:
        """Queue *message* for *connection*; dropped if that is not the one that is open."""
        if self._is_open and connection == self._connection:
            self._outbox.append(message)
            self._sent = trio.Event()
            self._posted.set()

    async def flush(self) -> None:
        """Wait until all that was posted has been sent, or cannot be sent any more."""
        while self._is_open and self._outbox:
            await self._sent.wait()

    async def run(self) -> None:
        """Stay connected until cancelled. Raises `ClientError` where that cannot be."""
        while True:
            reason = await self._one_connection()
            self._outbox.clear()
            self._sent.set()
            wait = self._waits.next(trio.current_time())
            if wait is None:
                raise ServerUnreachable(
                    f"no connection to {self._way_in.address.name} within "
                    f"{self._patience.reconnect:g} s ({reason})"
                )
            self._receiver.lost(ConnectionLost(reason, wait))
            await trio.sleep(wait)

    async def _one_connection(self) -> str:
        """Serve one connection; returns why it ended, if there may be another."""
        again = self._was_in_step
        try:
            with trio.move_on_after(self._patience.connect) as opening:
                await self._serve(opening, again=again)
            problem: ClientError = NoAnswer(
                f"{self._way_in.address.name} did not answer within {self._patience.connect:g} s"
            )
        except WireClosed as closed:
            problem = self._problem(closed)
        except (ServerFull, ServerUnreachable) as error:
            problem = error
        except Refused as error:
            if again and (isinstance(error, TokenRefused) or error.status == _GONE):
                raise SessionExpired("the session has ended", reason=error.reason) from error
            raise
        finally:
            self._is_open = False
        if not self._was_in_step:
            raise problem
        return str(problem)

    async def _serve(self, opening: trio.CancelScope, *, again: bool) -> None:
        marked = bool(self._mark)
        with single_error():
            async with self._way_in.open(again=again, marked=marked) as wire:
                conversation = Conversation("client")
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(self._write, wire, conversation)
                    try:
                        await self._read(wire, conversation, opening)
                    except ProtocolError as error:
                        text = f"the server sent what cannot be read: {error}"
                        raise ServerFault(text) from error

    async def _read(
        self, wire: ClientWire, conversation: Conversation, opening: trio.CancelScope
    ) -> None:
        assembler = Assembler(Limits(message_size=self._max_message_size))
        while True:
            message = assembler.feed(await wire.receive())
            if message is None:
                continue
            conversation.receive(message)
            if message.kind == "ACK":
                self._greeted(message)
            else:
                self._receiver.received(message)
            if message.reply_to is not None and opening.deadline < math.inf:
                opening.deadline = math.inf
                self._was_in_step = True
                self._waits.in_step(trio.current_time())

    def _greeted(self, message: Message) -> None:
        mark = message.content.get("session")
        self._mark = mark if isinstance(mark, str) else ""
        self._connection += 1
        self._is_open = True
        self._receiver.greeted(Greeting(self._connection, self._mark))

    async def _write(self, wire: ClientWire, conversation: Conversation) -> None:
        while True:
            await self._posted.wait()
            self._posted = trio.Event()
            while self._outbox:
                message = self._outbox[0]
                conversation.asked(message)
                try:
                    await wire.send(message.frames)
                except WireClosed:
                    return  # the task that reads is told as well, and by what
                self._outbox.popleft()
            self._sent.set()

    def _problem(self, closed: WireClosed) -> ClientError:
        error = close_error(
            closed.code, closed.reason, max_message_size=self._max_message_size
        ) or (None if self._is_open else self._way_in.expired(closed.reason))
        if error is not None:
            raise error from None
        return ServerUnreachable(f"the connection broke ({closed})")
