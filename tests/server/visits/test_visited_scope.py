"""A request as its visitor made it."""

import ipaddress

import pytest

from docsync_trio.config.schema import RouteSettings, ServerSettings
from docsync_trio.server.visits.request import request_from_scope
from docsync_trio.server.visits.visited_scope import VisitedScope
from tests.server.a_site import a_site, application
from tests.server.memory_client import ask
from tests.server.network_fakes import FakeSite, served


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


TOLD = {
    "X_Forwarded_For": "203.0.113.7",
    "X_Forwarded_Proto": "https",
    "X_Forwarded_Host": "example.org",
    "X_Forwarded_Prefix": "/desk",
}


@pytest.mark.parametrize("trusted", [True, False])
async def test_a_websocket_is_its_visitors_if_the_proxy_is_trusted(trusted, monkeypatch):
    loopback = (ipaddress.ip_network("127.0.0.1"),)
    site = FakeSite(trusted_proxies=loopback if trusted else ())
    seen = []
    admit = site.admit

    def remember(request, subprotocols, now):
        seen.append(request.full_url())
        request.path = request.path.removeprefix(request.root_path)
        return admit(request, subprotocols, now)

    monkeypatch.setattr(site, "admit", remember)
    async with served(site) as server:
        peer = await server.connect()
        assert await peer.upgrade(**TOLD) == 101
        await peer.hear()
    assert seen == ["https://example.org/desk/app/ws" if trusted else "http://here/app/ws"]
    assert (site.session.peers == ["203.0.113.7"]) == trusted


async def test_pages_and_redirects_of_a_site_follow_the_visitor(tmp_path):
    routes = [RouteSettings(path="/old", redirect="/app")]
    trusted = (ipaddress.ip_network("10.0.0.9"),)
    told = [(name.replace("_", "-"), value) for name, value in TOLD.items()]
    app = application(tmp_path, "/app")
    async with a_site(app, routes=routes, trusted_proxies=trusted) as site:
        page = await ask(site.asgi, "/app", headers=told)
        moved = await ask(site.asgi, "/old", headers=told)
        lies = await ask(site.asgi, "/app", headers=told, scope={"client": ("10.0.0.8", 1)})
        assert page.status == moved.status - 107 == lies.status == 200
    assert b'src="/desk/static/js/bokeh' in page.body
    assert moved.headers["location"] == "/desk/app"
    assert b'src="/static/js/bokeh' in lies.body
