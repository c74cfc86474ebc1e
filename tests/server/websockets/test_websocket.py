"""What holds for a websocket however it came: on our own socket, or through ASGI."""

import gc
import os
from random import Random

import pytest
import trio
import trio.testing
from websockets.frames import Opcode

from docsync_trio.base.events import ConnectionRefused, PeerFault
from docsync_trio.config.schema import KeepAliveSettings
from docsync_trio.protocol.outgoing import outgoing
from docsync_trio.server.sockets.peer_socket import PeerSocket
from docsync_trio.server.websockets.way_out import AT_ONCE, WayOut
from docsync_trio.server.websockets.websocket import SocketWire, WebsocketLimits, shorten_reason
from docsync_trio.sessions.wire import WireClosed
from tests.server.network_fakes import FakeSite, Peer, echo, frame, served, stream_pair

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


def test_a_reason_is_cut_to_what_a_close_frame_holds():
    assert shorten_reason("short") == "short"
    assert len(shorten_reason("ü" * 100).encode()) == 122


@pytest.fixture
async def pair():
    ours, theirs = stream_pair()
    faults = []
    limits = WebsocketLimits(message_size=BIG, stall=20.0)
    wire = SocketWire(PeerSocket(ours), b"", limits=limits, way_out=WayOut(), observe=faults.append)
    yield wire, Peer(theirs)
    wire.drop("the test is over")
    theirs.socket.close()


def large():
    return outgoing("BIG", b'"' + b"x" * 3_000_000 + b'"')


async def test_all_frames_that_have_arrived_come_together(pair):
    wire, peer = pair
    await peer.send(b"".join(frame(Opcode.TEXT, b"%d" % n) for n in range(5)))

    assert await wire.receive() == ["0", "1", "2", "3", "4"]


async def test_binary_frames_are_bytes(pair):
    wire, peer = pair
    await peer.send(frame(Opcode.BINARY, b"\x00\xff"))

    (received,) = await wire.receive()

    assert received == b"\x00\xff"
    assert type(received) is bytes


async def test_a_batch_leaves_in_one_piece(pair):
    wire, peer = pair
    messages = [echo("a"), echo("b")]

    await wire.send(messages)

    assert await peer.stream.receive_some() == messages[0].wire + messages[1].wire


async def test_a_peer_that_does_not_read_is_dropped_after_the_stall_limit(pair, autojump_clock):
    wire, _ = pair

    with pytest.raises(WireClosed) as raised:
        await wire.send([large()])

    assert raised.value.code == 1006
    assert trio.current_time() == pytest.approx(20)
    assert wire.is_over


async def test_a_peer_that_reads_slowly_is_not_dropped(pair, autojump_clock, nursery):
    wire, peer = pair
    message = large()
    received = bytearray()

    async def read_slowly():
        while len(received) < len(message.wire):
            await trio.sleep(5)
            received.extend(await peer.stream.receive_some(2**17))

    nursery.start_soon(read_slowly)
    await wire.send([message])

    assert trio.current_time() > 60
    assert not wire.is_over


async def test_a_message_that_was_begun_is_finished_though_the_session_ends(pair, nursery):
    wire, peer = pair
    message = large()

    with trio.CancelScope() as scope:
        async with trio.open_nursery() as sending:
            sending.start_soon(wire.send, [message])
            await trio.testing.wait_all_tasks_blocked()
            scope.cancel()
            nursery.start_soon(read_exactly, peer, len(message.wire))

    assert scope.cancelled_caught
    assert not wire.is_over


async def read_exactly(peer, size):
    while size > 0:
        size -= len(await peer.stream.receive_some(min(size, 2**20)))


async def test_a_session_that_ends_does_not_wait_for_a_peer_that_does_not_read(
    pair, autojump_clock
):
    wire, _ = pair

    with trio.move_on_after(1) as scope:
        await wire.send([large()])

    assert scope.cancelled_caught
    assert trio.current_time() == pytest.approx(3)
    assert wire.is_over


async def test_what_was_begun_is_finished_before_the_close_frame(pair, nursery):
    wire, peer = pair
    message = large()
    received = bytearray()

    async def read():
        while not received.endswith(b"\x88\x07\x03\xe9going"):
            received.extend(await peer.stream.receive_some(2**20))

    assert not wire.send_now([message])
    nursery.start_soon(read)
    await wire.close(1001, "going")

    assert bytes(received[:-9]) == message.wire


async def test_what_the_kernel_does_not_take_at_once_goes_before_what_follows(pair, nursery):
    wire, peer = pair
    message = large()

    assert wire.send_now([echo("first")])
    assert not wire.send_now([message])
    nursery.start_soon(wire.send, [echo("last")])
    size = sum(len(each.wire) for each in (echo("first"), message, echo("last")))
    received = bytearray()
    while len(received) < size - 10:
        received += await peer.stream.receive_some(2**20)

    assert received.index(b"first") < received.index(b"xxx") < received.index(b"last")


async def test_a_pong_waits_for_the_end_of_the_message(pair, nursery):
    wire, peer = pair
    message = large()
    nursery.start_soon(wire.send, [message])
    await trio.testing.wait_all_tasks_blocked()
    nursery.start_soon(receive_until_closed, wire)
    await peer.send(frame(Opcode.PING, b"p"))
    await trio.testing.wait_all_tasks_blocked()

    received = bytearray()
    while len(received) < len(message.wire) + 3:
        received += await peer.stream.receive_some()

    assert bytes(received) == message.wire + b"\x8a\x01p"


async def receive_until_closed(wire):
    try:
        await wire.receive()
    except WireClosed:
        return


async def test_a_peer_that_pings_and_does_not_read_is_dropped(pair, nursery):
    wire, peer = pair
    nursery.start_soon(swallow, wire)

    with pytest.raises(trio.BrokenResourceError):
        await flood(peer)


async def flood(peer):
    while True:
        await peer.send(frame(Opcode.PING, b"p" * 100) * 100)


async def swallow(wire):
    try:
        while True:
            await wire.receive()
    except WireClosed:
        return


async def test_closing_waits_for_the_peer_but_not_for_long(pair, autojump_clock):
    wire, _ = pair

    await wire.close(1001, "going")

    assert trio.current_time() == pytest.approx(2)
    assert wire.is_over


async def test_closing_twice_is_harmless(pair, autojump_clock):
    wire, _ = pair

    await wire.close(1001)
    await wire.close(1001)


async def test_a_closed_websocket_sends_and_receives_no_more(pair, autojump_clock):
    wire, _ = pair
    await wire.close(1001, "going")

    for action in (wire.receive(), wire.send([echo("x")])):
        with pytest.raises(WireClosed) as raised:
            await action
        assert (raised.value.code, raised.value.reason) == (1001, "going")


async def test_an_endless_row_of_empty_fragments_takes_no_memory(pair):
    wire, peer = pair
    row = frame(Opcode.CONT, b"", fin=False) * 1000

    await peer.send(frame(Opcode.TEXT, b"a", fin=False) + row + frame(Opcode.CONT, b"b"))

    assert await wire.receive() == ["ab"]


async def test_random_bytes_never_end_in_anything_but_a_closed_wire(nursery):
    for seed in range(50):
        ours, theirs = stream_pair()
        limits = WebsocketLimits(message_size=BIG, stall=20.0)
        wire = SocketWire(
            PeerSocket(ours), b"", limits=limits, way_out=WayOut(), observe=lambda event: None
        )
        async with theirs:
            garbage = Random(seed).randbytes(200)
            await theirs.send_all(bytes([seed * 5 % 256, 0x80 | seed]) + garbage)
            await theirs.send_eof()
            await swallow(wire)
        assert wire.is_over or not wire._reader.is_open
        wire.drop("done")


async def test_many_who_leave_at_once_let_others_have_their_turns_in_between(nursery):
    limits, way_out, log = WebsocketLimits(message_size=BIG, stall=20.0), WayOut(), []
    all_have_left = trio.Event()

    async def serve(wire):
        with pytest.raises(WireClosed):
            await wire.receive()
        log.append("left")
        if log.count("left") == len(peers):
            all_have_left.set()

    async def stand_by():
        while True:
            log.append("bystander")
            await trio.lowlevel.checkpoint()

    peers = []
    for _ in range(30):
        ours, theirs = stream_pair()
        observe = log.append
        wire = SocketWire(PeerSocket(ours), b"", limits=limits, way_out=way_out, observe=observe)
        nursery.start_soon(serve, wire)
        peers.append((theirs, wire))
    await trio.testing.wait_all_tasks_blocked()
    nursery.start_soon(stand_by)
    for theirs, _ in peers:
        # Not through Trio: all of them leave before the loop looks.
        os.write(theirs.socket.fileno(), frame(Opcode.CLOSE, b"\x03\xe8"))
    with trio.fail_after(10):
        await all_have_left.wait()
    for theirs, wire in peers:
        wire.drop("the test is over")
        theirs.socket.close()

    runs = "".join("x" if each == "left" else " " for each in log).split()
    assert max(map(len, runs)) <= 2 * AT_ONCE
