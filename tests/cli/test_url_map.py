import json
import pathlib

import attrs

from docsync_trio.cli.url_map import as_json, as_text, url_map
from docsync_trio.config.schema import (
    ApplicationSettings,
    HandlerSettings,
    RouteSettings,
    ServerSettings,
    SiteSettings,
)

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

    assert list(found)[:5] == [
        "/desk",
        "/desk/ws",
        "/desk/autoload.js",
        "/desk/metadata",
        "/desk/static/*",
    ]


def test_an_application_at_the_root_leaves_no_room_for_an_index():
    found = paths(SiteSettings(applications=(ROOT,)))

    assert found["/"] == "page of /"
    assert "/ws" in found
    assert "/static/*" in found


def test_the_index_redirects_where_there_is_one_application():
    stations = attrs.evolve(DESK, path="/buoys/{station}")

    assert paths(SiteSettings(applications=(DESK,)))["/"] == "redirect to /desk"
    assert paths(SiteSettings(applications=(stations,)))["/"] == "index of applications"


def test_a_route_at_the_root_leaves_no_room_for_an_index_either():
    front = attrs.evolve(HEALTH, path="/")

    assert paths(SiteSettings(applications=(DESK,), routes=(front,)))["/"] == "endpoint app:health"


def test_routes_and_the_prefix_are_in_the_map():
    settings = SiteSettings(
        applications=(DESK,), routes=(HEALTH, FILES), server=ServerSettings(prefix="/ocean")
    )

    found = paths(settings)

    assert found["/ocean/api/health"] == "endpoint app:health"
    assert found["/ocean/files/*"] == "files of /srv/public"


def test_text_and_json_say_the_same():
    urls = url_map(SiteSettings(applications=(DESK,), routes=(HEALTH,)))

    assert "GET,POST  " in as_text(urls)
    assert [url["path"] for url in json.loads(as_json(urls))] == [url.path for url in urls]
