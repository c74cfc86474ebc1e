import socket

import pytest
import trio
import trio.testing

from docsync_trio.base.errors import ServerError
from docsync_trio.config.bind import UnixBind
from docsync_trio.config.schema import KeepAliveSettings
from docsync_trio.server.connections.accepting import BATCH
from docsync_trio.server.connections.front_door import JUST_COME
from docsync_trio.server.connections.serve import serve_site
from docsync_trio.server.http import requests
from docsync_trio.server.sockets.binds import bind_sockets
from docsync_trio.sessions.curfew import Step
from tests.server.network_fakes import FakeSite, Peer, echo, large, served


async def test_a_websocket_is_told_that_the_server_restarts():
    async with served(FakeSite()) as server:
        peer = await server.connect()
        await peer.upgrade()
        await peer.hear()

        server.stop.set()

        assert await peer.hear_end() == (1012, "the server restarts")


async def test_nobody_is_accepted_any_more():
    async with served(FakeSite()) as server:
        server.stop.set()
        await trio.testing.wait_all_tasks_blocked(0.01)

        with pytest.raises(OSError, match=r"refused|all attempts"):
            await trio.open_tcp_stream(*server.address)


async def test_a_request_under_way_is_answered_first(autojump_clock):
    site = FakeSite()

    async def slow(scope, receive, send):
        await trio.sleep(3)
        await send({"type": "http.response.start", "status": 200, "headers": LENGTH})
        await send({"type": "http.response.body", "body": b"done!"})

    site.endpoints["/slow"] = slow
    async with served(site) as server:
        peer = await server.connect()
        await peer.send(b"GET /slow HTTP/1.1\r\nHost: here\r\n\r\n")
        await trio.sleep(1)
        server.stop.set()

        assert await peer.response() == (200, b"done!")
        assert await peer.is_hung_up()


LENGTH = [(b"content-length", b"5")]


async def test_idle_connections_do_not_hold_up_the_end(autojump_clock):
    async with served(FakeSite()) as server:
        silent, begun, kept = [await server.connect() for _ in range(3)]
        await begun.send(b"GET / HT")
        await kept.get("/")
        await trio.sleep(JUST_COME)

        server.stop.set()
        for peer in (silent, begun, kept):
            assert await peer.is_hung_up()
        assert trio.current_time() < JUST_COME + 0.1


async def test_who_has_just_connected_is_answered_before_the_end(autojump_clock):
    async with served(FakeSite()) as server:
        prompt, silent, begun = [await server.connect() for _ in range(3)]
        await begun.send(b"GET / HT")
        await trio.testing.wait_all_tasks_blocked()

        server.stop.set()
        await trio.sleep(0.5)
        assert await prompt.get("/") == (200, b"hello")
        for peer in (prompt, silent, begun):
            assert await peer.is_hung_up()
    assert trio.current_time() < JUST_COME + 0.1


async def test_who_waits_to_be_accepted_is_answered_before_the_end():
    async with served(FakeSite()) as server:
        waiting = [socket.create_connection(server.address) for _ in range(2 * BATCH)]
        for each in waiting:
            each.sendall(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        server.stop.set()

        for each in waiting:
            peer = Peer(trio.SocketStream(trio.socket.from_stdlib_socket(each)))
            assert await peer.response() == (200, b"hello")
            peer.hang_up()


async def test_requests_that_have_just_been_heard_are_answered():
    async with served(FakeSite()) as server:
        peers = [await server.connect() for _ in range(12)]
        # One after the other: each is somewhere else on its way to an answer.
        for peer in peers:
            await peer.send(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")

        server.stop.set()
        assert [await peer.response() for peer in peers] == [(200, b"hello")] * 12


async def test_a_request_that_takes_too_long_is_cut_off(autojump_clock):
    site = FakeSite(keep_alive=KeepAliveSettings(shutdown=7.0))

    async def endless(scope, receive, send):
        await trio.sleep_forever()

    site.endpoints["/endless"] = endless
    async with served(site) as server:
        peer = await server.connect()
        await peer.send(b"GET /endless HTTP/1.1\r\nHost: here\r\n\r\n")
        await trio.sleep(1)
        server.stop.set()
        await peer.is_hung_up()

    assert trio.current_time() == pytest.approx(1 + 7 * Step.GOODBYES.value, abs=0.2)


async def test_a_peer_that_does_not_read_does_not_hold_up_the_end(autojump_clock):
    async with served(FakeSite()) as server:
        peer = await server.connect()
        await peer.upgrade()
        for _ in range(150):
            with trio.move_on_after(0.1):
                await peer.say("x" * 100_000)
        server.stop.set()
        began = trio.current_time()
        await server.over.wait()

    assert trio.current_time() - began <= 5.5


async def test_a_big_answer_that_nobody_takes_does_not_hold_up_the_end(autojump_clock):
    site = FakeSite()
    site.endpoints["/large"] = large
    async with served(site) as server:
        peer = await server.connect()
        await peer.send(b"GET /large HTTP/1.1\r\nHost: here\r\n\r\n")
        await trio.sleep(1)
        server.stop.set()
        began = trio.current_time()
        await server.over.wait()

    assert trio.current_time() - began <= 5.5


async def test_being_cancelled_cuts_off_at_once(autojump_clock):
    site = FakeSite()
    site.endpoints["/large"] = large
    async with served(site) as server:
        peer = await server.connect()
        await peer.send(b"GET /large HTTP/1.1\r\nHost: here\r\n\r\n")
        await trio.sleep(1)
        began = trio.current_time()
        server.scope.cancel()
        await server.over.wait()

        assert trio.current_time() - began < 0.1


async def test_a_hanging_drain_is_bounded(autojump_clock):
    class Hanging(FakeSite):
        async def drain(self, code, reason, *, within):
            await trio.sleep_forever()

    async with served(Hanging()) as server:
        server.stop.set()
        await server.over.wait()

    assert trio.current_time() == pytest.approx(5 * Step.GOODBYES.value)


async def test_a_unix_socket_is_served_and_removed(tmp_path, nursery):
    path = tmp_path / "site.sock"
    site, stop = FakeSite(), trio.Event()
    sockets = bind_sockets([UnixBind(path)])
    async with trio.open_nursery() as serving:
        await serving.start(serve_with(site, sockets, stop))
        http_peer = Peer(await trio.open_unix_socket(str(path)))
        websocket_peer = Peer(await trio.open_unix_socket(str(path)))
        assert await http_peer.get("/") == (200, b"hello")
        assert await websocket_peer.upgrade() == 101
        await websocket_peer.say("hi")
        assert (await websocket_peer.hear(6))[5] == echo("hi").frames[2].encode()
        stop.set()
        assert (await websocket_peer.hear_end())[0] == 1012
        for peer in (http_peer, websocket_peer):
            peer.hang_up()

    assert site.session.peers == ["unix"]
    assert not path.exists()


def serve_with(site, sockets, stop):
    async def serve(task_status):
        await serve_site(
            site, sockets, observe=site.events.append, stop=stop, task_status=task_status
        )

    return serve


async def test_a_hypercorn_that_does_not_fit_is_said_before_anything_is_served(monkeypatch):
    monkeypatch.setattr(requests.importlib.metadata, "version", lambda name: "1.0")
    with socket.create_server(("127.0.0.1", 0)) as sock, pytest.raises(ServerError):
        await serve_site(FakeSite(), [sock], observe=lambda event: None, stop=trio.Event())
