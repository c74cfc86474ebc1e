"""A `TlsSocket` at the level of bytes: what it says to have sent is sent."""

import contextlib
import socket
import ssl

import pytest
import trio
import trio.testing

from docsync_trio.config.schema import ServerSettings
from docsync_trio.server.tls import tls_socket
from docsync_trio.server.tls.certificate_files import open_certificate
from docsync_trio.server.tls.tls_socket import TlsSocket
from tests.server.authority import Authority


class Client:
    """The other end, without any network of its own: *wire* is a plain socket."""

    def __init__(self, wire, context):
        self.wire = wire
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.incoming, self.outgoing, server_hostname="127.0.0.1")

    def flush(self):
        if data := self.outgoing.read():
            self.wire.sendall(data)

    def step(self):
        with contextlib.suppress(ssl.SSLWantReadError):
            self.tls.do_handshake()
        self.flush()

    def take(self, most=2**20):
        """Read what is there; return what it says."""
        try:
            self.incoming.write(self.wire.recv(most))
        except BlockingIOError:
            return b""
        found = b""
        try:
            while data := self.tls.read(2**20):
                found += data
        except ssl.SSLWantReadError:
            pass
        return found


@pytest.fixture
async def pair(tmp_path):
    """A `TlsSocket` whose handshake is done, and its `Client`."""
    authority = Authority(tmp_path)
    authority.issue()
    context = open_certificate(ServerSettings(tls=authority.settings())).context
    ours, theirs = socket.socketpair()
    for each in (ours, theirs):
        each.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 20_000)
    client = Client(theirs, authority.trust())
    ours = TlsSocket(ours)
    ours.begin(context)
    client.step()
    while not ours.step(await ours.receive_raw()):
        client.incoming.write(theirs.recv(2**16))
        client.step()
    theirs.settimeout(0)
    client.take()
    yield ours, client
    ours.close()
    theirs.close()


async def test_what_the_kernel_does_not_take_is_sent_once_and_in_order(pair):
    ours, client = pair
    data = bytes(range(256)) * 4000
    rest, received = memoryview(data), b""
    while rest:
        sent = ours.send_now(rest)
        rest = rest[sent:]
        received += client.take(7_000)
    while more := client.take():
        received += more

    assert received == data
    await ours.writable()


async def test_what_is_said_to_be_sent_needs_nobody_to_send_it(pair):
    ours, client = pair
    sent = ours.send_now(b"x" * 1_000_000)

    received = 0
    while data := client.take():
        received += len(data)

    # Behind it some of the next piece may be there already.
    assert sent <= received <= sent + tls_socket.ENCRYPTED_AT_ONCE
    assert sent < 1_000_000


async def test_what_comes_in_pieces_is_put_together(pair):
    ours, client = pair
    client.tls.write(b"one record")
    data = client.outgoing.read()
    client.wire.send(data[:7])
    received = []

    async with trio.open_nursery() as nursery:

        @nursery.start_soon
        async def receive():
            received.append(await ours.receive())

        await trio.testing.wait_all_tasks_blocked(0.01)
        assert received == []
        client.wire.send(data[7:])
    assert received == [b"one record"]


async def test_many_records_are_received_at_once(pair):
    ours, client = pair
    for number in range(100):
        client.tls.write(b"%d " % number)
    client.flush()

    assert (await ours.receive()).split() == [b"%d" % n for n in range(100)]


async def test_after_the_end_of_sending_the_peer_may_go_on(pair):
    ours, client = pair
    ours.end_sending()
    assert client.take() == b""
    client.tls.write(b"one word more")
    client.flush()

    assert await ours.receive() == b"one word more"
    client.tls.unwrap()
    client.flush()
    assert await ours.receive() == b""
    assert await ours.receive() == b""


async def test_a_peer_that_hangs_up_without_a_goodbye_has_ended(pair):
    ours, client = pair
    client.wire.close()

    assert await ours.receive() == b""


async def test_rubbish_is_an_error_of_the_network(pair):
    ours, client = pair
    client.wire.send(b"\x17\x03\x03\x00\x20" + b"x" * 32)

    with pytest.raises(OSError, match=r"(?i)mac"):
        await ours.receive()


async def test_after_closing_nothing_goes(pair):
    ours, client = pair
    ours.close()
    ours.close()

    assert client.take() == b""
    with pytest.raises(trio.ClosedResourceError):
        ours.send_now(b"x")
    with pytest.raises(trio.ClosedResourceError):
        await ours.receive()


async def test_a_peer_that_asks_for_new_keys_and_does_not_read_is_dropped(pair, monkeypatch):
    ours, _ = pair
    monkeypatch.setattr(tls_socket, "MOST_UNASKED", -tls_socket.ENCRYPTED_AT_ONCE)

    with pytest.raises(OSError, match="keys"):
        ours.send_now(b"x")
