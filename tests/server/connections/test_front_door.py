import errno
import os
import resource
import socket
from contextlib import contextmanager
from functools import partial
from ipaddress import ip_network
from pathlib import Path

import pytest
import trio
import trio.testing

from docsync_trio.base.events import (
    AcceptFailed,
    ConnectionRefused,
    PeerFault,
    RequestFailed,
)
from docsync_trio.config.schema import KeepAliveSettings
from docsync_trio.server.connections import accepting
from docsync_trio.server.connections.accepting import accept_connections
from docsync_trio.server.connections.front_door import HEAD_SECONDS
from docsync_trio.server.visits.head import MAX_HEAD
from tests.server.network_fakes import FakeSite, served, upgrade_request


@pytest.fixture
async def server(nursery):
    async with served(FakeSite()) as server:
        yield server


async def test_a_head_that_does_not_end_is_answered_with_408(server, autojump_clock):
    peer = await server.connect()
    await peer.send(b"GET / HTTP/1.1\r\nHost:")

    status, _ = await peer.response()

    assert status == 408
    assert trio.current_time() == pytest.approx(HEAD_SECONDS, abs=0.5)
    assert server.site.seen(ConnectionRefused)[0].status == 408


async def test_a_head_that_comes_byte_by_byte_gets_no_more_time(server, autojump_clock):
    peer = await server.connect()
    for byte in b"GET / HTT":
        await peer.send(bytes([byte]))
        await trio.sleep(1.05)

    assert (await peer.response())[0] == 408


async def test_a_connection_on_which_nothing_is_said_is_closed_quietly(server, autojump_clock):
    peer = await server.connect()

    assert await peer.is_hung_up()
    assert trio.current_time() == pytest.approx(HEAD_SECONDS, abs=0.5)
    assert server.site.events == []


async def test_a_trusted_proxy_may_keep_a_connection_that_it_has_not_used_yet(mock_clock):
    times = KeepAliveSettings(http=60.0, shutdown=5.0)
    site = FakeSite(trusted_proxies=(ip_network("127.0.0.1"),), keep_alive=times)
    async with served(site) as server:
        slow, other = await server.connect(), await server.connect()
        await trio.testing.wait_all_tasks_blocked(0.01)
        mock_clock.jump(45)
        await slow.send(b"GET / HTT")
        await trio.testing.wait_all_tasks_blocked(0.01)
        mock_clock.jump(HEAD_SECONDS + 0.1)
        assert (await slow.response())[0] == 408
        assert await other.get("/") == (200, b"hello")
        forgotten = await server.connect()
        await trio.testing.wait_all_tasks_blocked(0.01)
        mock_clock.jump(60.1)
        assert await forgotten.is_hung_up()


async def test_a_head_in_pieces_is_put_together(server):
    peer = await server.connect()
    for piece in (b"GET / HT", b"TP/1.1\r\nHost: here\r", b"\n\r", b"\n"):
        await peer.send(piece)
        await trio.testing.wait_all_tasks_blocked(0.01)

    assert await peer.response() == (200, b"hello")


async def test_an_upgrade_in_pieces_is_put_together(server):
    peer = await server.connect()
    request = upgrade_request()
    await peer.send(request[:100])
    await trio.testing.wait_all_tasks_blocked(0.01)
    await peer.send(request[100:])

    assert (await peer.response())[0] == 101


async def test_a_head_of_nearly_the_limit_is_taken(server):
    peer = await server.connect()

    assert await peer.upgrade(Cookie="x" * (MAX_HEAD - 1000)) == 101


async def test_a_head_beyond_the_limit_is_answered_with_431(server):
    peer = await server.connect()
    await peer.send(upgrade_request(Cookie="x" * 2 * MAX_HEAD))

    assert (await peer.response())[0] == 431
    assert await peer.is_hung_up()


async def test_a_peer_that_never_hangs_up_after_a_refusal_is_closed(server, autojump_clock):
    peer = await server.connect()
    await peer.upgrade("/other/ws")

    assert await peer.is_hung_up()
    assert trio.current_time() <= 2.5


async def test_tls_on_the_plain_port_is_told_to_the_operator(server):
    peer = await server.connect()
    await peer.send(b"\x16\x03\x01\x00\xa5")

    assert await peer.is_hung_up()
    (refused,) = server.site.seen(ConnectionRefused)
    assert "TLS" in refused.hint


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (b"GET / HTTP/1.1\r\nHost: here\r\nBad Name: x\r\n\r\n", "illegal header line"),
        (b"GET / HTTP/1.1\r\n\r\n", "Host"),
        (b"NONSENSE\r\n\r\n", "illegal request line"),
        (b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: x\r\n\r\n", "Content-Length"),
    ],
)
async def test_what_is_no_request_is_answered_and_told_of_once(server, sent, reason):
    peer = await server.connect()
    await peer.send(sent)

    status, body = await peer.response()
    assert (status, body) == (400, b"This is no request of HTTP/1.1.\n")
    assert await peer.is_hung_up()
    (refused,) = server.site.seen(ConnectionRefused)
    assert reason in refused.reason
    (line,) = server.answered
    assert (line.peer, line.status, line.target) == ("127.0.0.1", 400, "")
    assert refused.peer.startswith("127.0.0.1:")


async def test_a_body_that_is_none_is_no_reason_to_answer_twice(server):
    peer = await server.connect()
    await peer.send(
        b"POST /slow HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n"
    )

    assert (await peer.response())[0] in {200, 400}
    assert await peer.is_hung_up()
    assert server.site.seen(PeerFault) == []


async def test_a_peer_that_goes_away_is_nothing_to_report(server):
    peer = await server.connect()
    await peer.send(b"GET /")
    peer.hang_up()

    assert await server.answers()
    assert server.site.seen(PeerFault) == []


class ScarceListener:
    """A listening socket whose `accept` fails as it is told to, then works."""

    def __init__(self, *numbers):
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.settimeout(0)
        self.errors = [OSError(number, os.strerror(number)) for number in numbers]
        self.tried = 0

    def fileno(self):
        return self._socket.fileno()

    def accept(self):
        self.tried += 1
        if self.errors:
            raise self.errors.pop(0)
        return self._socket.accept()

    @property
    def address(self):
        return self._socket.getsockname()

    def close(self):
        self._socket.close()


async def accept_one(listener, nursery, events):
    accepted = trio.Event()

    async def serve(peer_socket):
        peer_socket.close()
        accepted.set()

    accepting_ = partial(accept_connections, observe=events.append)
    async with await trio.open_tcp_stream(*listener.address), trio.open_nursery() as accept:
        accept.start_soon(accepting_, listener, serve, nursery)
        await accepted.wait()
        accept.cancel_scope.cancel()
    listener.close()


async def test_without_file_descriptors_the_server_waits_and_says_so_once(nursery, autojump_clock):
    # Each round tries twice: as ever, and with the descriptor in reserve; the end once more.
    listener = ScarceListener(*[errno.EMFILE] * 40)
    events = []

    await accept_one(listener, nursery, events)

    assert [type(event) for event in events] == [AcceptFailed]
    assert listener.tried <= 43
    assert 10 < trio.current_time() < 20 * accepting.LONGEST_PAUSE


@pytest.mark.parametrize("number", [errno.ECONNABORTED, errno.EPROTO, errno.ENETDOWN])
async def test_a_connection_that_died_in_the_queue_is_nothing(number, nursery, autojump_clock):
    events = []

    await accept_one(ScarceListener(number, number), nursery, events)

    assert events == []
    assert trio.current_time() < 1


async def test_an_unknown_trouble_does_not_end_the_server(nursery, autojump_clock):
    events = []

    await accept_one(ScarceListener(errno.EINVAL), nursery, events)

    assert events[0].error.errno == errno.EINVAL


async def test_a_server_that_ran_out_of_descriptors_serves_again(server, nursery):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    told = trio.Event()
    server.site.on_event = lambda event: told.set() if isinstance(event, AcceptFailed) else None
    peer = await server.connect()
    with trio.socket.socket() as waiting, no_gaps() as last, at_most(last + 1, hard, soft):
        await waiting.connect(server.address)
        await told.wait()
        assert await peer.get("/") == (200, b"hello")
        # One descriptor is in reserve, to tell whoever waits.
        assert b" 503 " in await waiting.recv(100)
    assert await server.answers()


@contextmanager
def at_most(most, hard, soft):
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@contextmanager
def no_gaps():
    """Take every file descriptor below the highest in use; yield the last one taken."""
    highest = max(int(each.name) for each in Path("/proc/self/fd").iterdir())
    taken = [os.open(os.devnull, os.O_RDONLY)]
    while taken[-1] < highest:
        taken.append(os.open(os.devnull, os.O_RDONLY))
    try:
        yield taken[-1]
    finally:
        for number in taken:
            os.close(number)


async def test_more_connections_than_may_be_open_are_asked_to_come_back(nursery):
    site = FakeSite(max_open_sockets=3)
    async with served(site) as server:
        kept = [await server.connect() for _ in range(3)]
        for peer in kept:
            assert await peer.get("/") == (200, b"hello")
        for _ in range(3):
            late = await server.connect()
            assert (await late.get("/"))[0] == 503
            assert late.headers["retry-after"] == "10"
            assert await late.is_hung_up()

        kept[0].hang_up()
        assert await kept[1].get("/") == (200, b"hello")
        with trio.fail_after(5):
            answered = False
            while not answered:
                answered = await server.answers()

    (told,) = site.seen(ConnectionRefused)
    assert told.status == 503
    assert "server.max_open_sockets" in told.hint
    assert "ulimit" not in told.hint


async def test_a_fault_of_ours_before_a_websocket_opens_is_500_with_an_incident(nursery):
    site = FakeSite()

    def admit(request, subprotocols, now):
        raise KeyError("a bug")

    site.admit = admit
    async with served(site) as server:
        peer = await server.connect()
        assert await peer.upgrade() == 500

    (failed,) = site.seen(RequestFailed)
    assert failed.incident in peer.body.decode()
    assert site.seen(PeerFault) == []
