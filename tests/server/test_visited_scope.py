"""A request as its visitor made it."""

import ipaddress

import pytest

from docsync_trio.config.schema import ServerSettings
from docsync_trio.server.request import request_from_scope
from docsync_trio.server.visited_scope import VisitedScope


def visited(path="/app", *, prefix="", scope=None, **told):
    settings = ServerSettings(
        trusted_proxies=(ipaddress.ip_network("10.0.0.9"), "unix"), prefix=prefix
    )
    fields = {"host": "inside:5006", **told}
    before = {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "scheme": "http",
        "client": ("10.0.0.9", 4444),
        "headers": [(n.replace("_", "-").encode(), v.encode()) for n, v in fields.items()],
    } | (scope or {})
    return VisitedScope.of(settings).of_request(before)


def test_an_application_sees_the_address_that_the_browser_shows():
    request = request_from_scope(
        visited(
            x_forwarded_for="203.0.113.7",
            x_forwarded_proto="https",
            x_forwarded_host="example.org",
            x_forwarded_prefix="/desk",
        )
    )

    assert request.full_url() == "https://example.org/desk/app"
    assert request.remote_ip == "203.0.113.7"
    assert request.root_path == "/desk"


def test_a_websocket_gets_the_scheme_of_websockets():
    assert (
        visited(scope={"type": "websocket", "scheme": "ws"}, x_forwarded_proto="https")["scheme"]
        == "wss"
    )
    assert visited(x_forwarded_proto="http", scheme="https")["scheme"] == "http"


@pytest.mark.parametrize(
    ("told", "host"),
    [
        ({"x_forwarded_proto": "https", "x_forwarded_port": "443"}, "example.org"),
        ({"x_forwarded_proto": "https", "x_forwarded_port": "8443"}, "example.org:8443"),
        ({"x_forwarded_port": "80"}, "example.org"),
        ({"x_forwarded_host": "other.org:9", "x_forwarded_port": "80"}, "other.org:9"),
        ({"x_forwarded_host": "other.org", "x_forwarded_port": "81"}, "other.org:81"),
        ({"x_forwarded_host": "[::1]", "x_forwarded_port": "81"}, "[::1]:81"),
        ({"host": "example.org:7", "x_forwarded_port": "81"}, "example.org:7"),
    ],
)
def test_a_port_that_is_told_beside_the_name_counts_where_the_name_has_none(told, host):
    assert request_from_scope(visited(**{"host": "example.org"} | told)).host == host


def test_a_prefix_that_is_configured_and_still_in_the_path_is_not_put_there_twice():
    scope = visited("/desk/app", prefix="/desk", x_forwarded_prefix="/desk")

    assert scope["path"] == "/desk/app"
    assert "root_path" not in scope


@pytest.mark.parametrize("path", ["/outer/app", "/app"])
def test_a_prefix_goes_before_what_the_site_is_mounted_below(path):
    scope = visited(path, scope={"root_path": "/outer"}, x_forwarded_prefix="/desk")

    assert (scope["root_path"], scope["path"]) == ("/desk/outer", "/desk/outer/app")
    assert scope["raw_path"] == b"/desk/outer/app"


def test_a_request_of_which_nothing_is_told_stays_what_it_is():
    before = {"type": "http", "path": "/", "headers": [], "client": None}
    settings = ServerSettings(trusted_proxies=("unix",))

    assert VisitedScope.of(settings).of_request(before) is before
