"""One websocket of a page from its first message to its last.

What the server says is checked against the protocol: a fake that overlooks what a browser
would trip over proves nothing.
"""

import math
from collections.abc import Callable

import attrs
import trio

from docsync_trio.protocol.conversation import Conversation
from docsync_trio.protocol.frames import Assembler, Limits
from docsync_trio.protocol.message import Message, Outgoing
from docsync_trio.sessions.wire import NO_CLOSE_FRAME, WireClosed
from docsync_trio.testing.network import Line
from docsync_trio.testing.patience import SECONDS, News
from docsync_trio.testing.reply import Refused


@attrs.define(eq=False)
class Conversing:
    """What is said over *line*. *received* gets every message that is no greeting.

    *failed* is told what raised meanwhile. *closed* says how it ended.
    """

    _line: Line
    _received: Callable[[Message], object]
    _failed: Callable[[BaseException], object]
    _news: News
    closed: WireClosed | None = attrs.field(default=None, init=False)
    _conversation: Conversation = attrs.field(factory=lambda: Conversation("client"), init=False)
    _outbox: trio.MemorySendChannel[Outgoing] = attrs.field(init=False)
    _to_send: trio.MemoryReceiveChannel[Outgoing] = attrs.field(init=False)
    _first: Message | None = attrs.field(default=None, init=False)
    _goodbye: int = attrs.field(default=1000, init=False)
    _over: trio.Event = attrs.field(factory=trio.Event, init=False)

    def __attrs_post_init__(self) -> None:
        self._outbox, self._to_send = trio.open_memory_channel(math.inf)

    async def run(self) -> None:
        """Send and receive until the websocket ends; raises nothing."""
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._write)
                await self._read()
                nursery.cancel_scope.cancel()
        finally:
            self._ended(WireClosed(NO_CLOSE_FRAME))
            self._line.cut()
            self._over.set()

    async def greeting(self, where: str) -> str:
        """Return which session the server's first message greets from. Raises `Refused`."""
        await self._news.until(lambda: self._first or self.closed, "the server greets", SECONDS)
        if self._first is not None and self._first.kind == "ACK":
            return str(self._first.content.get("session", ""))
        await self._over.wait()
        told = self._first.content.get("told", "") if self._first is not None else ""
        raise Refused(f"the page at {where}", 0, told or str(self.closed))

    def ask(self, message: Outgoing) -> None:
        """Send *message*, to which there will be an answer."""
        self._conversation.asked(message)
        self._outbox.send_nowait(message)

    async def cut(self) -> None:
        """Break it off without a word."""
        self._ended(WireClosed(NO_CLOSE_FRAME))
        self._line.cut()
        await self._over.wait()

    async def close(self, code: int) -> None:
        """Say goodbye with *code*, when all has been sent; nothing happens if it is over."""
        if not self._over.is_set():
            self._goodbye = code
            self._ended(WireClosed(code))
            self._outbox.close()
            await self._over.wait()

    async def _write(self) -> None:
        async for message in self._to_send:
            await self._line.send(message.frames)
        await self._line.close(self._goodbye)

    async def _read(self) -> None:
        assembler = Assembler(Limits(message_size=2**40))
        try:
            while True:
                message = assembler.feed(await self._line.receive())
                if message is not None:
                    self._take(message)
        except WireClosed as closed:
            self._ended(closed)
        except Exception as error:  # noqa: BLE001 - what it is, the test is told at its end
            self._failed(error)

    def _take(self, message: Message) -> None:
        if self._first is None:
            self._first = message
            if message.kind == "ACK":
                self._conversation.receive(message)
        elif self.closed is None:
            self._conversation.receive(message)
            self._received(message)
        self._news.tell()

    def _ended(self, closed: WireClosed) -> None:
        self.closed = self.closed or closed
        self._news.tell()
