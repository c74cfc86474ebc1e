"""One thing at a time, in the order of arrival.

Trio runs tasks in any order and hands out locks as tasks get there; Bokeh's
applications rely on order. Whatever may touch a document goes through one queue
that one task works off.
"""

import math
from collections.abc import Awaitable, Callable

import attrs
import trio

Job = Callable[[], Awaitable[None]]
"""Something to do with the document; must not raise for what application code does."""


@attrs.define(eq=False)
class Inbox:
    """The jobs of one session that wait for their turn."""

    _send: trio.MemorySendChannel[Job] = attrs.field(init=False)
    _receive: trio.MemoryReceiveChannel[Job] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        # Without a bound: connections bound what they post, and a callback that
        # posts may not be made to wait for itself.
        self._send, self._receive = trio.open_memory_channel[Job](math.inf)

    def post(self, job: Job) -> None:
        """Queue *job*; call it in Trio's thread."""
        self._send.send_nowait(job)

    async def work(self, after_each: Callable[[], None] = lambda: None) -> None:
        """Do the jobs, one after the other, until cancelled; call *after_each* of them."""
        async for job in self._receive:
            await job()
            after_each()
