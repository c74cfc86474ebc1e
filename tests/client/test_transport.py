"""The websocket of a client, with a server that does what it should not, byte by byte."""

from contextlib import asynccontextmanager
from functools import partial

import pytest
import trio
import wsproto
from wsproto.events import AcceptConnection, Ping, Request, TextMessage

from docsync_trio.client import transport
from docsync_trio.client.transport import HandshakeRefused, open_wire, seconds_of
from docsync_trio.sessions.wire import WireClosed

LATE_PING = b"\x89\x01x"


@asynccontextmanager
async def a_server(handle):
    """Serve each connection with ``handle(stream)``; yields the address."""
    async with trio.open_nursery() as nursery:
        (listener,) = await nursery.start(partial(trio.serve_tcp, handle, 0, host="127.0.0.1"))
        yield f"ws://127.0.0.1:{listener.socket.getsockname()[1]}/ws"
        nursery.cancel_scope.cancel()


async def accept(stream):
    protocol = wsproto.WSConnection(wsproto.ConnectionType.SERVER)
    protocol.receive_data(await stream.receive_some(65536))
    (request,) = protocol.events()
    assert isinstance(request, Request)
    assert request.subprotocols == ["bokeh", "a-token"]
    await stream.send_all(protocol.send(AcceptConnection(subprotocol="bokeh")))
    return protocol


def wire(url):
    return open_wire(url, "a-token", [("X-Desk", "7")], tls=None, max_message_size=1000)


async def test_a_ping_that_arrives_while_we_close_ends_nothing_else():
    # trio-websocket alone lets a bare cancellation out here: `others` would end without a word.
    done = []

    async def pings_late(stream):
        protocol = await accept(stream)
        close = await stream.receive_some(65536)
        await stream.send_all(LATE_PING)
        protocol.receive_data(close)
        (event,) = protocol.events()
        await stream.send_all(protocol.send(event.response()))

    async def client(url):
        async with wire(url):
            pass
        done.append("the client")

    async def others():
        await trio.sleep(0.2)
        done.append("the others")

    async with a_server(pings_late) as url, trio.open_nursery() as nursery:
        nursery.start_soon(client, url)
        nursery.start_soon(others)
    assert done == ["the client", "the others"]


async def test_a_ping_is_answered():
    answered = trio.Event()

    async def pings(stream):
        protocol = await accept(stream)
        await stream.send_all(protocol.send(Ping(payload=b"?")))
        protocol.receive_data(await stream.receive_some(65536))
        assert [type(event).__name__ for event in protocol.events()] == ["Pong"]
        answered.set()

    async with a_server(pings) as url, wire(url):
        with trio.fail_after(5):
            await answered.wait()


async def test_a_server_that_hangs_up_without_a_word():
    async def hangs_up(stream):
        protocol = await accept(stream)
        await stream.send_all(protocol.send(TextMessage(data="last words")))
        await stream.aclose()

    async with a_server(hangs_up) as url, wire(url) as ours:
        assert await ours.receive() == "last words"
        with pytest.raises(WireClosed) as caught:
            await ours.receive()
        assert caught.value.code == 1006
        with pytest.raises(WireClosed):
            await ours.send(["anybody there?"])


async def test_a_server_that_says_goodbye():
    async def says_goodbye(stream):
        protocol = await accept(stream)
        close = wsproto.events.CloseConnection(code=4000, reason="it is over")
        await stream.send_all(protocol.send(close))
        await stream.receive_some(65536)

    async with a_server(says_goodbye) as url, wire(url) as ours:
        with pytest.raises(WireClosed) as caught:
            await ours.receive()
        assert (caught.value.code, caught.value.reason) == (4000, "it is over")


async def test_a_message_that_is_too_big_is_not_taken():
    async def floods(stream):
        protocol = await accept(stream)
        await stream.send_all(protocol.send(TextMessage(data="x" * 2000)))
        await stream.receive_some(65536)

    async with a_server(floods) as url, wire(url) as ours:
        with pytest.raises(WireClosed) as caught:
            await ours.receive()
        assert caught.value.code == 1009


async def test_a_refusal_has_its_status_and_its_text():
    async def refuses(stream):
        await stream.receive_some(65536)
        await stream.send_all(
            b"HTTP/1.1 503 Full\r\nRetry-After: 7\r\nContent-Length: 8\r\n\r\ntry late"
        )

    async with a_server(refuses) as url:
        with pytest.raises(HandshakeRefused, match="503 try late") as caught:
            async with wire(url):
                pass
        assert caught.value.retry_after == 7


@pytest.mark.parametrize("answer", [b"", b"SSH-2.0-OpenSSH_9\r\n", b"HTTP/1.1 101 Yes\r\n\r\n"])
async def test_what_is_no_websocket_is_a_lost_connection(answer):
    async def says(stream):
        await stream.receive_some(65536)
        await stream.send_all(answer)
        await stream.aclose()

    async def receive(url):
        async with wire(url) as ours:
            await ours.receive()

    async with a_server(says) as url:
        with pytest.raises((WireClosed, HandshakeRefused)):
            await receive(url)


async def test_a_line_that_was_cut_is_given_up(monkeypatch):
    monkeypatch.setattr(transport, "QUIET", 0.02)
    monkeypatch.setattr(transport, "PONG_SECONDS", 0.05)

    async def says_nothing(stream):
        await accept(stream)
        await trio.sleep_forever()

    async with a_server(says_nothing) as url, wire(url) as ours:
        with pytest.raises(WireClosed, match="no answer to a ping"), trio.fail_after(5):
            await ours.receive()


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("7", 7), ("", 0), ("Wed, 21 Oct 2026 07:28:00 GMT", 0), ("-3", 0), ("inf", 0), ("nan", 0)],
)
def test_what_a_retry_after_says(text, seconds):
    assert seconds_of(text) == seconds
