"""The page of an application."""

import json
import re

import pytest
from bokeh.util.token import get_session_id, get_token_payload

from docsync_trio.base.events import BuildFailed, ConnectionRefused, SessionOpened
from docsync_trio.protocol.token import TokenSettings, make_session_id, make_token
from docsync_trio.server.entrance.access import now
from tests.server.a_site import KEY, a_site, application
from tests.server.memory_client import ask

TOKENS = TokenSettings(KEY.encode(), signed=True, expiration=300.0)


def token_in(page):
    return json.loads(re.search(r"render_items = (\[.*?\]);", page.text)[1])[0]["token"]


async def test_a_page_has_the_roots_of_a_new_session_and_is_not_kept(tmp_path):
    async with a_site(application(tmp_path, "/app")) as site:
        page = await ask(site.asgi, "/app")
        (opened,) = site.seen(SessionOpened)
        assert page.status == 200
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert page.headers["cache-control"] == "no-store"
        assert f'data-root-id="{site.document("/app").roots[0].id}"' in page.text
        assert token_in(page) == site.context("/app").sessions[opened.session].token


async def test_a_pages_token_is_short_and_holds_nothing_of_the_visitor(tmp_path):
    async with a_site(application(tmp_path, "/app")) as site:
        headers = {"cookie": "who=" + "x" * 6000, "authorization": "Bearer y"}
        token = token_in(await ask(site.asgi, "/app?secret=1", headers=headers))
        (opened,) = site.seen(SessionOpened)
        assert len(token) < 300
        assert get_session_id(token) == opened.session
        assert set(get_token_payload(token)) == {"session_expiry"}
        request = site.context("/app").sessions[opened.session].request
        assert request.cookies["who"] == "x" * 6000
        assert request.arguments == {"secret": [b"1"]}


async def test_head_gives_the_headers_and_builds_no_session(tmp_path):
    async with a_site(application(tmp_path, "/app", "import trio\n1 / 0\n")) as site:
        reply = await ask(site.asgi, "/app", method="HEAD")
        assert reply.status == 200
        assert reply.headers["content-type"] == "text/html; charset=utf-8"
        assert site.events == []


async def test_a_page_joins_the_session_that_is_named(tmp_path):
    session_id = make_session_id(TOKENS)
    token = make_token(session_id, TOKENS, now())
    async with a_site(application(tmp_path, "/app")) as site:
        first = await ask(site.asgi, f"/app?bokeh-session-id={session_id}&x=1")
        second = await ask(site.asgi, "/app", headers={"bokeh-session-id": session_id})
        third = await ask(site.asgi, f"/app?bokeh-token={token}")
        assert {get_session_id(token_in(page)) for page in (first, second, third)} == {session_id}
        assert len(site.seen(SessionOpened)) == 1
        # What names the session is not the application's business.
        request = site.context("/app").sessions[session_id].request
        assert request.arguments == {"x": [b"1"]}


@pytest.mark.parametrize("query", ["bokeh-session-id=mine", "bokeh-token=x", "bokeh-token=%00"])
async def test_a_session_that_is_not_signed_is_refused_and_the_log_knows_why(tmp_path, query):
    async with a_site(application(tmp_path, "/app")) as site:
        reply = await ask(site.asgi, f"/app?{query}")
        assert reply.status == 403
        (refused,) = site.seen(ConnectionRefused)
        assert "sessions.s" in refused.hint
        assert refused.hint not in reply.text
        assert refused.target == "/app"


async def test_an_old_token_shows_a_living_session_and_makes_none(tmp_path):
    session_id = make_session_id(TOKENS)
    old = make_token(session_id, TOKENS, now() - 400)
    async with a_site(application(tmp_path, "/app")) as site:
        assert (await ask(site.asgi, f"/app?bokeh-token={old}")).status == 403
        await ask(site.asgi, f"/app?bokeh-session-id={session_id}")
        assert (await ask(site.asgi, f"/app?bokeh-token={old}")).status == 200


async def test_the_title_is_the_documents_or_else_the_applications(tmp_path):
    titled = 'import trio\nfrom bokeh.io import curdoc\ncurdoc().title = "<Own>"\n'
    applications = [
        application(tmp_path, "/own", titled, title="Listed"),
        application(tmp_path, "/listed", title="Listed & named"),
        application(tmp_path, "/bare"),
    ]
    async with a_site(*applications) as site:
        assert "<title>&lt;Own&gt;</title>" in (await ask(site.asgi, "/own")).text
        assert "<title>Listed &amp; named</title>" in (await ask(site.asgi, "/listed")).text
        assert "<title>Bokeh Application</title>" in (await ask(site.asgi, "/bare")).text


async def test_an_application_finds_its_title_in_the_document_and_can_go_on_from_there(tmp_path):
    source = 'import trio\nfrom bokeh.io import curdoc\ncurdoc().title += ", today"\n'
    async with a_site(application(tmp_path, "/app", source, title="Tides")) as site:
        assert "<title>Tides, today</title>" in (await ask(site.asgi, "/app")).text


async def test_the_documents_template_makes_the_page(tmp_path):
    source = """
import trio
from bokeh.io import curdoc
curdoc().template = "{% block contents %}<p>{{ greeting }}</p>{% endblock %}"
curdoc().template_variables["greeting"] = "hello"
"""
    async with a_site(application(tmp_path, "/app", source)) as site:
        assert "<p>hello</p>" in (await ask(site.asgi, "/app")).text


async def test_a_template_that_fails_is_the_applications_failure(tmp_path):
    template = "{% block body %}{{ nope.x.y }}{% endblock %}"
    source = f"import trio\nfrom bokeh.io import curdoc\ncurdoc().template = {template!r}\n"
    async with a_site(application(tmp_path, "/app", source)) as site:
        reply = await ask(site.asgi, "/app")
        (failed,) = site.seen(BuildFailed)
        assert reply.status == 500
        assert failed.incident in reply.text or "UndefinedError" in reply.text


async def test_bokehjs_is_loaded_from_this_site_wherever_it_is_mounted(tmp_path):
    async with a_site(application(tmp_path, "/app"), prefix="/desk") as site:
        page = await ask(site.asgi, "/desk/app")
        assert re.search(r'src="/desk/static/js/bokeh\.min\.js\?v=\w+"', page.text)
        page = await ask(site.asgi, "/docs/desk/app", root_path="/docs")
        assert 'src="/docs/desk/static/js/bokeh.min.js?v=' in page.text


async def test_path_parameters_reach_the_application(tmp_path):
    source = """
import trio
from bokeh.io import curdoc
request = curdoc().session_context.request
curdoc().title = f"{request.path_params!r} {request.arguments['station']!r} {request.app_path}"
"""
    async with a_site(application(tmp_path, "/buoys/{station:int}", source)) as site:
        page = await ask(site.asgi, "/buoys/46042?station=1")
        assert "{&#39;station&#39;: 46042} [b&#39;46042&#39;] /buoys/46042" in page.text
        assert (await ask(site.asgi, "/buoys/x")).status == 404
