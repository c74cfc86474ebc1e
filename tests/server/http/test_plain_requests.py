"""What plain requests are for comes as hypercorn would have brought it."""

import contextlib
import importlib.metadata
import re
import subprocess
import sys
import threading

import attrs
import pytest
import trio
import trio.testing

from docsync_trio.base.errors import ServerError
from docsync_trio.config.schema import KeepAliveSettings, ServerSettings
from docsync_trio.server.http import requests
from docsync_trio.server.http import through_hypercorn as http
from docsync_trio.server.http.hypercorn_version import check_version
from docsync_trio.server.http.requests import Requests
from docsync_trio.server.sockets.peer_socket import PeerSocket
from tests.server.a_site import a_site, application
from tests.server.network_fakes import Peer, hello, stream_pair

SCRIPT = "/static/js/bokeh.min.js"


def below_static(path):
    return path.startswith("/static/")


@contextlib.asynccontextmanager
async def connected(app, ours=below_static, **settings):
    """Serve one connection of *app*; yields the server, the peer, and the event of its end."""
    server = Requests(app, ours, ServerSettings(**settings), observe=lambda event: None)
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


def with_one_incident(answer):
    """Return *answer* as if both had the same incident.

    Nor does it matter how a body would be sent that HEAD does not ask for.
    """
    fields, body = answer
    fields = [field for field in fields if field != b"Transfer-Encoding: chunked"]
    return fields, re.sub(rb"(?<=ncident )\w+|\"incident\":\"\w+", b"", body)


async def raw_answer(app, data, ours=below_static):
    """Return everything that is sent in answer to *data*, without the date, and its fields."""
    async with connected(app, ours) as (_, peer, over):
        await peer.send(data)
        with trio.fail_after(10):
            answer = b""
            while received := await peer.stream.receive_some():
                answer += received
            peer.hang_up()
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


async def test_pages_and_what_belongs_to_them_are_ours_and_others_endpoints_are_not(tmp_path):
    pages = [application(tmp_path, path) for path in ("/", "/a plot", "/many/{name}")]
    bare = attrs.evolve(application(tmp_path, "/bare"), page="none")
    async with a_site(*pages, bare, prefix="/desk") as site:
        ours = [
            *("/desk/static/js/bokeh.js", "/desk/static/extensions/a/b.js"),
            *("/desk/", "/desk/autoload.js", "/desk/a plot", "/desk/a plot/preflight"),
        ]
        others = [
            *("/", "/static/js/bokeh.js", "/desk", "/desk/a plot/", "/desk/a plot/metadata"),
            *("/desk/many/x", "/desk/many/{name}", "/desk/bare", "/desk/staticfiles/x"),
        ]
        assert [site.site.is_ours(path) for path in ours] == [True] * len(ours)
        assert [site.site.is_ours(path) for path in others] == [False] * len(others)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("path", ["/a", "/a/autoload.js?bokeh-autoload-element=x"])
async def test_pages_come_as_hypercorn_would_have_brought_them(
    by_hypercorn, tmp_path, path, method
):
    async with a_site(application(tmp_path, "/a", "broken = 1 / 0")) as site:
        ours = await raw_answer(
            site.asgi, request(path, method, Connection="close"), site.site.is_ours
        )
        assert not by_hypercorn
        theirs = await raw_answer(
            site.asgi, request(path, method, Connection="close", TE="trailers"), site.site.is_ours
        )
    assert by_hypercorn
    assert with_one_incident(ours) == with_one_incident(theirs)


async def test_an_answer_without_a_length_ends_with_its_connection():
    async def endless(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"hello"})

    fields, body = await raw_answer(endless, request("/static/a.js"))
    assert fields == [b"HTTP/1.1 200 ", b"Connection: close"]
    assert body == b"hello"


@pytest.fixture
def slow_import(monkeypatch):
    """The import of hypercorn has begun, and ends when it may: two events."""
    asked, may_end = trio.Event(), threading.Event()
    name = "not imported yet"

    def import_slowly(_):
        if name not in sys.modules:
            # Python's own import shows what is not ready, too.
            monkeypatch.setitem(sys.modules, name, object())
            trio.from_thread.run_sync(asked.set)
            may_end.wait(10)
        return http

    monkeypatch.setattr(requests, "_HYPERCORN", name)
    monkeypatch.setattr(importlib, "import_module", import_slowly)
    return asked, may_end


async def test_several_who_are_the_first_to_need_hypercorn_are_all_answered(slow_import):
    asked, may_end = slow_import
    async with contextlib.AsyncExitStack() as stack:
        server = Requests(hello, below_static, ServerSettings(), observe=lambda event: None)
        peers = []
        nursery = await stack.enter_async_context(trio.open_nursery())
        for _ in range(3):
            ours, theirs = stream_pair()
            peers.append(Peer(theirs))
            nursery.start_soon(server.serve, PeerSocket(ours), request("/page"))
        await asked.wait()
        await trio.testing.wait_all_tasks_blocked()
        may_end.set()
        for peer in peers:
            assert await peer.response() == (200, b"hello")
            peer.hang_up()


async def test_who_was_the_first_to_need_hypercorn_before_the_server_ends_is_answered(slow_import):
    asked, may_end = slow_import
    async with connected(hello) as (server, peer, over), trio.open_nursery() as ending:
        await peer.send(request("/page"))
        await asked.wait()
        ending.start_soon(server.end_when_idle)
        await trio.testing.wait_all_tasks_blocked()
        may_end.set()
        assert await peer.response() == (200, b"hello")
        peer.hang_up()
        with trio.fail_after(5):
            await over.wait()


async def test_who_is_the_first_to_need_hypercorn_when_the_server_ends_is_told_to_come_back():
    async with connected(hello) as (server, peer, over):
        await server.end_when_idle()
        await peer.send(request("/page"))
        assert (await peer.response())[0] == 503
        assert peer.headers["retry-after"] == "5"
        peer.hang_up()
        with trio.fail_after(5):
            await over.wait()


def test_a_start_imports_nothing_of_hypercorn():
    code = "import sys, docsync_trio.cli.running.serving; sys.exit('hypercorn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_hypercorn_that_nobody_has_read_is_named_with_what_to_install(monkeypatch):
    monkeypatch.setattr(importlib.metadata, "version", lambda name: "0.19.0")

    with pytest.raises(ServerError, match=r"hypercorn 0\.19\.0 .* install 'hypercorn>="):
        check_version()


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

    server = Requests(smuggler, below_static, ServerSettings(), observe=lambda event: None)
    ours, theirs = stream_pair()
    with contextlib.closing(PeerSocket(ours)) as socket, pytest.raises(ValueError, match="break"):
        await server.serve(socket, request("/static/a.js"))
    theirs.socket.close()
