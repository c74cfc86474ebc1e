"""What the two sides of a mounted application's websocket learn when the server ends."""

import pytest
import trio
import trio.testing

from docsync_trio.server.mounted.ending_websockets import EndingWebsockets

CLOSE = {"type": "websocket.close", "code": 1012, "reason": "restarts"}


@pytest.fixture
async def line(nursery):
    """An application at one end, which notes what it is told; the test at the other."""
    return Line(nursery)


class Line:
    def __init__(self, nursery):
        self.ending, self.told, self.sent = EndingWebsockets(), [], []
        self.deliver, self.arrivals = trio.open_memory_channel(10)
        self.nursery = nursery

    async def send(self, message):
        self.sent.append(message)

    def serve(self, app):
        self.nursery.start_soon(self.ending.around, app, {}, self.arrivals.receive, self.send)


async def test_one_that_waits_for_a_message_is_told_that_the_peer_has_left(line):
    async def app(scope, receive, send):
        while not line.told or line.told[-1]["type"] == "websocket.receive":
            line.told.append(await receive())

    line.serve(app)
    await line.deliver.send({"type": "websocket.receive", "text": "a"})
    await trio.testing.wait_all_tasks_blocked()
    line.ending.end(1012, "restarts")
    await trio.testing.wait_all_tasks_blocked()
    assert [message["type"] for message in line.told] == [
        "websocket.receive",
        "websocket.disconnect",
    ]
    assert line.told[-1]["code"] == 1012
    assert line.sent == [CLOSE]


async def test_one_that_only_sends_is_stopped(line):
    async def app(scope, receive, send):
        for number in range(3):
            try:
                await send({"type": "websocket.send", "text": str(number)})
            except OSError as error:
                line.told.append(str(error))
            line.ending.end(1012, "restarts")

    line.serve(app)
    await trio.testing.wait_all_tasks_blocked()
    assert line.sent == [{"type": "websocket.send", "text": "0"}, CLOSE]
    assert line.told == ["the server ends"] * 2


async def test_one_that_closes_meanwhile_need_not_care(line):
    async def app(scope, receive, send):
        line.ending.end(1012, "restarts")
        await send({"type": "websocket.close", "code": 1000})
        line.told.append("closed")

    line.serve(app)
    await trio.testing.wait_all_tasks_blocked()
    assert (line.sent, line.told) == ([CLOSE], ["closed"])
