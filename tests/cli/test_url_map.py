import json
import pathlib

import attrs

from docsync_trio.cli.url_map import as_json, as_text, url_map
from docsync_trio.config.bind import TcpBind
from docsync_trio.config.schema import (
    ApplicationSettings,
    HandlerSettings,
    MonitoringSettings,
    RouteSettings,
    ServerSettings,
    SignInSettings,
    SiteSettings,
)
from docsync_trio.testing import open_site

DESK = ApplicationSettings(
    path="/desk", title="Desk", handlers=(HandlerSettings(directory=pathlib.Path("/srv/desk")),)
)
ROOT = ApplicationSettings(path="/", handlers=(HandlerSettings(function="app:build"),))
HEALTH = RouteSettings(path="/api/health", endpoint="app:health", methods=("GET", "POST"))
FILES = RouteSettings(path="/files", static=pathlib.Path("/srv/public"))


def paths(settings):
    return {url.path: url.what for url in url_map(settings)}


def test_an_application_has_all_its_urls():
    found = paths(SiteSettings(applications=(DESK,)))

    assert list(found)[:6] == [
        "/desk",
        "/desk/ws",
        "/desk/autoload.js",
        "/desk/metadata",
        "/desk/preflight",
        "/desk/static/*",
    ]


def test_a_websocket_that_is_elsewhere_is_in_the_map():
    desk = attrs.evolve(DESK, websocket_path="live")
    buoys = attrs.evolve(DESK, path="/buoys/{n}", websocket_path="/sockets/{n}")
    settings = SiteSettings(applications=(desk, buoys), server=ServerSettings(prefix="/ocean"))

    found = paths(settings)

    assert found["/ocean/desk/live"] == "websocket of Desk, for its pages"
    assert found["/ocean/desk/ws"] == "websocket of Desk"
    assert found["/ocean/sockets/{n}"] == "websocket of Desk, for its pages"


def test_what_machines_ask_is_in_the_map_where_it_is_answered():
    own = MonitoringSettings(metrics="/metrics", sessions="/who", livez="")
    elsewhere = attrs.evolve(own, bind=TcpBind("127.0.0.1", 9006))
    taken = attrs.evolve(HEALTH, path="/readyz")

    found = paths(SiteSettings(applications=(DESK,), monitoring=own))
    assert found["/readyz"] == "whether it may be sent visitors"
    assert found["/metrics"] == "metrics for Prometheus"
    assert found["/who"] == "sessions, for operators"
    assert "/livez" not in found
    assert "/readyz" not in paths(SiteSettings(applications=(DESK,), monitoring=elsewhere))
    found = paths(SiteSettings(applications=(DESK,), routes=(taken,)))
    assert found["/readyz"] == "endpoint app:health"
    assert found["/livez"] == "whether the server is alive"


def test_where_visitors_sign_in_is_in_the_map():
    by_function = SignInSettings(function="rules:who", logout_path="/bye")
    found = paths(SiteSettings(applications=(DESK,), sign_in=by_function))
    assert found["/bye"] == "page behind signing out"
    assert "/login" not in found
    by_password = attrs.evolve(by_function, users=pathlib.Path("/srv/users.toml"))
    found = paths(SiteSettings(applications=(DESK,), sign_in=by_password))
    assert found["/login"] == "page to sign in"


def test_an_application_at_the_root_leaves_no_room_for_an_index():
    found = paths(SiteSettings(applications=(ROOT,)))

    assert found["/"] == "page of /"
    assert "/ws" in found
    assert "/static/*" in found


def test_an_application_without_a_page_has_the_other_urls():
    found = paths(SiteSettings(applications=(attrs.evolve(DESK, page="none"),)))

    assert "/desk" not in found
    assert "/desk/autoload.js" in found


def test_the_index_redirects_where_there_is_one_application():
    stations = attrs.evolve(DESK, path="/buoys/{station}")

    assert paths(SiteSettings(applications=(DESK,)))["/"] == "redirect to /desk"
    assert paths(SiteSettings(applications=(stations,)))["/"] == "index of applications"


def test_a_route_at_the_root_leaves_no_room_for_an_index_either():
    front = attrs.evolve(HEALTH, path="/")

    assert paths(SiteSettings(applications=(DESK,), routes=(front,)))["/"] == "endpoint app:health"


def test_routes_and_the_prefix_are_in_the_map():
    shop = RouteSettings(path="/", wsgi="shop:app")
    settings = SiteSettings(
        applications=(DESK,), routes=(HEALTH, FILES, shop), server=ServerSettings(prefix="/ocean")
    )

    found = paths(settings)

    assert found["/ocean/*"] == "web application shop:app"

    assert found["/ocean/api/health"] == "endpoint app:health"
    assert found["/ocean/files/*"] == "files of /srv/public"


async def test_every_url_of_the_map_is_answered(tmp_path):
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "a.txt").write_text("a")
    (tmp_path / "main.py").write_text("")
    public = attrs.evolve(FILES, static=tmp_path / "static")
    desk = attrs.evolve(DESK, handlers=(HandlerSettings(directory=tmp_path),))
    settings = SiteSettings(
        applications=(desk,),
        routes=(public,),
        server=ServerSettings(prefix="/ocean"),
        # Those are the server's own, which is not here.
        monitoring=MonitoringSettings(livez="", readyz=""),
    )
    files = {"/ocean/files/*": "a.txt", "/ocean/desk/static/*": "a.txt"}

    async with open_site(settings) as site:
        for url in url_map(settings):
            if not url.what.startswith("websocket"):
                path = url.path.replace("*", files.get(url.path, "js/bokeh.min.js"))
                answer = await site.request(url.methods[-1], path)
                assert answer.status in {200, 204, 302}, url


def test_a_redirect_says_where_it_leads():
    moved = RouteSettings(path="/old", redirect="https://example.org/new")

    assert paths(SiteSettings(routes=(moved,)))["/old"] == "redirect to https://example.org/new"


def test_text_and_json_say_the_same():
    urls = url_map(SiteSettings(applications=(DESK,), routes=(HEALTH,)))

    assert "GET,POST  " in as_text(urls)
    assert [url["path"] for url in json.loads(as_json(urls))] == [url.path for url in urls]
