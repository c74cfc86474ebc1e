"""The header of the PROXY protocol, and who may send one."""

import ipaddress
import struct

import pytest
import trio
import trio.testing
from hypothesis import given
from hypothesis import strategies as st

from docsync_trio.base.events import ConnectionRefused
from docsync_trio.server.visits.introductions import INTRODUCTION_SECONDS
from docsync_trio.server.visits.proxy_protocol import (
    LONGEST,
    SIGNATURE,
    Introduction,
    NoProxyHeader,
    read_introduction,
)
from tests.server.network_fakes import FakeSite, served, upgrade_request

PORTS = st.integers(0, 65535)
TLVS = st.binary(max_size=200)


def binary(command=1, family=0x11, block=b"", version=2):
    return (
        SIGNATURE + bytes([version << 4 | command, family]) + struct.pack("!H", len(block)) + block
    )


def line(source, destination, source_port, port):
    return f"PROXY TCP{source.version} {source} {destination} {source_port} {port}\r\n".encode()


@st.composite
def headers(draw):
    """A header of either version, and what it says."""
    version = draw(st.sampled_from([4, 6]))
    ends = [draw(st.ip_addresses(v=version)) for _ in range(2)]
    ports = [draw(PORTS) for _ in range(2)]
    if draw(st.booleans()):
        data = line(*ends, *ports)
    else:
        block = b"".join(end.packed for end in ends) + struct.pack("!HH", *ports) + draw(TLVS)
        data = binary(family={4: 0x11, 6: 0x21}[version], block=block)
    said = [(str(end), port) for end, port in zip(ends, ports, strict=True)]
    return data, Introduction(len(data), *said)


@given(headers(), st.binary(max_size=50))
def test_a_header_is_read_whatever_follows(header, rest):
    data, introduction = header

    assert read_introduction(data + rest) == introduction


@given(headers(), st.data())
def test_a_part_of_a_header_asks_for_more(header, draw):
    data, _ = header

    assert read_introduction(data[: draw.draw(st.integers(0, len(data) - 1))]) is None


@given(
    st.binary(max_size=300), st.sampled_from([b"", SIGNATURE, b"PROXY ", SIGNATURE + b"\x21\x11"])
)
def test_garbage_is_refused_asks_for_more_or_is_a_header(garbage, before):
    data = before + garbage
    try:
        introduction = read_introduction(data)
    except NoProxyHeader:
        return
    if introduction is None:
        assert len(data) < LONGEST
    else:
        assert introduction.length <= len(data)


@pytest.mark.parametrize(
    "data",
    [
        b"PROXY UNKNOWN\r\n",
        b"PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n",
        binary(command=0, family=0),
        binary(command=0, family=0x11, block=b"\x01" * 12),
        binary(family=0, block=b"whatever"),
        binary(family=0x31, block=b"\x00" * 216),
    ],
)
def test_a_proxy_may_have_nothing_to_tell(data):
    assert read_introduction(data) == Introduction(len(data))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"GET / HTTP/1.1\r\n", "does not begin"),
        (b"PROXX", "does not begin"),
        (b"\r\n\r\nGET", "does not begin"),
        (b"PROXY TCP4 1.2.3.4 1.2.3.4 1\r\n", "malformed"),
        (b"PROXY TCP4 ::1 ::1 1 1\r\n", "malformed"),
        (b"PROXY TCP4 1.2.3.400 1.2.3.4 1 1\r\n", "malformed"),
        (b"PROXY TCP4 1.2.3.4 1.2.3.4 1 65536\r\n", "malformed"),
        (b"PROXY UNKNOWN\n", "malformed"),
        (b"PROXY UNKNOWN " + b"x" * 100, "more than 107"),
        (binary(version=1), "command"),
        (binary(command=2), "command"),
        (binary(family=0x12, block=b"\x00" * 12), "no TCP"),
        (binary(block=b"\x00" * 11), "cut short"),
        (binary(block=b"\x00" * LONGEST), "more than 4096"),
    ],
)
def test_what_is_no_header_is_refused(data, reason):
    with pytest.raises(NoProxyHeader, match=reason):
        read_introduction(data)


LOOPBACK = ipaddress.ip_network("127.0.0.1")
VISITOR = line(ipaddress.ip_address("203.0.113.7"), ipaddress.ip_address("192.0.2.1"), 4711, 80)


def proxied_site(*trusted):
    return FakeSite(proxy_protocol=True, trusted_proxies=trusted)


async def tell_client(scope, receive, send):
    body = repr((scope["client"], scope["server"])).encode()
    headers = [(b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def test_requests_and_websockets_come_from_who_was_introduced():
    site = proxied_site(LOOPBACK)
    site.endpoints["/who"] = tell_client
    async with served(site) as server:
        peer = await server.connect()
        await peer.send(VISITOR[:30])
        await peer.send(VISITOR[30:] + b"GET /who HTTP/1.1\r\nHost: here\r\n\r\n")
        assert await peer.response() == (200, b"(('203.0.113.7', 4711), ('192.0.2.1', 80))")
        other = await server.connect()
        await other.send(VISITOR + upgrade_request())
        assert (await other.response())[0] == 101
        await trio.testing.wait_all_tasks_blocked(0.01)
        assert site.session.peers == ["203.0.113.7:4711"]


async def test_a_proxy_that_speaks_for_itself_keeps_its_address():
    site = proxied_site(LOOPBACK)
    site.endpoints["/who"] = tell_client
    async with served(site) as server:
        peer = await server.connect()
        await peer.send(binary(command=0) + b"GET /who HTTP/1.1\r\nHost: here\r\n\r\n")
        status, body = await peer.response()

    assert status == 200
    assert b"127.0.0.1" in body


@pytest.mark.parametrize(
    ("trusted", "sent", "status", "hint"),
    [
        ("10.0.0.1", VISITOR + b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", 403, "trusted_proxies"),
        ("127.0.0.1", b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "server.proxy_protocol is on"),
        ("127.0.0.1", VISITOR[:20], 408, "no header"),
    ],
)
async def test_others_and_other_beginnings_are_refused(trusted, sent, status, hint, autojump_clock):
    async with served(proxied_site(ipaddress.ip_network(trusted))) as server:
        peer = await server.connect()
        await peer.send(sent)
        assert (await peer.response())[0] == status
        (refused,) = server.site.seen(ConnectionRefused)
        assert hint in refused.hint
        assert trio.current_time() < INTRODUCTION_SECONDS + 1


async def test_a_connection_that_is_opened_and_closed_is_nothing_to_report():
    async with served(proxied_site(LOOPBACK)) as server:
        peer = await server.connect()
        await peer.stream.send_eof()
        assert await peer.is_hung_up()

    assert server.site.events == []
