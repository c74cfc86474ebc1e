"""What `docsync_trio.embed` writes into pages, asked of a site."""

import html
import re

import pytest
from jinja2 import Environment

import docsync_trio
from docsync_trio.base.events import ConnectionRefused
from docsync_trio.embed import NewSession, new_session, server_document, server_session
from tests.server.a_site import KEY, a_site, application
from tests.server.memory_client import ask

ARGUMENTS = """
import trio
from bokeh.models import Div
from bokeh.plotting import curdoc

request = curdoc().session_context.request
curdoc().add_root(Div(text=str(request.arguments["n"])))
"""


def target_of(snippet):
    """The address that the script in *snippet* asks for, below its host."""
    (url,) = re.findall(r"xhr\.open\('GET', \"([^\"]+)\"", html.unescape(snippet))
    return re.sub(r"^https?://[^/]+", "", url)


async def test_a_page_that_knows_the_key_names_the_session_itself(tmp_path):
    session = new_session(KEY)
    snippet = server_session(session, "https://plots.org/desk/app", arguments={"n": "1 & 2"})
    async with a_site(application(tmp_path, "/app", ARGUMENTS), prefix="/desk") as site:
        reply = await ask(site.asgi, target_of(snippet))
        assert reply.status == 200
        assert '"/desk/app", "https://plots.org/desk/app")' in reply.text
        assert list(site.context("/app").sessions) == [session.id]
        assert site.document("/app").roots[0].text == "[b'1 & 2']"


async def test_a_key_of_another_site_names_nothing(tmp_path):
    snippet = server_session(new_session("another key"), "/app")
    async with a_site(application(tmp_path, "/app")) as site:
        assert (await ask(site.asgi, target_of(snippet))).status == 403
        assert "secret_key" in site.seen(ConnectionRefused)[0].hint


async def test_a_token_expires_when_the_page_said(tmp_path):
    snippet = server_session(new_session(KEY, token_expiration="0s"), "/app")
    async with a_site(application(tmp_path, "/app")) as site:
        assert (await ask(site.asgi, target_of(snippet))).status == 403


async def test_every_visitor_gets_a_new_session_of_the_own_server(tmp_path):
    snippet = server_document("/app/", load_bokehjs=False)
    async with a_site(application(tmp_path, "/app")) as site:
        reply = await ask(site.asgi, target_of(snippet))
        assert 'embed_items(docs_json, render_items, "/app")' in reply.text
        assert "bokeh.min.js" not in reply.text


def test_templates_take_it_as_it_is():
    template = Environment(autoescape=True).from_string("{{ script }}")
    snippet = server_document("/app")
    assert template.render(script=snippet) == snippet
    assert "<script" in snippet


@pytest.mark.parametrize("url", ["ws://plots.org/app", "plots.org/app", "app", ""])
def test_what_is_no_address_of_an_application_is_refused(url):
    with pytest.raises(ValueError, match=r"an application is at http://\.\.\. or /"):
        server_document(url)


def test_headers_and_cookies_exclude_each_other():
    with pytest.raises(ValueError, match="exclude each other"):
        server_document("/app", headers={"x": "y"}, with_credentials=True)


def test_a_session_does_not_show_its_token():
    assert "token" not in repr(NewSession("id", "secret"))


def test_programs_find_it_below_the_package():
    assert docsync_trio.embed.server_document is server_document
