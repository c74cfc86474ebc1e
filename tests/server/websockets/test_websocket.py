"""What holds for a websocket however it came: on our own socket, or through ASGI."""

import gc

import pytest
import trio
import trio.testing
from websockets.frames import Opcode

from docsync_trio.base.events import ConnectionRefused, PeerFault
from docsync_trio.config.schema import KeepAliveSettings
from tests.server.network_fakes import FakeSite, echo, frame, served

BIG = 10_000


@pytest.fixture(params=["socket", "asgi"])
def transport(request):
    return request.param


@pytest.fixture
async def server(nursery):
    async with served(FakeSite(max_message_size=BIG)) as server:
        yield server


async def knock(server, transport):
    """Connect; an upgrade behind an ordinary request goes through hypercorn and ASGI."""
    peer = await server.connect()
    if transport == "asgi":
        assert await peer.get("/") == (200, b"hello")
    return peer


async def opened(server, transport):
    peer = await knock(server, transport)
    assert await peer.upgrade() == 101
    assert len(await peer.hear()) == 3
    return peer


async def test_the_first_word_is_the_ack(server, transport):
    peer = await knock(server, transport)

    assert await peer.upgrade() == 101
    assert b'"ACK"' in (await peer.hear())[0]
    assert peer.headers["sec-websocket-protocol"] == "bokeh"
    assert "sec-websocket-extensions" not in peer.headers


async def test_what_is_said_is_heard_and_answered_in_order(server, transport):
    peer = await opened(server, transport)

    for number in range(20):
        await peer.say(f"ü{number}")
    heard = await peer.hear(60)

    assert server.site.session.received == [f"ü{number}" for number in range(20)]
    assert heard[2::3] == [echo(f"ü{number}").frames[2].encode() for number in range(20)]


async def test_the_session_is_told_who_the_peer_is(server, transport):
    peer = await opened(server, transport)

    host, port = peer.stream.socket.getsockname()
    assert server.site.session.peers == [f"{host}:{port}"]


async def test_who_stays_has_let_go_of_the_request(server, transport):
    await opened(server, transport)

    gc.collect()
    assert [request() for request in server.site.requests] == [None]


async def test_fragments_are_put_together(server, transport):
    peer = await opened(server, transport)
    text = "grüße".encode()

    await peer.send(frame(Opcode.TEXT, text[:3], fin=False) + frame(Opcode.PING, b"now"))
    await peer.send(frame(Opcode.CONT, b"", fin=False) + frame(Opcode.CONT, text[3:]))
    heard = await peer.hear(4)

    assert server.site.session.received == ["grüße"]
    assert heard.count(Opcode.PONG) == 1


async def test_compression_is_declined(server, transport):
    peer = await knock(server, transport)

    await peer.upgrade(Sec_WebSocket_Extensions="permessage-deflate; client_max_window_bits")

    assert "sec-websocket-extensions" not in peer.headers


async def test_a_message_beyond_the_limit_is_refused_with_1009(server, transport):
    peer = await opened(server, transport)

    await peer.say("x" * (BIG + 1))

    assert (await peer.hear_end())[0] == 1009
    assert await peer.is_hung_up()


async def test_fragments_beyond_the_limit_are_refused_with_1009(server, transport):
    peer = await opened(server, transport)

    await peer.send(frame(Opcode.TEXT, b"x" * BIG, fin=False) + frame(Opcode.CONT, b"x"))

    assert (await peer.hear_end())[0] == 1009


async def test_text_that_is_no_utf8_is_refused_with_1007(server, transport):
    peer = await opened(server, transport)

    await peer.send(frame(Opcode.TEXT, b"\xc3\x28"))

    assert (await peer.hear_end())[0] == (1007 if transport == "socket" else 1006)


async def test_a_frame_without_a_mask_is_refused_with_1002(server, transport):
    peer = await opened(server, transport)

    await peer.send(b"\x81\x02hi")

    assert (await peer.hear_end())[0] == (1002 if transport == "socket" else 1006)


async def test_a_wrong_frame_type_is_refused_with_the_code_of_the_session(server, transport):
    peer = await opened(server, transport)

    await peer.send(frame(Opcode.BINARY, b"\x00"))

    assert await peer.hear_end() == (1003, "text belongs here")


async def test_when_the_session_ends_the_peer_hears_why(server, transport):
    peer = await opened(server, transport)

    await peer.say("end")

    assert await peer.hear_end() == (4000, "the session is over")
    assert await peer.is_hung_up()


async def test_a_session_that_is_told_to_end_tells_its_peers(server, transport):
    peer = await opened(server, transport)

    server.site.session.end(1012, "the server restarts")

    assert await peer.hear_end() == (1012, "the server restarts")


async def test_the_session_sees_a_peer_vanish(server, transport):
    peer = await opened(server, transport)

    await peer.stream.aclose()
    await server.site.session.over.wait()

    assert server.site.session.closed.code == 1006


async def test_a_refused_origin_gets_an_answer_and_the_log_a_hint(server, transport):
    peer = await knock(server, transport)

    assert await peer.upgrade(Origin="http://evil.example") == 403
    assert peer.body == b"Pages of this origin are not allowed\n"
    refused = server.site.seen(ConnectionRefused)
    assert [(e.target, e.status, e.hint) for e in refused] == [
        ("/app/ws", 403, "server.allow_origins")
    ]


async def test_no_application_is_404(server, transport):
    peer = await knock(server, transport)

    assert await peer.upgrade("/other/ws") == 404


async def test_a_full_application_says_when_to_come_back(server, transport):
    peer = await knock(server, transport)

    assert await peer.upgrade(token="full") == 503
    assert peer.headers["retry-after"] == "7"


async def test_an_application_that_fails_is_500_with_the_incident(server, transport):
    peer = await knock(server, transport)

    assert await peer.upgrade(token="broken") == 500
    assert b"ab12" in peer.body


async def test_a_missing_subprotocol_is_refused(server, transport):
    peer = await knock(server, transport)

    assert await peer.upgrade(Sec_WebSocket_Protocol=None) == 400


async def test_a_wrong_version_is_refused(server, transport):
    peer = await knock(server, transport)

    assert await peer.upgrade(Sec_WebSocket_Version="12") == 400


async def test_a_fault_of_ours_ends_this_websocket_and_is_told(server, transport):
    peer = await opened(server, transport)

    await peer.say("fail")
    await peer.hear_end()

    assert server.site.seen(PeerFault)
    assert await server.answers()


async def test_an_exceeded_limit_is_told_with_the_key_to_change():
    async with served(FakeSite(max_message_size=BIG)) as server:
        peer = await opened(server, "socket")
        await peer.say("x" * (BIG + 1))
        await peer.hear_end()

    assert "server.max_message_size" in server.site.seen(PeerFault)[0].what


async def test_frames_that_came_before_the_answer_are_not_lost():
    async with served(FakeSite()) as server:
        peer = await server.connect()
        await peer.upgrade(behind=frame(Opcode.TEXT, b"early"))
        await peer.hear(6)

        assert server.site.session.received == ["early"]


async def test_the_close_code_of_the_peer_reaches_the_session():
    async with served(FakeSite()) as server:
        peer = await opened(server, "socket")
        await peer.send(frame(Opcode.CLOSE, b"\x03\xe9bye"))
        assert await peer.hear_end() == (1001, "bye")
        await server.site.session.over.wait()

    assert (server.site.session.closed.code, server.site.session.closed.reason) == (1001, "bye")


async def test_what_was_said_before_the_close_frame_is_heard():
    async with served(FakeSite()) as server:
        peer = await opened(server, "socket")
        await peer.send(frame(Opcode.TEXT, b"last") + frame(Opcode.CLOSE, b"\x03\xe8"))
        await peer.hear_end()

    assert server.site.session.received == ["last"]


async def test_a_silent_peer_is_pinged_and_then_dropped(autojump_clock):
    keep_alive = KeepAliveSettings(ping=20.0, pong=10.0, shutdown=5.0)
    async with served(FakeSite(keep_alive=keep_alive)) as server:
        await opened(server, "socket")
        before = trio.current_time()
        await server.site.session.over.wait()

        assert trio.current_time() - before == pytest.approx(30, abs=1)
        assert server.site.session.closed.code == 1006


async def test_a_peer_that_answers_pings_stays(autojump_clock):
    keep_alive = KeepAliveSettings(ping=20.0, pong=10.0, shutdown=5.0)
    async with served(FakeSite(keep_alive=keep_alive)) as server:
        peer = await opened(server, "socket")
        with trio.move_on_after(200):
            await peer.hear_end()

        assert server.site.session.closed is None
