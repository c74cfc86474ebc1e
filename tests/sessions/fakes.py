"""A browser without a browser: it speaks the protocol and keeps a document of its own."""

from contextlib import asynccontextmanager

import attrs
import orjson
import trio
import trio.testing
from bokeh.core.serialization import Buffer, Serialized
from bokeh.document import Document

from docsync_trio.applications.application import Application
from docsync_trio.config.schema import SessionSettings
from docsync_trio.protocol.frames import Assembler, Limits
from docsync_trio.protocol.outgoing import outgoing, pull_request, server_info_request
from docsync_trio.sessions.facilities import open_facilities
from docsync_trio.sessions.open_application import open_application
from docsync_trio.sessions.request import Request
from docsync_trio.sessions.wire import WireClosed


class MemoryWire:
    """A websocket in memory. Between `stall` and `go_on` its browser does not read."""

    def __init__(self):
        self.to_server, self._from_browser = trio.open_memory_channel(10_000)
        self._to_browser, self.from_server = trio.open_memory_channel(10_000)
        self._reading = trio.Event()
        self._reading.set()
        self._unsent = []
        self._close_code = 1001

    async def receive(self):
        try:
            return await self._from_browser.receive()
        except trio.EndOfChannel:
            raise WireClosed(self._close_code) from None

    def send_now(self, messages):
        self._unsent += messages
        if self._reading.is_set():
            for message in self._unsent:
                self._to_browser.send_nowait(message)
            self._unsent = []
        return not self._unsent

    async def send(self, messages):
        await self._reading.wait()
        self.send_now(messages)

    def stall(self):
        self._reading = trio.Event()

    def go_on(self):
        self._reading.set()

    def close(self, code):
        self._close_code = code
        self.to_server.close()


@attrs.define(eq=False)
class FakeBrowser:
    wire: MemoryWire = attrs.field(factory=MemoryWire)
    document: Document | None = None
    kinds: list = attrs.field(factory=list)
    messages: list = attrs.field(factory=list)
    ending: object = None
    _assembler: Assembler = attrs.field(factory=lambda: Assembler(Limits()))

    def say(self, message):
        self.wire.to_server.send_nowait(list(message.frames))

    def pull(self):
        self.say(pull_request())

    def change(self, model_id, attr, value):
        self.patch({"kind": "ModelChanged", "model": {"id": model_id}, "attr": attr, "new": value})

    def patch(self, *events):
        self.say(outgoing("PATCH-DOC", orjson.dumps({"events": list(events)})))

    def send_event(self, name, model_id=None):
        model = {"model": {"id": model_id}} if model_id else {}
        values = {"type": "map", "entries": [list(item) for item in model.items()]}
        event = {"type": "event", "name": name, "values": values}
        self.patch({"kind": "MessageSent", "msg_type": "bokeh_event", "msg_data": event})

    def read(self):
        """Take in all that has arrived."""
        while True:
            try:
                message = self.wire.from_server.receive_nowait()
            except (trio.WouldBlock, trio.EndOfChannel):
                return self
            self._take(message)

    async def settle(self):
        """Let the server do all that it can do without time passing, then read."""
        await trio.testing.wait_all_tasks_blocked()
        return self.read()

    def value(self, name, attr="value"):
        return getattr(self.document.get_model_by_name(name), attr)

    def roundtrip(self):
        self.say(server_info_request())

    def _take(self, outgoing_message):
        self.messages.append(outgoing_message)
        for frame in outgoing_message.frames:
            message = self._assembler.feed(frame)
        self.kinds.append(message.kind)
        buffers = [Buffer(buffer.id, buffer.data) for buffer in message.buffers]
        if message.kind == "PULL-DOC-REPLY":
            content = Serialized(message.content["doc"], buffers)
            self.document = Document.from_json(content)
        elif message.kind == "PATCH-DOC":
            assert self.document is not None, "a patch before the document was pulled"
            self.document.apply_json_patch(Serialized(message.content, buffers))


@attrs.define(eq=False)
class Stage:
    """One application on a stage: its context, and all that was observed of it."""

    context: object
    nursery: trio.Nursery
    events: list

    async def session(self, session_id="one", **request):
        return await self.context.session(session_id, Request(path="/app", **request))

    async def open(self, session, *, pull=True, in_browser=True):
        """A browser, or a program, that is connected to *session*, and has its document."""
        browser = FakeBrowser()

        async def serve():
            browser.ending = await session.attach(browser.wire, "a browser", in_browser=in_browser)

        self.nursery.start_soon(serve)
        if pull:
            browser.pull()
        return await browser.settle()

    def observed(self, kind):
        return [event for event in self.events if isinstance(event, kind)]


@asynccontextmanager
async def on_stage(*handlers, hooks=None, async_kind="trio", run_in="loop", **settings):
    """Serve an application made of *handlers* with the given session settings.

    Its plain functions run in the loop: the autojump clock does not wait for threads.
    """
    events = []
    more = {} if hooks is None else {"hooks": hooks}
    application = Application(
        "/app", handlers=handlers, async_kind=async_kind, run_callbacks_in=run_in, **more
    )
    options = SessionSettings(**settings)
    async with (
        open_facilities([application], events.append) as facilities,
        open_application(
            application, options, observe=events.append, facilities=facilities
        ) as context,
        trio.open_nursery() as nursery,
    ):
        yield Stage(context, nursery, events)
        nursery.cancel_scope.cancel()
