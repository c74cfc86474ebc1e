"""What is peculiar to ASGI; what all websockets have in common is in test_websocket."""

import pytest
import trio

from docsync_trio.base.events import PeerFault
from docsync_trio.server.websockets.asgi_websocket import serve_asgi_websocket
from docsync_trio.server.websockets.websocket import WebsocketLimits
from tests.server.network_fakes import FakeSite, echo

LIMITS = WebsocketLimits(message_size=1000, stall=20.0)


class FakeAsgiServer:
    """The server's half of ASGI, in memory; *send* may be replaced by a worse one."""

    def __init__(self, **scope):
        self.site = FakeSite()
        self.sent = []
        self.scope = {
            "type": "websocket",
            "path": "/app/ws",
            "query_string": b"",
            "headers": [(b"host", b"here")],
            "client": ("10.0.0.9", 4711),
            "subprotocols": ["bokeh", "session-1"],
        } | scope
        self._said = [{"type": "websocket.connect"}]
        self._news = trio.Event()

    def say(self, **message):
        self._said.append({"type": "websocket.receive", **message})
        self._news.set()

    def leave(self, **message):
        self._said.append({"type": "websocket.disconnect", **message})
        self._news.set()

    async def receive(self):
        while not self._said:
            self._news = trio.Event()
            await self._news.wait()
        return self._said.pop(0)

    async def send(self, message):
        await trio.lowlevel.checkpoint()
        self.sent.append(message)

    async def serve(self):
        await serve_asgi_websocket(
            self.site.admit,
            LIMITS,
            self.scope,
            self.receive,
            self.send,
            observe=self.site.events.append,
        )


async def test_a_conversation_in_asgis_words():
    server = FakeAsgiServer()
    server.say(text="hi", bytes=None)
    server.say(text="end")

    await server.serve()

    accept, *said, close = server.sent
    assert accept["subprotocol"] == "bokeh"
    assert [m["text"] for m in said[3:]][2] == echo("hi").frames[2]
    assert close == {
        "type": "websocket.close",
        "code": 4000,
        "reason": "the session is over",
    }
    assert server.site.session.peers == ["10.0.0.9:4711"]


async def test_binary_frames_are_bytes():
    server = FakeAsgiServer()
    server.say(bytes=bytearray(b"\x00"), text=None)

    await server.serve()

    assert server.site.session.received == [b"\x00"]
    assert server.sent[-1]["code"] == 1003


async def test_without_the_extension_a_refusal_is_a_close():
    server = FakeAsgiServer(path="/other/ws")

    await server.serve()

    assert server.sent == [{"type": "websocket.close", "code": 1008}]


async def test_with_the_extension_a_refusal_has_a_status_and_a_text():
    server = FakeAsgiServer(
        subprotocols=["bokeh", "full"], extensions={"websocket.http.response": {}}
    )

    await server.serve()

    start, body = server.sent
    assert start["status"] == 503
    assert (b"retry-after", b"7") in start["headers"]
    assert body["body"] == b"Too many visitors\n"


@pytest.mark.parametrize(
    ("message", "code"), [({"code": 1001}, 1001), ({}, 1005), ({"code": None}, 1005)]
)
async def test_the_session_hears_how_the_peer_left(message, code):
    server = FakeAsgiServer()
    server.leave(**message)

    await server.serve()

    assert server.site.session.closed.code == code
    assert "websocket.close" not in [m["type"] for m in server.sent]


@pytest.mark.parametrize(
    "message", [{"text": "x" * 1001}, {"text": "ü" * 501}, {"bytes": b"x" * 1001}]
)
async def test_a_message_beyond_the_limit_is_refused_with_the_key_to_change(message):
    server = FakeAsgiServer()
    server.say(**message)

    await server.serve()

    assert server.sent[-1]["code"] == 1009
    assert "server.max_message_size" in server.site.seen(PeerFault)[0].what
    assert server.site.session.received == []


async def test_a_message_of_exactly_the_limit_is_taken():
    server = FakeAsgiServer()
    server.say(text="ü" * 500)
    server.say(text="end")

    await server.serve()

    assert server.site.session.received == ["ü" * 500, "end"]


async def test_a_client_that_is_gone_ends_the_websocket():
    server = FakeAsgiServer()

    async def broken(message):
        if message["type"] != "websocket.accept":
            raise OSError("gone")

    server.send = broken
    await server.serve()

    assert server.site.session.closed.code == 1006


async def test_a_client_that_does_not_read_is_given_up(autojump_clock):
    server = FakeAsgiServer()

    async def stuck(message):
        if message["type"] == "websocket.send":
            await trio.sleep_forever()

    server.send = stuck
    await server.serve()

    assert server.site.session.closed.code == 1006
    assert trio.current_time() == pytest.approx(20)


async def test_a_message_that_was_begun_is_finished_though_the_session_ends(autojump_clock):
    server = FakeAsgiServer()

    async def slow(message):
        await trio.sleep(1)
        server.sent.append(message)

    server.send = slow
    async with trio.open_nursery() as nursery:
        nursery.start_soon(server.serve)
        await trio.sleep(2.5)
        server.site.session.end(1012, "restart")

    assert [m["type"] for m in server.sent] == [
        "websocket.accept",
        *["websocket.send"] * 3,
        "websocket.close",
    ]


async def test_a_close_frame_that_is_not_taken_is_not_waited_for(autojump_clock):
    server = FakeAsgiServer()
    server.say(text="end")

    async def stuck(message):
        if message["type"] == "websocket.close":
            await trio.sleep_forever()

    server.send = stuck
    await server.serve()

    assert trio.current_time() == pytest.approx(2)


async def test_a_client_that_left_before_it_came_is_nothing():
    server = FakeAsgiServer()
    server._said = [{"type": "websocket.disconnect", "code": 1006}]

    await server.serve()

    assert server.sent == []
