"""Requests that end other servers, and what else a stranger may send.

Each of the first group cancels a stock ``hypercorn.trio.serve`` with all its
connections. After every one of them an ordinary request must be answered as ever.
"""

import socket
import ssl
import struct

import h2.config
import h2.connection
import pytest
import trio
import trio.testing
from hpack import Encoder
from hyperframe.frame import HeadersFrame
from websockets.frames import Opcode

from docsync_trio.base.events import PeerFault
from docsync_trio.config.schema import KeepAliveSettings
from docsync_trio.server.visits.head import MAX_HEAD
from tests.server.network_fakes import FakeSite, frame, served, upgrade_request

BIG = 10_000


@pytest.fixture
async def server(nursery):
    keep_alive = KeepAliveSettings(shutdown=0.2)
    async with served(FakeSite(max_message_size=BIG, keep_alive=keep_alive)) as server:
        yield server


@pytest.fixture(params=["first request", "second request"])
async def peer(server, request):
    """A connection whose next request goes to us, or (the second) to hypercorn."""
    peer = await server.connect()
    if request.param == "second request":
        assert await peer.get("/") == (200, b"hello")
    return peer


async def bystander(server):
    peer = await server.connect()
    assert await peer.upgrade() == 101
    await peer.hear()
    return peer


async def survives(server, *attacks):
    """Run *attacks* while a bystander has a websocket open; it must stay open."""
    watching = await bystander(server)
    for attack in attacks:
        with trio.fail_after(15):
            await attack
    assert await server.answers()
    await watching.say("still here")
    await watching.hear()


async def test_a_big_binary_message_followed_by_text(server, peer):
    await peer.upgrade()

    await survives(
        server,
        peer.send(frame(Opcode.BINARY, b"x" * (BIG + 1))),
        peer.hear_end(),
        peer.send(frame(Opcode.TEXT, b"x")),
        peer.is_hung_up(),
    )


async def test_a_subprotocol_that_is_no_ascii(server, peer):
    request = upgrade_request(Sec_WebSocket_Protocol="bokeh, \xff")

    await survives(server, peer.send(request), peer.is_hung_up())


async def test_bytes_directly_behind_a_handshake(server, peer):
    await survives(server, peer.send(upgrade_request() + b"\x00stray"), peer.is_hung_up())


async def test_a_handshake_with_a_body(server, peer):
    request = upgrade_request(Content_Length="4") + b"body"

    await survives(server, peer.send(request), peer.is_hung_up())


async def test_a_handshake_with_a_request_behind_it(server, peer):
    behind = b"GET / HTTP/1.1\r\nHost: here\r\n\r\n"

    await survives(server, peer.send(upgrade_request() + behind), peer.is_hung_up())


async def test_an_early_frame(server, peer):
    await survives(server, peer.send(upgrade_request() + frame(Opcode.TEXT, b"end")))


def h2_request(*fields):
    """Open an HTTP/2 connection by prior knowledge and send one request's headers."""
    config = h2.config.H2Configuration(client_side=True)
    connection = h2.connection.H2Connection(config)
    connection.initiate_connection()
    headers = HeadersFrame(1, flags=["END_HEADERS", "END_STREAM"])
    headers.data = Encoder().encode(fields)
    return connection.data_to_send() + headers.serialize()


AUTHORITY = ((b":scheme", b"http"), (b":authority", b"here"))


@pytest.mark.parametrize(
    "fields",
    [
        ((b":method", b"GET"), (b":path", b"/\xff"), *AUTHORITY),
        ((b":method", b"G\xc3\x9cT"), (b":path", b"/"), *AUTHORITY),
        ((b":method", b"CONNECT"), (b":authority", b"here:80")),
        ((b":method", b"CONNECT"), (b":path", b"/"), (b":protocol", b"websocket"), *AUTHORITY),
    ],
    ids=["path", "method", "plain connect", "websocket without a version"],
)
async def test_http2_with_what_http2_must_not_have(server, fields):
    peer = await server.connect()

    await survives(
        server, peer.send(h2_request(*fields)), trio.testing.wait_all_tasks_blocked(0.02)
    )


async def test_ordinary_http2_is_served(server):
    peer = await server.connect()
    await peer.send(h2_request((b":method", b"GET"), (b":path", b"/"), *AUTHORITY))

    data = b""
    while b"hello" not in data:
        data += await peer.stream.receive_some()


@pytest.mark.parametrize(
    "data",
    [
        b"\x00" * 100,
        b"\xff" * 100_000,
        b"garbage\r\n\r\n",
        b"\r\n\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\x00" * 100,
        b"PRI * HTTP/2.0\r\n\r\nnonsense" * 10,
        upgrade_request(Sec_WebSocket_Key="short"),
        upgrade_request(Sec_WebSocket_Key="ü"),
        upgrade_request("/" + "%ff" * 100),
    ],
)
async def test_requests_that_are_none(server, peer, data):
    async def send():
        try:
            await peer.send(data)
        except trio.BrokenResourceError:
            return

    await survives(server, send(), peer.stream.send_eof(), peer.is_hung_up())


@pytest.mark.parametrize("settings", ["", "AAMAAABkAAQAAP__", "nonsense"])
async def test_an_upgrade_to_http2_by_a_peer_that_leaves(server, peer, settings):
    request = upgrade_request(Upgrade="h2c", HTTP2_Settings=settings)

    await survives(server, peer.send(request), peer.stream.send_eof())


async def test_a_browser_that_speaks_tls_to_a_plain_port(server, peer):
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = ssl.create_default_context()
    hello = context.wrap_bio(incoming, outgoing, server_hostname="here")
    with pytest.raises(ssl.SSLWantReadError):
        hello.do_handshake()

    await survives(server, peer.send(outgoing.read()), peer.is_hung_up())


async def test_ten_thousand_headers(server, peer):
    headers = b"".join(b"a%d: b\r\n" % n for n in range(10_000))

    async def send():
        try:
            await peer.send(b"GET / HTTP/1.1\r\nHost: a\r\n" + headers + b"\r\n")
        except trio.BrokenResourceError:
            return

    await survives(server, send(), peer.is_hung_up())


async def test_a_huge_request_line(server):
    peer = await server.connect()
    await peer.send(b"GET /" + b"x" * MAX_HEAD)

    status, _ = await peer.response()

    assert status == 431
    assert await peer.is_hung_up()
    assert await server.answers()


async def test_requests_one_behind_the_other_are_all_answered(server):
    peer = await server.connect()

    await peer.send(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n" * 20)

    assert [await peer.response() for _ in range(20)] == [(200, b"hello")] * 20


async def test_an_application_that_raises_anything_at_all(server, peer):
    async def leave(scope, receive, send):
        raise SystemExit(3)

    async def group(scope, receive, send):
        raise BaseExceptionGroup("several", [ValueError("one"), SystemExit(1)])

    server.site.endpoints = {"/leave": leave, "/group": group}
    other = await server.connect()

    await survives(
        server,
        peer.send(b"GET /leave HTTP/1.1\r\nHost: here\r\n\r\n"),
        peer.is_hung_up(),
        other.send(b"GET /group HTTP/1.1\r\nHost: here\r\n\r\n"),
        other.is_hung_up(),
    )
    assert server.site.seen(PeerFault)


async def test_two_hundred_peers_that_reset_at_once(server):
    peers = [await server.connect() for _ in range(200)]
    for number, peer in enumerate(peers):
        await peer.send(upgrade_request() if number % 2 else b"GET / HTT")
    for peer in peers:
        linger = struct.pack("ii", 1, 0)
        peer.stream.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        peer.hang_up()

    await survives(server)


async def test_halves_of_heads_do_not_keep_others_waiting(server):
    for number in range(50):
        peer = await server.connect()
        await peer.send(upgrade_request()[: 3 * number])

    await survives(server)
