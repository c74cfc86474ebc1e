"""From an ASGI scope to the request that applications know."""

import pytest

from docsync_trio.server.visits.request import request_from_scope, site_path


def scope(**more):
    return {
        "type": "http",
        "method": "GET",
        "path": "/a b",
        "raw_path": b"/a%20b",
        "query_string": b"x=1&x=%ff",
        "scheme": "http",
        "http_version": "1.1",
        "client": ("10.0.0.9", 4444),
        "headers": [(b"host", b"example.org:8000"), (b"cookie", b"a=1"), (b"cookie", b"b=2")],
    } | more


def test_an_http_scope_becomes_a_request():
    request = request_from_scope(scope())
    assert (request.method, request.path, request.uri) == ("GET", "/a b", "/a%20b?x=1&x=%ff")
    assert request.host == "example.org:8000"
    assert request.arguments == {"x": [b"1", b"\xff"]}
    assert request.cookies == {"a": "1", "b": "2"}
    assert request.remote_ip == "10.0.0.9"
    assert request.version == "HTTP/1.1"
    assert request.full_url() == "http://example.org:8000/a%20b?x=1&x=%ff"


@pytest.mark.parametrize(
    ("scheme", "protocol"), [("ws", "http"), ("wss", "https"), ("https", "https")]
)
def test_a_websocket_has_the_protocol_of_the_page(scheme, protocol):
    websocket = scope(type="websocket", scheme=scheme)
    del websocket["method"]
    request = request_from_scope(websocket)
    assert request.protocol == protocol
    assert request.method == "GET"


def test_a_scope_with_the_least_that_asgi_demands_is_enough():
    request = request_from_scope({"type": "http", "path": "/ä", "headers": []})
    assert request.uri == "/%C3%A4"
    assert request.host == ""
    assert request.remote_ip is None


def test_bytes_that_are_not_text_do_not_break_a_request():
    headers = [(b"host", b"\xff"), (b"cookie", b"\xfe=\xff"), (b"x-\xe4", b"1")]
    request = request_from_scope(scope(headers=headers, query_string=b"\xff=\xfe&%zz"))
    assert request.arguments
    assert request.cookies


@pytest.mark.parametrize(
    ("path", "root", "inner"),
    [
        ("/docs/app", "/docs", "/app"),
        ("/app", "/docs", "/app"),
        ("/docsapp", "/docs", "/docsapp"),
        ("/docs", "/docs", ""),
        ("/app", "", "/app"),
    ],
)
def test_the_part_the_site_is_mounted_below_is_not_the_sites(path, root, inner):
    assert site_path(path, root) == inner
