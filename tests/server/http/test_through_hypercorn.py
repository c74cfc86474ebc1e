import contextlib

import pytest
import trio
from hypercorn.events import RawData

from docsync_trio.base.errors import Refusal, ServerError
from docsync_trio.base.events import PeerFault
from docsync_trio.config.schema import KeepAliveSettings, ServerSettings
from docsync_trio.server.http import through_hypercorn as http
from docsync_trio.server.http.http_stream import AFTERLIFE_SECONDS, BoundedStream
from docsync_trio.server.http.request_body import FIRST_SECONDS
from docsync_trio.server.http.through_hypercorn import HttpServer, check_hypercorn
from docsync_trio.server.http.vigil import Vigil
from docsync_trio.server.sockets import patient_send
from docsync_trio.server.sockets.peer_socket import PeerSocket
from tests.server.network_fakes import (
    FakeSite,
    Peer,
    hello,
    served,
    stream_pair,
    upgrade_request,
)


def test_the_installed_hypercorn_fits():
    check_hypercorn()


def test_a_hypercorn_of_another_shape_is_named_with_its_version(monkeypatch):
    monkeypatch.setattr(http, "_EXPECTED", ((HttpServer.__init__, ["other", "arguments"]),))

    with pytest.raises(ServerError) as raised:
        check_hypercorn()

    assert "hypercorn 0." in str(raised.value)
    assert "install" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_hypercorn_that_compresses_in_another_place_is_noticed(monkeypatch):
    monkeypatch.delattr(http.ws_stream, "server_extensions_handshake")

    with pytest.raises(ServerError):
        check_hypercorn()


@pytest.fixture
async def connection(nursery):
    """Serve one connection by hypercorn; *served* is set when nothing is left of it."""
    ours, theirs = stream_pair()
    server = HttpServer(hello, ServerSettings(), observe=lambda event: None)
    served = trio.Event()

    async def serve():
        with ours:
            await server.serve(PeerSocket(ours), b"GET / HT")
        served.set()

    nursery.start_soon(serve)
    peer = Peer(theirs)
    yield server, peer, served
    peer.hang_up()


async def test_bytes_that_were_read_before_come_first(connection):
    _, peer, _ = connection
    await peer.send(b"TP/1.1\r\nHost: a\r\n\r\n")

    assert await peer.response() == (200, b"hello")
    assert await peer.get("/again") == (200, b"hello")


async def test_an_idle_connection_is_closed_after_the_keep_alive_time(connection, autojump_clock):
    _, peer, served = connection
    await peer.send(b"TP/1.1\r\nHost: a\r\n\r\n")
    await peer.response()

    await served.wait()

    assert trio.current_time() == pytest.approx(75)


async def test_an_idle_connection_is_over_when_its_peer_leaves(connection, autojump_clock):
    _, peer, served = connection
    await peer.send(b"TP/1.1\r\nHost: a\r\n\r\n")
    await peer.response()

    peer.hang_up()
    await served.wait()

    assert trio.current_time() == 0


async def test_idle_connections_end_when_the_server_does(connection, autojump_clock):
    server, peer, served = connection
    await peer.send(b"TP/1.1\r\nHost: a\r\n\r\n")
    await peer.response()

    await server.end_when_idle()
    await served.wait()

    assert trio.current_time() == 0


async def test_the_server_is_not_named(connection):
    _, peer, _ = connection
    await peer.send(b"TP/1.1\r\nHost: a\r\n\r\n")
    await peer.response()

    assert "server" not in peer.headers


async def test_nothing_is_left_of_a_connection_whose_peer_left(nursery, autojump_clock):
    ours, theirs = stream_pair()
    server = HttpServer(hello, ServerSettings(), observe=lambda event: None)
    await theirs.send_all(upgrade_request(Upgrade="h2c", HTTP2_Settings="AAMAAABkAAQAAP__"))
    await theirs.send_eof()

    with ours:
        await server.serve(PeerSocket(ours), b"")

    assert trio.current_time() <= AFTERLIFE_SECONDS
    await theirs.aclose()


async def test_a_protocol_may_say_a_last_word_when_a_send_has_failed():
    class LastWord:
        said = 0

        async def handle(self, event):
            self.said += 1
            if self.said == 1:
                await connection.protocol_send(RawData(b"goodbye"))

    ours, theirs = stream_pair()
    socket = PeerSocket(ours)
    stream = BoundedStream(socket, b"", trio.CancelScope(), Vigil(60.0))
    config = http._config(ServerSettings(), lambda event: None, lambda event: None)
    connection = http._Connection(hello, config, http._Context(None), {}, stream)
    connection.protocol = LastWord()
    socket.close()

    await connection.protocol_send(RawData(b"hello"))

    assert connection.protocol.said == 2  # of each send that failed
    await theirs.aclose()


async def test_a_write_that_the_peer_does_not_take_ends(autojump_clock):
    ours, theirs = stream_pair()
    socket = PeerSocket(ours)
    stream = BoundedStream(socket, b"", trio.CancelScope(), Vigil(60.0))

    with trio.CancelScope(shield=True), pytest.raises(trio.BrokenResourceError):
        await stream.send_all(b"x" * 10_000_000)

    assert socket.closed
    assert trio.current_time() == pytest.approx(patient_send.SEND_SECONDS)
    await theirs.aclose()


async def test_an_exception_of_the_application_is_500_and_told():
    async def fails(scope, receive, send):
        raise ValueError("no luck")

    site = FakeSite(keep_alive=KeepAliveSettings(shutdown=0.2))
    site.endpoints["/fails"] = fails
    async with served(site) as server:
        peer = await server.connect()
        assert (await peer.get("/fails"))[0] == 500

    (fault,) = site.seen(PeerFault)
    assert str(fault.error) == "no luck"


async def post(peer, length):
    await peer.send(f"POST /read HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n".encode())


async def read_body(scope, receive, send):
    """Answer with the size of the body, or with the status of a refusal."""
    size, more, status = 0, True, 200
    try:
        while more:
            message = await receive()
            size, more = size + len(message["body"]), message["more_body"]
    except Refusal as refusal:
        status = refusal.status
    body = str(size).encode()
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture
async def reading(nursery):
    """A peer of a server that reads bodies of up to 1000 bytes."""
    ours, theirs = stream_pair()
    server = HttpServer(read_body, ServerSettings(max_body_size=1000), observe=lambda event: None)

    async def serve():
        with ours:
            await server.serve(PeerSocket(ours), b"")

    nursery.start_soon(serve)
    peer = Peer(theirs)
    yield peer
    peer.hang_up()


async def test_a_body_of_the_allowed_size_is_read(reading):
    await post(reading, 1000)
    await reading.send(b"x" * 1000)

    assert await reading.response() == (200, b"1000")


async def test_a_body_beyond_the_limit_is_413(reading):
    await post(reading, 1001)
    await reading.send(b"x" * 1001)

    assert (await reading.response())[0] == 413


async def test_a_body_that_drips_is_408_in_bounded_time(reading, autojump_clock):
    async def drip():
        with contextlib.suppress(trio.BrokenResourceError, trio.ClosedResourceError):
            while True:
                await reading.send(b"x")
                await trio.sleep(5)

    await post(reading, 900)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(drip)
        assert (await reading.response())[0] == 408
        assert await reading.is_hung_up()
        nursery.cancel_scope.cancel()

    assert trio.current_time() <= FIRST_SECONDS + 6


async def test_a_reader_that_takes_a_byte_now_and_then_is_dropped(autojump_clock):
    ours, theirs = stream_pair()
    stream = BoundedStream(PeerSocket(ours), b"", trio.CancelScope(), Vigil(60.0))

    async def sip():
        while await theirs.receive_some(10_000):  # noqa: ASYNC110 - a slow line takes time
            await trio.sleep(5)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(sip)
        with pytest.raises(trio.BrokenResourceError):
            await stream.send_all(b"x" * 10_000_000)
    assert trio.current_time() <= patient_send.SEND_SECONDS + 10_000_000 / patient_send.SLOWEST + 1
    await theirs.aclose()


async def test_a_reader_of_something_big_on_a_slow_line_gets_all_of_it(autojump_clock):
    ours, theirs = stream_pair()
    stream = BoundedStream(PeerSocket(ours), b"", trio.CancelScope(), Vigil(60.0))
    received = 0

    async def read_slowly():
        nonlocal received
        while received < 10_000_000:
            received += len(await theirs.receive_some(200_000))
            await trio.sleep(2)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(read_slowly)
        await stream.send_all(b"x" * 10_000_000)
    assert trio.current_time() > 2 * patient_send.SEND_SECONDS
    await theirs.aclose()
    ours.close()


async def slow(scope, receive, send):
    await trio.sleep(5)
    await hello(scope, receive, send)


async def test_the_idle_time_begins_with_the_answer_however_long_that_took(autojump_clock):
    site = FakeSite(keep_alive=KeepAliveSettings(http=2.0, ping=1.0, pong=0.5, shutdown=1.0))
    site.endpoints["/slow"] = slow
    async with served(site) as server:
        peer = await server.connect()
        assert await peer.get("/slow") == (200, b"hello")
        await trio.sleep(1.5)
        assert await peer.get("/") == (200, b"hello")
