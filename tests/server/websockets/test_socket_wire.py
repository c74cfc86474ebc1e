"""A websocket on our own socket: what has arrived, what leaves, and how it ends."""

import os
from random import Random

import pytest
import trio
import trio.testing
from websockets.frames import Opcode

from docsync_trio.protocol.outgoing import outgoing
from docsync_trio.server.sockets.peer_socket import PeerSocket
from docsync_trio.server.websockets.way_out import AT_ONCE, WayOut
from docsync_trio.server.websockets.websocket import SocketWire, WebsocketLimits, shorten_reason
from docsync_trio.sessions.wire import WireClosed
from tests.server.network_fakes import Peer, echo, frame, stream_pair

BIG = 10_000


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
