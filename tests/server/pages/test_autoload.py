"""Applications in other people's pages."""

import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docsync_trio.base.errors import Refusal
from docsync_trio.base.events import ConnectionRefused, SessionOpened
from docsync_trio.protocol.token import TokenSettings, make_session_id
from docsync_trio.server.pages.autoload import placement_of
from docsync_trio.server.pages.page_script import in_quotes
from tests.server.a_site import BROKEN, KEY, a_site, application
from tests.server.memory_client import ask

HERE = "bokeh-autoload-element=p1234&bokeh-app-path=/app&bokeh-absolute-url=http://example.org/app"
FRIEND = {"origin": "https://friend.org"}
STRANGER = {"origin": "https://stranger.org"}


async def test_the_script_puts_a_session_into_the_element(tmp_path):
    async with a_site(application(tmp_path, "/app")) as site:
        reply = await ask(site.asgi, f"/app/autoload.js?{HERE}")
        assert reply.status == 200
        assert reply.headers["content-type"] == "application/javascript; charset=utf-8"
        assert reply.headers["cache-control"] == "no-store"
        assert 'getElementById("p1234")' in reply.text
        assert (
            'embed_items(docs_json, render_items, "/app", "http://example.org/app")' in reply.text
        )
        assert '"http://example.org/static/js/bokeh.min.js?v=' in reply.text
        assert len(site.seen(SessionOpened)) == 1


async def test_a_page_that_has_bokehjs_loads_none_and_relative_addresses_stay_relative(tmp_path):
    async with a_site(application(tmp_path, "/app"), prefix="/desk") as site:
        url = "/desk/app/autoload.js?bokeh-autoload-element=x"
        assert "bokeh.min.js" not in (await ask(site.asgi, f"{url}&resources=none")).text
        assert '"/desk/static/js/bokeh.min.js?v=' in (await ask(site.asgi, url)).text


async def test_one_script_does_not_end_up_in_the_next(tmp_path):
    async with a_site(application(tmp_path, "/app")) as site:
        for _ in range(3):
            reply = await ask(site.asgi, f"/app/autoload.js?{HERE}")
        assert reply.text.count('"elementid":"p1234"') == 1
        assert "elementid" not in (await ask(site.asgi, "/app")).text


async def test_the_session_can_be_named_by_a_header(tmp_path):
    tokens = TokenSettings(KEY.encode(), signed=True, expiration=300.0)
    session_id = make_session_id(tokens)
    async with a_site(application(tmp_path, "/app")) as site:
        await ask(site.asgi, f"/app/autoload.js?{HERE}", headers={"bokeh-session-id": session_id})
        assert list(site.context("/app").sessions) == [session_id]


@pytest.mark.parametrize(
    "query",
    [
        "",
        "bokeh-autoload-element=",
        "bokeh-autoload-element=x%22;alert(1)",
        "bokeh-autoload-element=x&bokeh-app-path=%22,alert(1),%22",
        "bokeh-autoload-element=x&bokeh-app-path=/a%5c",
        "bokeh-autoload-element=x&bokeh-app-path=app",
        "bokeh-autoload-element=x&bokeh-absolute-url=javascript:alert(1)",
        "bokeh-autoload-element=x&bokeh-absolute-url=http://a/%3c/script%3e",
        "bokeh-autoload-element=x&bokeh-absolute-url=http://a%0a/",
        "bokeh-autoload-element=x&bokeh-absolute-url=//a/b",
    ],
)
async def test_what_is_malformed_never_gets_into_the_script(tmp_path, query):
    async with a_site(application(tmp_path, "/app")) as site:
        reply = await ask(site.asgi, f"/app/autoload.js?{query}")
        assert reply.status == 400
        assert reply.headers["content-type"].startswith("application/javascript")
        assert "alert(1)" not in reply.text
        assert site.seen(SessionOpened) == []


async def test_a_page_of_a_friend_may_send_cookies(tmp_path):
    async with a_site(application(tmp_path, "/app"), allow_origins=("friend.org",)) as site:
        reply = await ask(site.asgi, f"/app/autoload.js?{HERE}", headers=FRIEND)
        assert reply.status == 200
        assert reply.headers["access-control-allow-origin"] == "https://friend.org"
        assert reply.headers["access-control-allow-credentials"] == "true"
        assert reply.headers["vary"] == "origin"


async def test_a_page_of_a_stranger_is_told_so_without_a_session(tmp_path):
    async with a_site(application(tmp_path, "/app"), allow_origins=("friend.org",)) as site:
        reply = await ask(site.asgi, f"/app/autoload.js?{HERE}", headers=STRANGER)
        assert reply.status == 403
        assert reply.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in reply.headers
        assert '"p1234"' in reply.text
        assert "not allowed" in reply.text
        (refused,) = site.seen(ConnectionRefused)
        assert refused.hint == 'add "stranger.org" to server.allow_origins'
        assert site.seen(SessionOpened) == []


@pytest.mark.parametrize(("page", "origin"), [(FRIEND, "https://friend.org"), (STRANGER, "*")])
async def test_a_preflight_names_what_may_be_sent(tmp_path, page, origin):
    asked = page | {"access-control-request-headers": "bokeh-session-id, x-own, bad\x01name"}
    async with a_site(application(tmp_path, "/app"), allow_origins=("friend.org",)) as site:
        reply = await ask(site.asgi, "/app/autoload.js", method="OPTIONS", headers=asked)
        assert reply.status == 204
        assert reply.headers["access-control-allow-origin"] == origin
        assert reply.headers["access-control-allow-headers"] == "bokeh-session-id, x-own"
        assert "GET" in reply.headers["access-control-allow-methods"]
        credentials = reply.headers.get("access-control-allow-credentials")
        assert (credentials == "true") == (origin != "*")
        assert site.seen(SessionOpened) == []


async def test_head_and_options_without_an_origin_make_no_session(tmp_path):
    async with a_site(application(tmp_path, "/app")) as site:
        assert (await ask(site.asgi, "/app/autoload.js", method="HEAD")).status == 200
        reply = await ask(site.asgi, "/app/autoload.js", method="OPTIONS")
        assert reply.status == 204
        assert "access-control-allow-origin" not in reply.headers
        assert (await ask(site.asgi, "/app/autoload.js", method="POST")).status == 405
        assert site.seen(SessionOpened) == []


async def test_a_broken_application_says_so_inside_the_page(tmp_path):
    async with a_site(application(tmp_path, "/app", BROKEN)) as site:
        reply = await ask(site.asgi, f"/app/autoload.js?{HERE}")
        assert reply.status == 500
        assert reply.headers["content-type"].startswith("application/javascript")
        assert '"p1234"' in reply.text
        assert "ZeroDivisionError" in reply.text
        assert "line 6\\n    return whole / 0" in reply.text
        assert "docsync_trio" not in reply.text
        assert "</script" not in reply.text


async def test_a_full_application_says_when_to_come_back(tmp_path):
    full = application(tmp_path, "/app", sessions={"max_sessions": 1})
    async with a_site(full) as site:
        await ask(site.asgi, "/app")
        reply = await ask(site.asgi, f"/app/autoload.js?{HERE}")
        assert reply.status == 503
        assert int(reply.headers["retry-after"]) > 0


texts = st.text(max_size=30) | st.text(alphabet="\"'\\</>\n\u2028()/ a:h", max_size=30)


@given(texts)
def test_escaped_text_cannot_leave_its_quotes(text):
    quoted = in_quotes(text)
    assert not re.search(r"(?<!\\)(?:\\\\)*[\"'\n<\u2028]", re.sub(r'\\"', "", quoted))


@given(texts, texts, texts)
def test_whatever_is_let_in_is_free_of_quotes(element, path, url):
    names = ("bokeh-autoload-element", "bokeh-app-path", "bokeh-absolute-url")
    values = [[value.encode("utf-8", "replace")] for value in (element, path, url)]
    with suppress(Refusal):
        placement = placement_of(dict(zip(names, values, strict=True)))
        for value in (placement.element, placement.app_path, placement.absolute_url or ""):
            assert not set(value) & set("\"'\\<>\n\r\u2028\u2029`")
