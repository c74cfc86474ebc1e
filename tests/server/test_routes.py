"""The table of a site's addresses."""

import pytest
from bokeh.embed.bundle import extension_dirs
from bokeh.settings import settings

from docsync_trio.base.events import SessionOpened
from docsync_trio.config.schema import ApplicationSettings, HandlerSettings
from tests.server.a_site import a_site, application
from tests.server.memory_client import ask


async def test_the_front_page_links_to_the_applications(tmp_path):
    applications = [
        application(tmp_path, "/one", title="First <one>"),
        application(tmp_path, "/two"),
        application(tmp_path, "/buoys/{station}", title="Buoys"),
    ]
    async with a_site(*applications, title="Ocean & desk", prefix="/desk") as site:
        for target in ("/desk", "/desk/"):
            page = await ask(site.asgi, target)
            assert page.status == 200
            assert "<h1>Ocean &amp; desk</h1>" in page.text
            assert '<a href="/desk/one">First &lt;one&gt;' in page.text
            assert '<a href="/desk/two">' in page.text
            assert "/desk/buoys/{station}</code>" in page.text
            assert 'href="/desk/buoys' not in page.text
        mounted = await ask(site.asgi, "/docs/desk/", root_path="/docs")
        assert '<a href="/docs/desk/one">' in mounted.text
        assert (await ask(site.asgi, "/")).status == 404


async def test_the_only_application_is_shown_straight_away(tmp_path):
    async with a_site(application(tmp_path, "/only one"), prefix="/desk") as site:
        reply = await ask(site.asgi, "/desk/")
        assert (reply.status, reply.headers["location"]) == (302, "/desk/only%20one")


async def test_the_only_application_is_not_shown_when_its_path_needs_something(tmp_path):
    async with a_site(application(tmp_path, "/x/{y}")) as site:
        assert (await ask(site.asgi, "/")).status == 200


@pytest.mark.parametrize("prefix", ["", "/desk"])
async def test_an_application_can_be_the_front_page(tmp_path, prefix):
    applications = [application(tmp_path, "/"), application(tmp_path, "/other")]
    async with a_site(*applications, prefix=prefix) as site:
        page = await ask(site.asgi, f"{prefix}/")
        assert "render_items" in page.text
        assert (await ask(site.asgi, f"{prefix}/other")).status == 200
        assert (await ask(site.asgi, f"{prefix}/metadata")).text == '{"url": "/", "data": {}}'
        script = await ask(site.asgi, f"{prefix}/autoload.js?bokeh-autoload-element=x")
        assert script.status == 200
        assert (await ask(site.asgi, f"{prefix}/static/js/bokeh.min.js")).status == 200
        assert site.site.find_websocket(f"{prefix}/ws")[0] is site.context("/")
        if prefix:
            assert "render_items" in (await ask(site.asgi, prefix)).text


@pytest.mark.parametrize(
    ("asked", "location"),
    [
        ("/app/", "/app"),
        ("/app/?x=1&y=%20", "/app?x=1&y=%20"),
        ("/buoys/a b/", "/buoys/a b"),
        ("/any/evil.org/", "/any/evil.org"),
        ("/tree/a/b/", "/tree/a/b"),
    ],
)
async def test_a_slash_too_many_is_taken_away(tmp_path, asked, location):
    applications = [
        application(tmp_path, "/app"),
        application(tmp_path, "/buoys/{station}"),
        application(tmp_path, "/any/{rest}"),
        application(tmp_path, "/tree/{branch:path}"),
    ]
    async with a_site(*applications) as site:
        reply = await ask(site.asgi, asked)
        assert reply.status == 307
        assert reply.headers["location"] == location.replace(" ", "%20")
        assert site.seen(SessionOpened) == []


async def test_no_redirect_leads_to_another_server(tmp_path):
    async with a_site(application(tmp_path, "/{rest:path}")) as site:
        for asked in ("//evil.org/", "/%5cevil.org/"):
            reply = await ask(site.asgi, asked)
            assert not reply.headers.get("location", "").startswith(("//", "/\\"))


async def test_parameters_hide_nothing_that_has_its_own_address(tmp_path):
    applications = [application(tmp_path, "/{name}"), application(tmp_path, "/fixed")]
    async with a_site(*applications) as site:
        assert (await ask(site.asgi, "/favicon.ico")).headers["content-type"] == "image/x-icon"
        await ask(site.asgi, "/fixed")
        (opened,) = site.seen(SessionOpened)
        assert opened.application == "/fixed"
        await ask(site.asgi, "/other")
        assert site.seen(SessionOpened)[-1].application == "/{name}"


async def test_bokehjs_is_served_compressed_and_for_ever(tmp_path):
    async with a_site(application(tmp_path, "/app")) as site:
        page = await ask(site.asgi, "/app")
        address = page.text.split('src="')[1].split('"')[0]
        reply = await ask(site.asgi, address, headers={"accept-encoding": "gzip"})
        assert reply.status == 200
        assert reply.headers["content-encoding"] == "gzip"
        assert reply.headers["content-type"] == "text/javascript; charset=utf-8"
        assert "immutable" in reply.headers["cache-control"]
        assert reply.headers["access-control-allow-origin"] == "*"
        assert len(reply.body) < 500_000
        again = {"accept-encoding": "gzip", "if-none-match": reply.headers["etag"]}
        assert (await ask(site.asgi, address, headers=again)).status == 304


@pytest.mark.parametrize(
    "file", ["../__init__.py", "js/../../__init__.py", "%2e%2e/__init__.py", "..\\__init__.py", ""]
)
async def test_bokehs_own_source_is_not_served(tmp_path, file):
    async with a_site(application(tmp_path, "/app")) as site:
        for place in ("/static", "/app/static", "/static/extensions/x"):
            assert (await ask(site.asgi, f"{place}/{file}")).status == 404


async def test_a_directory_application_serves_its_own_files_and_bokehjs(tmp_path):
    folder = tmp_path / "desk"
    (folder / "static").mkdir(parents=True)
    (folder / "main.py").write_text("import trio\n")
    (folder / "static" / "style.css").write_text("p {}")
    directory = (HandlerSettings(directory=folder),)
    for path in ("/desk", "/"):
        async with a_site(ApplicationSettings(path=path, handlers=directory)) as site:
            base = path.rstrip("/")
            own = await ask(site.asgi, f"{base}/static/style.css")
            assert own.text == "p {}"
            assert "access-control-allow-origin" not in own.headers
            assert (await ask(site.asgi, f"{base}/static/js/bokeh.min.js")).status == 200
            assert (await ask(site.asgi, f"{base}/static/../main.py")).status == 404


async def test_extensions_are_served_as_bokeh_finds_them(tmp_path, monkeypatch):
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist" / "gauges.js").write_text("export {}")
    monkeypatch.setitem(extension_dirs, "gauges", tmp_path / "dist")
    for path in ("/app", "/"):
        async with a_site(application(tmp_path, path)) as site:
            reply = await ask(site.asgi, "/static/extensions/gauges/gauges.js?v=1")
            assert reply.text == "export {}"
            assert "immutable" in reply.headers["cache-control"]


async def test_an_icon_that_the_operator_did_not_want_is_ours(tmp_path, monkeypatch):
    monkeypatch.setenv("BOKEH_ICO_PATH", "none")
    assert settings.ico_path() == "none"
    async with a_site(application(tmp_path, "/app")) as site:
        assert (
            (await ask(site.asgi, "/favicon.ico")).headers["content-type"].startswith("image/svg")
        )


async def test_the_icon_is_the_operators_with_the_prefix_and_without(tmp_path):
    (tmp_path / "ours.png").write_bytes(b"a drawing")
    icon = tmp_path / "ours.png"
    async with a_site(application(tmp_path, "/app"), icon=icon, prefix="/desk") as site:
        for path in ("/desk/favicon.ico", "/favicon.ico"):
            reply = await ask(site.asgi, path)
            assert (reply.text, reply.headers["content-type"]) == ("a drawing", "image/png")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "BREW"])
async def test_a_page_answers_get_and_head_only(tmp_path, method):
    async with a_site(application(tmp_path, "/app")) as site:
        reply = await ask(site.asgi, "/app", method=method)
        assert reply.status == 405
        assert set(reply.headers["allow"].split(", ")) == {"GET", "HEAD"}
        assert site.events == []


async def test_routes_are_found_by_their_first_part_and_tried_in_order(tmp_path):
    applications = [
        application(tmp_path, "/a/{x:int}", title="int"),
        application(tmp_path, "/{any}/1", title="any"),
        application(tmp_path, "/a/b", title="fixed"),
    ]
    async with a_site(*applications, prefix="/p/q") as site:
        for target, title in [("a/1", "int"), ("a/b", "fixed"), ("c/1", "any")]:
            page = await ask(site.asgi, f"/p/q/{target}")
            assert f"<title>{title}</title>" in page.text
            mounted = await ask(site.asgi, f"/m/p/q/{target}", root_path="/m")
            assert f"<title>{title}</title>" in mounted.text
        for target in ("/p/q/a/c", "/p/a/1", "/a/1", "/p/qa/1"):
            assert (await ask(site.asgi, target)).status == 404


async def test_a_page_with_parameters_takes_nothing_of_what_is_below_another(tmp_path):
    cities = application(tmp_path, "/{country}/{city}")
    countries = application(tmp_path, "/{country}", metadata={"of": "countries"})
    async with a_site(cities, countries) as site:
        assert "countries" in (await ask(site.asgi, "/peru/metadata")).text
        await ask(site.asgi, "/peru/lima")
        assert site.seen(SessionOpened)[-1].application == "/{country}/{city}"
        assert site.site.find_websocket("/peru/ws")[1] == {"country": "peru"}


async def test_a_number_that_python_would_not_read_is_at_no_address(tmp_path):
    async with a_site(application(tmp_path, "/buoys/{station:int}")) as site:
        assert (await ask(site.asgi, f"/buoys/{'9' * 5000}")).status == 404
        assert site.site.find_websocket(f"/buoys/{'9' * 5000}/ws") is None
        assert (await ask(site.asgi, f"/buoys/{'9' * 18}")).status == 200


async def test_a_parameter_may_take_the_rest_of_a_path_and_hides_nothing(tmp_path):
    applications = [
        application(tmp_path, "/files/{name:path}", metadata={"of": "files"}),
        application(tmp_path, "/files/{a}/{b}", title="two", metadata={"of": "two"}),
        application(tmp_path, "/files/all", title="all"),
    ]
    async with a_site(*applications) as site:
        await ask(site.asgi, "/files/a/b/c.txt")
        assert site.seen(SessionOpened)[-1].application == "/files/{name:path}"
        assert "<title>two</title>" in (await ask(site.asgi, "/files/a/b")).text
        assert "<title>all</title>" in (await ask(site.asgi, "/files/all")).text
        assert '"files"' in (await ask(site.asgi, "/files/a/b/c/metadata")).text
        assert '"two"' in (await ask(site.asgi, "/files/a/b/metadata")).text
        assert (await ask(site.asgi, "/files/a/b/c/static/js/bokeh.min.js")).status == 200
        assert (await ask(site.asgi, "/files/a//b")).status == 404
        context, found = site.site.find_websocket("/files/a/b/c.txt/ws")
        assert (context.application.path, found) == ("/files/{name:path}", {"name": "a/b/c.txt"})
        assert site.site.find_websocket("/files/a/b/ws")[1] == {"a": "a", "b": "b"}
