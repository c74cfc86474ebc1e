"""One websocket of a session: what waits to be sent, and what comes in.

Nobody who touches the document waits for a network: a message is put into the
outbox, and at the end of the turn the transport is given what it takes at once. Mostly that
is all, and no other task has to run for it; what is left is the writer's. A connection that
does not keep up is told to come back later, and pulls the document anew when it does.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

import attrs
import trio

from docsync_trio.base.errors import ProtocolError
from docsync_trio.base.traffic import Traffic
from docsync_trio.protocol.close_codes import CloseCode
from docsync_trio.protocol.conversation import Conversation
from docsync_trio.protocol.frames import Assembler, Limits
from docsync_trio.protocol.message import Message, Outgoing
from docsync_trio.sessions.wire import Ending, Wire, WireClosed

TOO_SLOW = Ending(CloseCode.TRY_AGAIN_LATER, "this connection is too slow")

BEHIND = 250_000
"""Bytes of an outbox beyond which changes are merged instead of queued. More than one
ordinary patch, less than what makes a slow line late by more than a few seconds."""

MAX_WAITING = 64
"""Messages of one connection that may wait for their turn before we stop reading; together
they are not bigger than one may be."""


class Receive(Protocol):
    """What takes a message; *first* says that others have just had their turn."""

    def __call__(self, message: Message, *, first: bool) -> None:
        """Take *message*."""
        ...


@attrs.define(eq=False)
class Connection:
    """One websocket; compared by identity.

    *peer* is its address for the log, *outbox_size* in bytes, *inline_buffers* whether a
    pull is answered without binary frames, *keeps_columns* whether its peer can be sent some
    columns of a table alone. *ending* says afterwards how it has to
    be closed, *left* whether the peer said goodbye, *fault* what it did wrong.
    """

    peer: str
    inline_buffers: bool
    keeps_columns: bool
    ending: Ending = attrs.field(default=Ending(1000), init=False)
    left: bool = attrs.field(default=False, init=False)
    fault: ProtocolError | None = attrs.field(default=None, init=False)
    traffic: Traffic = attrs.field(factory=Traffic, init=False)
    _wire: Wire
    _limits: Limits
    _outbox_size: int
    _outbox: list[Outgoing] = attrs.field(factory=list, init=False)
    # What the transport has been given and has not sent yet; the writer waits for it.
    _under_way: Sequence[Outgoing] = attrs.field(default=(), init=False)
    _nursery: trio.Nursery | None = attrs.field(default=None, init=False)
    _on_caught_up: Callable[[], None] | None = attrs.field(default=None, init=False)
    _waiting: list[int] = attrs.field(factory=list, init=False)
    _room: trio.Event | None = attrs.field(default=None, init=False)
    _scope: trio.CancelScope = attrs.field(factory=trio.CancelScope, init=False)

    def post(self, message: Outgoing) -> None:
        """Queue *message*, for the next `flush`. Beyond the bound it ends the connection."""
        queued = self.traffic.queued
        if queued and queued + message.size > self._outbox_size:
            self.come_back_later(dropped=1)
            return
        self._outbox.append(message)
        self.traffic.queued = queued + message.size

    def flush(self) -> None:
        """Send what was posted; never waits: what needs waiting for is left to the writer."""
        caught_up = self._on_caught_up
        if not self._outbox or self._under_way or caught_up is None or self._nursery is None:
            return
        messages, self._outbox = self._outbox, []
        try:
            if self._wire.send_now(messages):
                self._sent(messages, caught_up)
            else:
                self._under_way = messages
                self._nursery.start_soon(self._write, caught_up)
        except WireClosed as closed:
            self._closed(closed)
            self._stop()

    def come_back_later(self, *, dropped: int) -> None:
        """End it, as it does not keep up: *dropped* patches and all that waits are not sent."""
        if not self._scope.cancel_called:
            self.traffic.too_slow = 1
            self.traffic.dropped += dropped + len(self._outbox) + len(self._under_way)
        self.end(TOO_SLOW)

    def end(self, ending: Ending) -> None:
        """Stop serving it; the first ending given stands."""
        if not self._scope.cancel_called:
            self.ending = ending
            self._stop()

    def fail(self, fault: ProtocolError) -> None:
        """End it for what its peer sent."""
        self.fault = fault
        self.end(Ending(fault.close_code, str(fault)))

    def handled(self) -> None:
        """One of its messages has had its turn, and what it is answered was posted."""
        del self._waiting[0]
        if self._room is not None:
            self._room.set()
        self.flush()

    async def run(self, on_message: Receive, on_caught_up: Callable[[], None]) -> None:
        """Serve it until it ends.

        *on_message* queues what came in, and `handled` answers it. *on_caught_up* is called
        whenever all that was posted has been sent.
        """
        with self._scope:
            async with trio.open_nursery() as self._nursery:
                if not self._scope.cancel_called:
                    self._on_caught_up = on_caught_up
                    self.flush()
                try:
                    await self._read(on_message)
                finally:
                    self._on_caught_up = None
                self._nursery.cancel_scope.cancel()

    async def _read(self, on_message: Receive) -> None:
        assembler, conversation = Assembler(self._limits), Conversation("server")
        try:
            while True:
                first = True
                for message in assembler.messages(await self._wire.receive()):
                    self.traffic.messages_in += 1
                    self.traffic.bytes_in += message.size
                    conversation.receive(message)
                    if self._waiting:
                        await self._make_room(message)
                    self._waiting.append(message.size)
                    on_message(message, first=first)
                    first = False
        except WireClosed as closed:
            self._closed(closed)
        except ProtocolError as error:
            self.fail(error)

    async def _make_room(self, message: Message) -> None:
        while self._waiting and not self._has_room(message):
            self._room = trio.Event()
            await self._room.wait()
            self._room = None

    def _has_room(self, message: Message) -> bool:
        size = sum(self._waiting) + message.size
        return len(self._waiting) < MAX_WAITING and size <= self._limits.message_size

    async def _write(self, on_caught_up: Callable[[], None]) -> None:
        """Send what could not be sent at once, and all that is posted meanwhile."""
        try:
            await self._wire.send(())
            while True:
                messages, self._under_way, self._outbox = self._under_way, self._outbox, []
                self._sent(messages, on_caught_up)
                if not self._under_way:
                    return
                await self._wire.send(self._under_way)
        except WireClosed as closed:
            self._closed(closed)
            self._stop()

    def _stop(self) -> None:
        self._on_caught_up = None  # nothing is sent any more
        self._scope.cancel()

    def _sent(self, messages: Sequence[Outgoing], on_caught_up: Callable[[], None]) -> None:
        traffic, size = self.traffic, 0
        for message in messages:
            size += message.size
        traffic.messages_out += len(messages)
        traffic.bytes_out += size
        traffic.queued -= size
        if not traffic.queued:
            on_caught_up()

    def _closed(self, closed: WireClosed) -> None:
        self.ending = Ending(closed.code, closed.reason)
        self.left = closed.is_goodbye()
