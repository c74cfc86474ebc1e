"""What a page learns when its application was exchanged for another."""

import json
import re

import attrs
import pytest

from docsync_trio.config.schema import HandlerSettings
from docsync_trio.protocol.token import TokenSettings, make_session_id, make_token, read_token
from docsync_trio.sessions.request import Request
from tests.server.a_site import BROKEN, KEY, a_site, application
from tests.server.followed_sites import followed_site
from tests.server.memory_client import ask

SLIDER = """
import trio
from bokeh.models import Slider, Div
from bokeh.plotting import curdoc

said = Div(name="said")
slider = Slider(name="slider", title="Amplitude", start=0, end={end}, value=1)
slider.on_change("value", lambda attr, old, new: said.update(text=str(new)))
curdoc().title = "{title}"
curdoc().add_root(slider)
curdoc().add_root(said)
"""
TOKENS = TokenSettings(KEY.encode(), signed=True, expiration=300.0)
OTHERS = TokenSettings(b"another key", signed=True, expiration=300.0)
TEMPLATE = "{% extends base %}{% block contents %}<h1>one</h1>{{ super() }}{% endblock %}"


def sliders(folder, end=10, title="Sliders", **more):
    return application(folder, "/app", SLIDER.format(end=end, title=title), **more)


def token_in(page):
    return re.search(r'"token":"([^"]+)"', page.text)[1]


def script_of(page):
    """What the address of our script in *page* says."""
    address = re.search(r"docsync/page\.js\?([^\"]+)", page.text)[1]
    return dict(pair.split("=") for pair in address.replace("&amp;", "&").split("&"))


async def state_of(site, token=None, **how):
    headers = {} if token is None else {"bokeh-token": token}
    answer = await site.ask("/app/docsync", headers=headers, **how)
    assert answer.status == 200
    assert answer.headers["cache-control"] == "no-store"
    return json.loads(answer.text)


@pytest.fixture
async def exchanged(tmp_path):
    """A page's token, and the site after that page's, which has a slider that ends at 3."""
    async with followed_site(sliders(tmp_path)) as before:
        page = await before.ask("/app")
        await before.drag("slider", 2)
        async with followed_site(sliders(tmp_path, end=3)) as after:
            after.takes_the_place_of(before)
            yield token_in(page), script_of(page), after


async def test_its_session_is_made_anew_with_what_was_set_in_it(exchanged):
    token, of_page, site = exchanged
    state = await state_of(site, token)
    assert (state["page"], state["styles"]) == (of_page["page"], of_page["styles"])
    assert (state["version"], state["not_kept"], state["failures"]) == (site.version, [], [])
    document = site.document()
    assert document.get_model_by_name("slider").value == 2
    assert document.get_model_by_name("said").text == "2"


async def test_asked_twice_it_has_one_session(exchanged):
    token, _, site = exchanged
    assert await state_of(site, token) == await state_of(site, token)
    assert len(site.context.sessions) == 1


async def test_what_could_not_be_kept_is_told(tmp_path):
    async with followed_site(sliders(tmp_path)) as before:
        token = token_in(await before.ask("/app"))
        await before.drag("slider", 9)
        async with followed_site(sliders(tmp_path, end=3)) as after:
            after.takes_the_place_of(before)
            state = await state_of(after, token)
            assert state["not_kept"] == ["“Amplitude”: 9 is not between 0 and 3."]


async def test_where_nothing_is_to_be_kept_the_page_comes_back_all_the_same(tmp_path):
    async with followed_site(sliders(tmp_path), keep_state=False) as before:
        token = token_in(await before.ask("/app"))
        await before.drag("slider", 2)
        async with followed_site(sliders(tmp_path), keep_state=False) as after:
            after.takes_the_place_of(before)
            assert (await state_of(after, token))["not_kept"] == []
            assert after.document().get_model_by_name("slider").value == 1


async def test_what_waits_is_handed_on_until_its_page_comes(tmp_path, exchanged):
    token, _, second = exchanged
    async with followed_site(sliders(tmp_path)) as third:
        third.takes_the_place_of(second)
        await state_of(third, token)
        assert third.document().get_model_by_name("slider").value == 2


@pytest.mark.parametrize("whose", ["nobody", "a stranger", "another server"])
async def test_only_the_page_that_has_the_token_gets_the_session(exchanged, whose):
    _, _, site = exchanged
    settings = OTHERS if whose == "another server" else TOKENS
    forged = {
        "nobody": None,
        "a stranger": make_token(make_session_id(settings), settings, 0.0),
        "another server": make_token(make_session_id(settings), settings, 0.0),
    }[whose]
    state = await state_of(site, forged)
    assert state.pop("version") == site.version
    assert state == {} if forged is None else state["gone"] is True
    assert len(site.context.sessions) == 0


async def test_a_page_of_a_foreign_origin_gets_nothing(exchanged):
    token, _, site = exchanged
    headers = {"bokeh-token": token, "origin": "http://evil.org"}
    state = json.loads((await site.ask("/app/docsync", headers=headers)).text)
    assert (state["gone"], len(site.context.sessions)) == (True, 0)


async def test_another_title_is_another_page(tmp_path, exchanged):
    token, of_page, second = exchanged
    async with followed_site(sliders(tmp_path, title="Other")) as third:
        third.takes_the_place_of(second)
        assert (await state_of(third, token))["page"] != of_page["page"]


async def test_two_sessions_of_one_state_have_the_same_sign(tmp_path):
    async with followed_site(sliders(tmp_path)) as site:
        one, other = script_of(await site.ask("/app")), script_of(await site.ask("/app"))
        assert (one["page"], one["styles"]) == (other["page"], other["styles"])


@pytest.mark.parametrize(
    ("file", "changed"),
    [("static/a.css", ["styles"]), ("static/b.js", ["page"]), ("templates/index.html", ["page"])],
)
async def test_stylesheets_are_told_from_all_else_of_a_page(tmp_path, file, changed):
    for name in ("static", "templates"):
        (tmp_path / "app" / name).mkdir(parents=True)
    (tmp_path / "app/main.py").write_text(SLIDER.format(end=3, title="Sliders"))
    for name, text in {
        "static/a.css": "",
        "static/b.js": "",
        "templates/index.html": TEMPLATE,
    }.items():
        (tmp_path / "app" / name).write_text(text)
    handlers = (HandlerSettings(directory=tmp_path / "app"),)
    settings = attrs.evolve(sliders(tmp_path), handlers=handlers)
    async with followed_site(settings) as before:
        page = await before.ask("/app")
        (tmp_path / "app" / file).write_text(TEMPLATE.replace("one", "longer"))
        async with followed_site(settings) as after:
            after.takes_the_place_of(before)
            state, of_page = await state_of(after, token_in(page)), script_of(page)
            assert [name for name in ("page", "styles") if state[name] != of_page[name]] == changed


async def test_an_instant_page_and_one_below_a_prefix_have_signs_too(tmp_path):
    async with followed_site(sliders(tmp_path, page="instant"), prefix="/desk") as site:
        page = await site.ask("/desk/app")
        assert script_of(page).keys() == {"page", "styles", "v"}
        session_id = read_token(token_in(page), TOKENS).session_id
        await site.context.session(session_id, Request(path="/desk/app"))
        answer = await site.ask("/desk/app/docsync", headers={"bokeh-token": token_in(page)})
        assert json.loads(answer.text)["page"] == script_of(page)["page"]


async def test_a_document_that_cannot_be_built_is_told_with_the_authors_line(tmp_path):
    async with followed_site(sliders(tmp_path)) as before:
        token = token_in(await before.ask("/app"))
        async with followed_site(application(tmp_path, "/app", BROKEN)) as after:
            after.takes_the_place_of(before)
            (failure,) = (await state_of(after, token))["failures"]
            assert failure["error"] == "ZeroDivisionError: division by zero"
            assert failure["places"][0]["line"] == 6
            assert [6, "    return whole / 0", True] in failure["places"][0]["source"]


async def test_where_errors_are_not_shown_no_source_leaves_the_server(tmp_path):
    async with followed_site(sliders(tmp_path)) as before:
        token = token_in(await before.ask("/app"))
        broken = application(tmp_path, "/app", BROKEN)
        async with followed_site(broken, show_errors=False) as after:
            after.takes_the_place_of(before)
            answer = await after.ask("/app/docsync", headers={"bokeh-token": token})
            page = await after.ask("/app", headers={"accept": "text/html"})
            for secret in ("ZeroDivision", "half", str(tmp_path)):
                assert secret not in answer.text
                assert secret not in page.text


async def test_a_page_that_cannot_be_made_watches_for_the_next_state(tmp_path):
    async with followed_site(application(tmp_path, "/app", BROKEN)) as site:
        page = await site.ask("/app", headers={"accept": "text/html"})
        assert page.status == 500
        assert script_of(page)["failed"] == site.version == (await state_of(site))["version"]
        assert "script-src 'self'; connect-src 'self'" in page.headers["content-security-policy"]
        assert "return whole / 0" in page.text


@pytest.mark.parametrize("absolute", ["", "&bokeh-absolute-url=http://own.org/app"])
async def test_a_document_in_somebody_elses_page_is_watched_for_as_well(tmp_path, absolute):
    query = f"bokeh-autoload-element=x&bokeh-app-path=/app{absolute}"
    async with followed_site(application(tmp_path, "/app", BROKEN)) as site:
        script = (await site.ask(f"/app/autoload.js?{query}")).text
        watched = json.loads(re.search(r"watched = (.+);", script)[1])
        page = "http://own.org/app" if absolute else "/app"
        assert watched == {
            "state": f"{page}/docsync",
            "script": f"{page}/autoload.js?{query}",
            "version": site.version,
        }


async def test_a_site_that_follows_nothing_has_none_of_it(tmp_path):
    async with a_site(sliders(tmp_path)) as site:
        assert (await ask(site.asgi, "/app/docsync")).status == 404
        assert script_of(await ask(site.asgi, "/app")).keys() == {"v"}
    async with a_site(application(tmp_path, "/app", BROKEN)) as site:
        refused = await ask(site.asgi, "/app/autoload.js?bokeh-autoload-element=x")
        assert "watched = null" in refused.text
