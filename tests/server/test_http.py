import pytest
import trio

from docsync_trio.base.errors import ServerError
from docsync_trio.base.events import PeerFault
from docsync_trio.config.schema import KeepAliveSettings, ServerSettings
from docsync_trio.server import http
from docsync_trio.server.http import BoundedStream, HttpServer, check_hypercorn
from docsync_trio.server.peer_socket import PeerSocket
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

    assert trio.current_time() <= http.AFTERLIFE_SECONDS
    await theirs.aclose()


async def test_a_write_that_the_peer_does_not_take_ends(autojump_clock):
    ours, theirs = stream_pair()
    socket = PeerSocket(ours)
    stream = BoundedStream(socket, b"", trio.CancelScope())

    with trio.CancelScope(shield=True), pytest.raises(trio.BrokenResourceError):
        await stream.send_all(b"x" * 10_000_000)

    assert socket.closed
    assert trio.current_time() == pytest.approx(http.SEND_SECONDS)
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
