"""Files for plain requests come as hypercorn would have brought them."""

import contextlib

import pytest
import trio
import trio.testing

from docsync_trio.config.schema import KeepAliveSettings, ServerSettings
from docsync_trio.server import http
from docsync_trio.server.http import HttpServer
from docsync_trio.server.peer_socket import PeerSocket
from tests.server.a_site import a_site
from tests.server.network_fakes import Peer, hello, stream_pair

SCRIPT = "/static/js/bokeh.min.js"


@contextlib.asynccontextmanager
async def connected(app, **settings):
    """Serve one connection of *app*; yields the server, the peer, and the event of its end."""
    server = HttpServer(app, ServerSettings(**settings), observe=lambda event: None)
    ours, theirs = stream_pair()
    over = trio.Event()
    peer = Peer(theirs)

    async def serve(task_status=trio.TASK_STATUS_IGNORED):
        task_status.started()
        with contextlib.closing(PeerSocket(ours)) as socket:
            await server.serve(socket, await socket.receive())
        over.set()

    async with trio.open_nursery() as nursery:
        await nursery.start(serve)
        yield server, peer, over
        peer.hang_up()
        nursery.cancel_scope.cancel()


def request(path, method="GET", **headers):
    fields = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"{method} {path} HTTP/1.1\r\nHost: here\r\n{fields}\r\n".encode()


@pytest.fixture
def by_hypercorn(monkeypatch):
    """Count the connections that hypercorn gets."""
    count = []

    class Counted(http._Connection):
        def __init__(self, *args):
            count.append(1)
            super().__init__(*args)

    monkeypatch.setattr(http, "_Connection", Counted)
    return count


async def raw_answer(app, data):
    """Return everything that is sent in answer to *data*, without the date, and its fields."""
    async with connected(app) as (_, peer, over):
        await peer.send(data)
        with trio.fail_after(10):
            answer = b""
            while received := await peer.stream.receive_some():
                answer += received
            await over.wait()
    head, _, body = answer.partition(b"\r\n\r\n")
    fields = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"date:")]
    return fields, body


@pytest.mark.parametrize(
    ("path", "method", "headers"),
    [
        (SCRIPT, "GET", {}),
        (SCRIPT, "HEAD", {}),
        (SCRIPT, "GET", {"Accept-Encoding": "gzip, br"}),
        (SCRIPT, "GET", {"If-None-Match": "*"}),
        (SCRIPT, "GET", {"Range": "bytes=5-50"}),
        (SCRIPT, "GET", {"Range": "bytes=99999999-"}),
        (f"{SCRIPT}?v=1", "GET", {"Origin": "http://elsewhere"}),
        ("/static/js/no%20such.js", "GET", {"Accept": "text/html"}),
        ("/static/js/none.js", "HEAD", {}),
        ("/static/../secret", "GET", {}),
        ("/static/extensions/none/x.js", "GET", {}),
        ("/static/docsync-page.js", "GET", {}),
    ],
)
async def test_every_answer_is_the_one_that_hypercorn_writes(by_hypercorn, path, method, headers):
    async with a_site() as site:
        ours = await raw_answer(site.asgi, request(path, method, **headers, Connection="close"))
        assert not by_hypercorn
        theirs = await raw_answer(
            site.asgi, request(path, method, **headers, Connection="close", TE="trailers")
        )
    assert by_hypercorn
    assert ours == theirs


async def test_a_connection_is_kept_for_the_next_file(by_hypercorn):
    async with a_site() as site, connected(site.asgi) as (_, peer, _over):
        for _ in range(3):
            await peer.send(request(SCRIPT))
            assert (await peer.response())[0] == 200
    assert not by_hypercorn


async def test_a_request_for_something_else_is_answered_by_hypercorn(by_hypercorn):
    async with connected(hello) as (_, peer, _over):
        await peer.send(request("/static/a.js"))
        assert await peer.response() == (200, b"hello")
        assert not by_hypercorn
        await peer.send(request("/page"))
        assert await peer.response() == (200, b"hello")
        await peer.send(request("/static/a.js"))
        assert await peer.response() == (200, b"hello")
    assert by_hypercorn == [1]


async def test_a_request_that_comes_in_pieces_is_answered(by_hypercorn):
    async with connected(hello) as (_, peer, _over):
        await peer.send(request("/static/a.js")[:20])
        await trio.testing.wait_all_tasks_blocked()
        await peer.send(request("/static/a.js")[20:])
        assert await peer.response() == (200, b"hello")
    assert by_hypercorn


async def test_files_of_a_site_below_a_prefix_are_found_there(by_hypercorn):
    async with connected(hello, prefix="/desk") as (_, peer, _over):
        await peer.send(request("/desk/static/a.js"))
        await peer.response()
        assert not by_hypercorn
        await peer.send(request("/static/a.js"))
        await peer.response()
    assert by_hypercorn


async def test_a_connection_without_requests_ends_after_the_keep_alive_time(autojump_clock):
    async with connected(hello, keep_alive=KeepAliveSettings(http=20)) as (_, peer, over):
        await peer.send(request("/static/a.js"))
        await peer.response()
        await over.wait()
        assert trio.current_time() == pytest.approx(20)


async def test_a_connection_without_a_request_ends_with_the_server():
    async with connected(hello) as (server, peer, over):
        await peer.send(request("/static/a.js"))
        await peer.response()
        await trio.testing.wait_all_tasks_blocked()
        await server.end_when_idle()
        with trio.fail_after(5):
            await over.wait()


async def test_an_answer_under_way_is_finished_when_the_server_ends():
    going_on = trio.Event()

    async def slow(scope, receive, send):
        await going_on.wait()
        await hello(scope, receive, send)

    async with connected(slow) as (server, peer, over):
        await peer.send(request("/static/a.js"))
        await trio.testing.wait_all_tasks_blocked()
        await server.end_when_idle()
        going_on.set()
        assert await peer.response() == (200, b"hello")
        with trio.fail_after(5):
            await over.wait()


async def test_an_answer_that_stops_in_its_middle_ends_the_connection():
    async def half(scope, receive, send):
        fields = [(b"content-length", b"10")]
        await send({"type": "http.response.start", "status": 200, "headers": fields})
        await send({"type": "http.response.body", "body": b"hello", "more_body": True})

    async with connected(half) as (_, peer, over):
        await peer.send(request("/static/a.js"))
        assert await peer.is_hung_up()
        peer.hang_up()
        with trio.fail_after(5):
            await over.wait()


async def test_no_header_field_smuggles_another_in():
    async def smuggler(scope, receive, send):
        fields = [(b"x", b"1\r\nSet-Cookie: a=b")]
        await send({"type": "http.response.start", "status": 200, "headers": fields})

    server = HttpServer(smuggler, ServerSettings(), observe=lambda event: None)
    ours, theirs = stream_pair()
    with contextlib.closing(PeerSocket(ours)) as socket, pytest.raises(ValueError, match="break"):
        await server.serve(socket, request("/static/a.js"))
    theirs.socket.close()
