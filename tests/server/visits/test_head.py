import pytest

from docsync_trio.server.visits.head import (
    cannot_be_http,
    end_of_head,
    is_tls,
    parse_plain,
    parse_upgrade,
)
from tests.server.network_fakes import upgrade_request


def test_the_end_of_a_head_is_the_blank_line():
    head = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"

    assert end_of_head(bytearray(head + b"body")) == len(head)


def test_a_head_without_a_blank_line_has_not_ended():
    assert end_of_head(bytearray(b"GET / HTTP/1.1\r\nHost: a\r\n")) is None


def test_the_end_is_found_though_it_comes_in_pieces():
    head = b"GET / HTTP/1.1\r\n\r\n"

    found = [end_of_head(bytearray(head), searched) for searched in range(len(head))]

    assert set(found) == {len(head)}


def test_bare_newlines_end_a_head_as_they_do_for_h11():
    assert end_of_head(bytearray(b"GET / HTTP/1.1\n\nx")) == 16


def test_an_upgrade_is_taken_apart():
    upgrade = parse_upgrade(upgrade_request("/a%20b/ws?x=1&y", Cookie="a=b"))

    assert upgrade.path == "/a b/ws"
    assert upgrade.raw_path == b"/a%20b/ws"
    assert upgrade.query == b"x=1&y"
    assert upgrade.subprotocols == ["bokeh", "session-1"]
    assert upgrade.values(b"cookie") == [b"a=b"]
    assert not upgrade.has_body


def test_tokens_of_the_upgrade_know_no_case_and_may_be_one_of_several():
    assert parse_upgrade(upgrade_request(Connection="keep-alive, UPGRADE", Upgrade="WebSocket"))


@pytest.mark.parametrize("headers", [{"Content_Length": "3"}, {"Transfer_Encoding": "chunked"}])
def test_an_upgrade_with_a_body_is_known_as_such(headers):
    assert parse_upgrade(upgrade_request(**headers)).has_body


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        upgrade_request().replace(b"GET", b"POST"),
        upgrade_request().replace(b"HTTP/1.1", b"HTTP/1.0"),
        upgrade_request().replace(b"\r\n", b"\n"),
        upgrade_request("http://here/app/ws"),
        upgrade_request("/app/w s"),
        upgrade_request("/app/\xff"),
        upgrade_request(Upgrade="h2c"),
        upgrade_request(Connection="keep-alive"),
        upgrade_request(Host=None),
        upgrade_request().replace(b"Upgrade:", b"Upgrade :"),
        upgrade_request().replace(b"Host: here", b"Host: here\r\n folded"),
        upgrade_request().replace(b"Host: here", b"Host: he\x00re"),
        upgrade_request().replace(b"Host: here", b"Host: here\r\nHost: there"),
        upgrade_request().replace(b"Host: here", b"Host: here\r\nnonsense"),
        b"PRI * HTTP/2.0\r\n\r\n",
        b"",
    ],
)
def test_whatever_is_no_wellformed_upgrade_is_left_to_hypercorn(head):
    assert parse_upgrade(head) is None


def test_a_browser_that_speaks_tls_is_recognized():
    assert is_tls(bytearray(b"\x16\x03\x01\x02\x00"))
    assert not is_tls(bytearray(b"GET /"))


def test_no_request_line_begins_with_a_control_character():
    assert cannot_be_http(bytearray(b"\x00\x01"))
    assert not cannot_be_http(bytearray(b"G"))
    assert not cannot_be_http(bytearray(b""))


def test_a_head_full_of_spaces_is_read_in_no_time():
    spaces = " " * 60_000

    assert parse_upgrade(upgrade_request(Cookie=f"a{spaces}b{spaces}")).values(b"cookie")


PLAIN = b"GET /static/a%20b.js?v=1 HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\n\r\n"


def test_a_plain_request_is_taken_apart():
    request = parse_plain(PLAIN)

    assert (request.method, request.path, request.query) == ("GET", "/static/a b.js", b"v=1")
    assert not request.is_last


def test_a_plain_request_may_ask_for_the_end_of_its_connection():
    assert parse_plain(PLAIN.replace(b"keep-alive", b"Close")).is_last


@pytest.mark.parametrize(
    "data",
    [
        b"",
        PLAIN[:-2],
        PLAIN + b"x",
        PLAIN + PLAIN,
        PLAIN.replace(b"GET", b"POST"),
        PLAIN.replace(b"GET", b"get"),
        PLAIN.replace(b"HTTP/1.1", b"HTTP/1.0"),
        PLAIN.replace(b"\r\n", b"\n"),
        PLAIN.replace(b"Host: a\r\n", b""),
        PLAIN.replace(b"Host: a", b"Host: a\r\nHost: a"),
        PLAIN.replace(b"Host: a", b"Host: a\r\n folded"),
        PLAIN.replace(b"Host: a", b"Host : a"),
        PLAIN.replace(b"keep-alive", b"Upgrade"),
        PLAIN.replace(b"Host: a", b"Host: a\r\nContent-Length: 0"),
        PLAIN.replace(b"Host: a", b"Host: a\r\nTransfer-Encoding: chunked"),
        PLAIN.replace(b"Host: a", b"Host: a\r\nExpect: 100-continue"),
        PLAIN.replace(b"Host: a", b"Host: a\r\nUpgrade: h2c"),
    ],
)
def test_nothing_else_is_a_plain_request(data):
    assert parse_plain(data) is None
