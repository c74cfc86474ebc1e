"""A server that speaks TLS, from outside: requests, websockets, and who speaks something else."""

import contextlib
import logging
import ssl
from ipaddress import ip_network

import pytest
import trio
import trio.testing
import trustme

from docsync_trio.base.events import ConnectionRefused, PeerFault
from docsync_trio.base.tls_events import CertificateTaken, HandshakeFailed
from docsync_trio.server.tls import certificates, handshakes
from docsync_trio.server.tls.handshakes import HANDSHAKE_SECONDS
from tests.server.authority import Authority, secured
from tests.server.h2_websocket import H2Websocket
from tests.server.network_fakes import large, served, upgrade_request


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path)


@pytest.fixture
async def server(nursery, authority):
    async with served(authority.site(http2_websockets=True)) as server:
        yield server


async def scheme(scope, receive, send):
    body = f"{scope['scheme']} {scope['http_version']}".encode()
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_requests_are_answered_over_tls(server, authority, version):
    server.site.endpoints["/scheme"] = scheme
    context = authority.trust("http/1.1")
    context.maximum_version = version
    peer = await secured(await server.connect(), context)

    assert await peer.get("/") == (200, b"hello")
    assert await peer.get("/scheme") == (200, b"https 1.1")
    assert peer.stream.selected_alpn_protocol() == "http/1.1"


async def test_plain_requests_know_that_they_came_over_tls(authority):
    site = authority.site()
    site.endpoints["/scheme"] = scheme
    site.is_ours = lambda path: True
    async with served(site) as server:
        peer = await authority.connect(server)

        assert await peer.get("/scheme") == (200, b"https 1.1")
        assert await peer.get("/scheme") == (200, b"https 1.1")


async def test_a_websocket_lives_over_tls(server, authority):
    peer = await authority.connect(server)

    assert await peer.upgrade() == 101
    assert b"ACK" in (await peer.hear())[0]
    text = "x" * 300_000
    await peer.say(text)
    assert text.encode() in b"".join(await peer.hear())

    await peer.say("end")
    assert await peer.hear_end() == (4000, "the session is over")
    assert await peer.is_hung_up()


@pytest.mark.parametrize("protocol", ["http/1.1", "h2"])
async def test_a_websocket_knows_that_it_came_over_tls(authority, protocol):
    site, schemes = authority.site(http2_websockets=True), []
    admit = site.admit

    def remember(request, *rest):
        schemes.append(request.protocol)
        return admit(request, *rest)

    site.admit = remember
    async with served(site) as server:
        peer = await authority.connect(server, protocol)
        if protocol == "h2":
            websocket = H2Websocket("127.0.0.1", "/app/ws", "session-1", scheme="https")
            await talk(peer, websocket, lambda: websocket.status is not None)
        else:
            await peer.upgrade()
    assert schemes == ["https"]


async def test_the_end_of_a_connection_is_said_over_tls(server, authority):
    peer = await authority.connect(server)
    await peer.send(b"GET / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")
    assert await peer.response() == (200, b"hello")

    # With `https_compatible=False` a cut line would raise `BrokenResourceError`.
    peer.stream._https_compatible = False
    assert await peer.stream.receive_some() == b""


async def test_who_sends_more_than_the_kernel_holds_is_answered_in_full(server, authority):
    server.site.endpoints["/large"] = large
    peer = await authority.connect(server)
    await peer.send(b"GET /large HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")

    size = 0
    while data := await peer.stream.receive_some(2**16):
        size += len(data)
    assert size > 20_000_000


async def talk(peer, websocket, until):
    """Be a browser until *until* is true."""
    with trio.fail_after(10):
        while not until():
            if data := websocket.to_send():
                await peer.send(data)
            if not until():
                websocket.received(await peer.stream.receive_some())


async def test_a_websocket_lives_over_http2(server, authority):
    peer = await authority.connect(server, "h2", "http/1.1")
    assert peer.stream.selected_alpn_protocol() == "h2"
    websocket = H2Websocket("127.0.0.1", "/app/ws", "session-1", scheme="https")

    await talk(peer, websocket, lambda: len(websocket.texts()) >= 3)
    assert websocket.status == 200
    websocket.say("hello")
    await talk(peer, websocket, lambda: len(websocket.texts()) >= 6)
    assert "hello" in "".join(websocket.texts()[3:])

    server.stop.set()
    await talk(peer, websocket, lambda: websocket.ended)
    assert websocket.close_code == 1012
    with trio.fail_after(5):
        await server.over.wait()


async def test_the_answer_to_our_close_frame_does_not_end_a_connection_of_http2(server, authority):
    peer = await authority.connect(server, "h2")
    websocket = H2Websocket("127.0.0.1", "/app/ws", "session-1", scheme="https")
    await talk(peer, websocket, lambda: len(websocket.texts()) >= 3)
    websocket.say("end")
    await talk(peer, websocket, lambda: websocket.ended)
    assert websocket.close_code == 4000

    await peer.send(websocket.to_send())
    websocket.ping_http()
    await talk(peer, websocket, lambda: websocket.answered_ping)

    assert server.site.seen(PeerFault) == []


async def test_a_websocket_over_http2_that_may_not_come_in_gets_a_status(server, authority):
    peer = await authority.connect(server, "h2")
    websocket = H2Websocket("127.0.0.1", "/app/ws", "full", scheme="https")

    await talk(peer, websocket, lambda: websocket.status is not None)

    assert websocket.status == 503


async def test_no_log_has_what_heads_say_by_http2(server, authority, caplog):
    caplog.set_level(logging.DEBUG)
    peer = await authority.connect(server, "h2")
    websocket = H2Websocket("127.0.0.1", "/app/ws", "session-secret", scheme="https")

    await talk(peer, websocket, lambda: websocket.status is not None)

    assert "session-secret" not in caplog.text
    assert [record for record in caplog.records if record.name.startswith("hpack")] == []


async def test_a_message_beyond_the_limit_ends_a_websocket_over_http2(authority):
    async with served(authority.site(http2_websockets=True, max_message_size=1000)) as server:
        peer = await authority.connect(server, "h2")
        websocket = H2Websocket("127.0.0.1", "/app/ws", "session-1", scheme="https")
        await talk(peer, websocket, lambda: len(websocket.texts()) >= 3)
        websocket.say("x" * 1001)

        await talk(peer, websocket, lambda: websocket.close_code is not None)

        assert websocket.close_code == 1009


async def test_websockets_are_offered_over_http2_only_where_the_site_says_so(authority):
    async with served(authority.site()) as server:
        peer = await authority.connect(server, "h2")
        websocket = H2Websocket("127.0.0.1", "/app/ws", "session-1", scheme="https")

        await talk(peer, websocket, lambda: websocket.offered is not None)

        assert websocket.offered is False


async def test_who_is_idle_over_http2_is_told_that_the_server_ends(authority):
    async with served(authority.site()) as server:
        peer = await authority.connect(server, "h2")
        idle = H2Websocket("127.0.0.1", "/app/ws", "session-1", scheme="https")
        await talk(peer, idle, lambda: idle.offered is not None)

        server.stop.set()

        await talk(peer, idle, lambda: idle.ended)


async def test_without_http2_nobody_is_offered_it(authority):
    async with served(authority.site(http2=False)) as server:
        peer = await authority.connect(server, "h2", "http/1.1")

        assert peer.stream.selected_alpn_protocol() == "http/1.1"
        assert await peer.get("/") == (200, b"hello")


async def test_who_speaks_plain_http_is_told_in_plain_http(server):
    peer = await server.connect()

    status, body = await peer.get("/")

    assert status == 400
    assert b"https://" in body
    assert await peer.is_hung_up()
    (refused,) = server.site.seen(ConnectionRefused)
    assert "plain HTTP" in refused.hint


@pytest.mark.parametrize("noise", [b"\x00\x01\x02", b"\x16\x03\x01\x00\x05hello", b"\x16"])
async def test_a_scan_is_one_quiet_line(server, authority, noise):
    peer = await server.connect()
    await peer.send(noise)
    await peer.stream.send_eof()

    assert await peer.is_hung_up()
    assert server.site.seen(PeerFault) == server.site.seen(ConnectionRefused) == []
    assert len(server.site.seen(HandshakeFailed)) <= 1
    peer = await authority.connect(server)
    assert await peer.get("/") == (200, b"hello")


async def test_who_does_not_trust_us_is_one_quiet_line(server):
    with pytest.raises(trio.BrokenResourceError):
        await secured(await server.connect(), ssl.create_default_context())

    await trio.testing.wait_all_tasks_blocked(0.05)
    assert server.site.seen(PeerFault) == []


async def test_a_peer_without_a_version_in_common_is_told_so(authority):
    async with served(authority.site(tls=authority.settings(minimum_version="1.3"))) as server:
        context = authority.trust()
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        with pytest.raises(trio.BrokenResourceError) as raised:
            await secured(await server.connect(), context)

        assert "ALERT_PROTOCOL_VERSION" in str(raised.value.__cause__)
        (failed,) = server.site.seen(HandshakeFailed)
        assert failed.reason == "UNSUPPORTED_PROTOCOL"


async def test_visitors_show_a_certificate_where_the_site_wants_one(authority, tmp_path):
    clients, strangers = trustme.CA(), trustme.CA()
    clients.cert_pem.write_to_path(str(tmp_path / "clients.pem"))
    site = authority.site(tls=authority.settings(client_ca=tmp_path / "clients.pem"))

    async def ask(context):
        with trio.fail_after(5):
            peer = await secured(await server.connect(), context)
            return await peer.get("/")

    async with served(site) as server:
        known = authority.trust("http/1.1")
        clients.issue_cert("someone@example.org").configure_cert(known)
        assert await ask(known) == (200, b"hello")

        unknown = authority.trust("http/1.1")
        strangers.issue_cert("someone@example.org").configure_cert(unknown)
        for context in (unknown, authority.trust("http/1.1")):
            with pytest.raises((trio.BrokenResourceError, AssertionError)):
                await ask(context)

    reasons = {event.reason for event in site.seen(HandshakeFailed)}
    assert reasons == {"CERTIFICATE_VERIFY_FAILED", "PEER_DID_NOT_RETURN_A_CERTIFICATE"}
    assert site.seen(PeerFault) == []


async def test_a_handshake_that_does_not_go_on_is_given_up(server, autojump_clock):
    peer = await server.connect()
    await peer.send(b"\x16\x03\x01")

    assert await peer.is_hung_up()
    assert trio.current_time() == pytest.approx(HANDSHAKE_SECONDS, abs=0.5)
    (failed,) = server.site.seen(HandshakeFailed)
    assert "10 s" in failed.reason


async def test_many_who_begin_and_do_not_go_on_keep_nobody_out(server, authority, monkeypatch):
    monkeypatch.setattr(handshakes, "MOST", 3)
    slow = [await server.connect() for _ in range(3)]
    await trio.testing.wait_all_tasks_blocked(0.02)

    peer = await authority.connect(server)

    assert await peer.get("/") == (200, b"hello")
    assert await slow[0].is_hung_up()
    (failed,) = server.site.seen(HandshakeFailed)
    assert "more than 3" in failed.reason


async def test_a_handshake_under_way_does_not_keep_the_server_from_ending(server, autojump_clock):
    peer = await server.connect()
    await peer.send(b"\x16\x03")
    await trio.testing.wait_all_tasks_blocked(0.02)

    server.stop.set()
    with trio.fail_after(HANDSHAKE_SECONDS / 2):
        await server.over.wait()


async def test_who_comes_in_one_packet_with_its_request_is_heard(server, authority):
    """A client need not wait between its last word of the handshake and its request."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = authority.trust().wrap_bio(incoming, outgoing, server_hostname="127.0.0.1")
    peer = await server.connect()
    for _ in range(3):
        try:
            client.do_handshake()
            break
        except ssl.SSLWantReadError:
            await peer.send(outgoing.read())
            incoming.write(await peer.stream.receive_some())
    client.write(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
    await peer.send(outgoing.read())

    answer = b""
    while b"hello" not in answer:
        incoming.write(await peer.stream.receive_some())
        while True:
            try:
                answer += client.read()
            except ssl.SSLWantReadError:
                break
    assert answer.startswith(b"HTTP/1.1 200")


@pytest.fixture
def frequent_looks(monkeypatch):
    """Real ones: threads look at the files, and know nothing of virtual time."""
    monkeypatch.setattr(certificates, "LOOK_SECONDS", 0.01)


@pytest.mark.usefixtures("frequent_looks")
async def test_new_connections_get_the_new_certificate_and_old_ones_live_on(server, authority):
    old = await authority.connect(server)
    assert await old.upgrade() == 101
    await old.hear()
    authority.issue()
    with trio.fail_after(10):
        while len(server.site.seen(CertificateTaken)) < 2:  # noqa: ASYNC110 - it is told in no event
            await trio.sleep(0.005)

    new = await authority.connect(server)
    first, second = server.site.seen(CertificateTaken)
    assert (old.serial(), new.serial()) == (first.serial, second.serial)
    assert old.serial() != new.serial()
    await old.say("still here")
    assert b"still here" in b"".join(await old.hear())


async def test_a_trusted_proxy_introduces_its_visitor_before_tls(authority):
    site = authority.site(proxy_protocol=True, trusted_proxies=(ip_network("127.0.0.1"),))
    async with served(site) as server:
        plain = await server.connect()
        await plain.send(b"PROXY TCP4 192.0.2.7 192.0.2.1 4711 443\r\n")
        peer = await secured(plain, authority.trust())

        assert await peer.upgrade() == 101
        await peer.hear()
        assert site.session.peers == ["192.0.2.7:4711"]


async def test_an_upgrade_behind_the_head_is_put_together(server, authority):
    peer = await authority.connect(server)
    request = upgrade_request()
    await peer.send(request[:50])
    await trio.testing.wait_all_tasks_blocked(0.01)
    await peer.send(request[50:])

    assert (await peer.response())[0] == 101


async def test_who_is_too_many_is_told_so_by_tls_and_never_by_http2(authority):
    async with served(authority.site(max_open_sockets=1)) as server:
        await authority.connect(server)
        late = await authority.connect(server, "h2", "http/1.1")
        assert late.stream.selected_alpn_protocol() == "http/1.1"
        assert (await late.get("/"))[0] == 503
        assert late.headers["retry-after"] == "10"
        assert await late.is_hung_up()


async def test_who_is_too_many_and_speaks_no_tls_is_hung_up_on(authority):
    async with served(authority.site(max_open_sockets=1)) as server:
        await authority.connect(server)
        peer = await server.connect()
        await peer.send(b"\x16\x03\x01")

        received = b""
        with contextlib.suppress(trio.BrokenResourceError):
            while data := await peer.stream.receive_some():
                received += data
        assert received == b""
        assert server.site.seen(ConnectionRefused)[0].status == 503
