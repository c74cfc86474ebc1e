"""The scripts in our pages, and what the server answers to the pages that run them."""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
import trio

from docsync_trio.base.errors import Refusal
from docsync_trio.base.events import ConnectionRefused
from docsync_trio.config.schema import KeepAliveSettings, SessionSettings
from docsync_trio.protocol.close_codes import CloseCode
from docsync_trio.protocol.token import TokenSettings, make_session_id, make_token
from docsync_trio.server.entrance.access import admit_websocket
from docsync_trio.server.entrance.outdated_page import OutdatedPage
from docsync_trio.server.entrance.page_mark import take_mark
from docsync_trio.server.pages.page_script import SOURCES
from docsync_trio.sessions.request import Request
from tests.server.a_site import KEY, a_site, application
from tests.server.memory_client import ask
from tests.server.network_fakes import served

ADDRESS = re.compile(r"[\w:/.]*/static/docsync/[a-z]+\.js\?v=[0-9a-f]+")
TOKENS = TokenSettings(KEY.encode(), signed=True, expiration=300.0)
OTHERS = TokenSettings(b"another key", signed=True, expiration=300.0)
NOW = 1_700_000_000.0
EMBED = "bokeh-autoload-element=x&bokeh-absolute-url=http://own.org/app"


@pytest.mark.parametrize("prefix", ["", "/desk"])
@pytest.mark.parametrize("page", ["built", "instant"])
async def test_a_page_loads_one_file_behind_bokehjs_and_before_its_document(tmp_path, prefix, page):
    async with a_site(application(tmp_path, "/app", page=page), prefix=prefix) as site:
        text = (await ask(site.asgi, f"{prefix}/app")).text
        (address,) = ADDRESS.findall(text)
        assert address.startswith(f"{prefix}/static/docsync/page.js?v=")
        bokehjs, ours = text.index("/static/js/bokeh.min.js"), text.index(address)
        assert bokehjs < ours < text.index("embed_items")
        # Neither script waits for anything but the one before it.
        assert re.search(r"<script[^>]*\s(async|defer|type=.module)\b", text) is None


@pytest.mark.parametrize("resources", ["", "&resources=none"])
async def test_an_embedded_document_brings_it_along(tmp_path, resources):
    async with a_site(application(tmp_path, "/app")) as site:
        text = (await ask(site.asgi, f"/app/autoload.js?{EMBED}{resources}")).text
        (address,) = ADDRESS.findall(text)
        assert address.startswith("http://own.org/static/docsync/page.js?v=")


@pytest.mark.parametrize("page", ["built", "instant"])
async def test_a_page_is_told_where_its_websocket_is_unless_that_is_the_usual_place(tmp_path, page):
    sliders = application(tmp_path, "/sliders", page=page, websocket_path="live")
    buoys = application(tmp_path, "/buoys/{name}", page=page, websocket_path="/sockets/{name}")
    async with a_site(sliders, buoys, prefix="/desk") as site:
        assert told(await ask(site.asgi, "/desk/sliders")) == ["live"]
        buoy = await ask(site.asgi, "/docs/desk/buoys/a b", root_path="/docs")
        assert told(buoy) == ["/docs/desk/sockets/a%20b"]


def told(page):
    address = re.search(r'"([^"]*/docsync/page\.js[^"]*)"', page.text)[1]
    return parse_qs(urlsplit(unescape(address)).query)["websocket"]


async def test_an_embedded_document_is_told_too(tmp_path):
    buoys = application(tmp_path, "/buoys/{n:int}", websocket_path="/sockets/{n:int}")
    async with a_site(buoys) as site:
        query = EMBED.replace("/app", "/buoys/7") + "&bokeh-app-path=/buoys/7"
        text = (await ask(site.asgi, f"/buoys/7/autoload.js?{query}")).text
        assert ".websockets ||= {})['own.org/buoys/7'] = '/sockets/7';" in text


@pytest.mark.parametrize("prefix", ["", "/desk"])
async def test_an_application_at_the_root_has_it_beside_its_own_files(tmp_path, prefix):
    async with a_site(application(tmp_path, "/"), prefix=prefix) as site:
        (address,) = ADDRESS.findall((await ask(site.asgi, f"{prefix}/")).text)
        assert (await ask(site.asgi, address)).status == 200
        assert (await ask(site.asgi, f"{prefix}/static/js/bokeh.min.js")).status == 200


async def test_it_is_kept_for_ever_and_may_be_read_by_pages_of_others(tmp_path):
    async with a_site(application(tmp_path, "/app")) as site:
        (address,) = ADDRESS.findall((await ask(site.asgi, "/app")).text)
        reply = await ask(site.asgi, address)
        assert reply.status == 200
        assert reply.headers["content-type"] == "text/javascript; charset=utf-8"
        assert "immutable" in reply.headers["cache-control"]
        assert reply.headers["access-control-allow-origin"] == "*"
        places = [reply.text.index(source.read_text(encoding="utf-8")) for source in SOURCES]
        assert places == sorted(places)
        unversioned = await ask(site.asgi, address.partition("?")[0])
        assert unversioned.headers["cache-control"] == "no-cache"
        assert (await ask(site.asgi, address, method="HEAD")).body == b""


def test_every_script_that_is_there_is_in_the_file():
    assert set(SOURCES) == set(SOURCES[0].parent.iterdir())


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_it_does_nothing_that_a_content_security_policy_forbids(source):
    text = source.read_text(encoding="utf-8")
    assert re.search(r"\beval\(|new Function|innerHTML|\"(style|script|onclick)\"", text) is None


@pytest.mark.parametrize("query", ["", "a=1", "a=1&b=%20"])
@pytest.mark.parametrize("mark", ["new", "waiting", "again"])
def test_the_mark_of_a_page_is_hidden_from_applications(query, mark):
    marked = f"{query}&docsync-page={mark}" if query else f"docsync-page={mark}"
    request, plain = Request(path="/app/ws", query=marked), Request(path="/app/ws", query=query)
    assert take_mark(request) == mark
    assert request.arguments == plain.arguments
    assert (request.query, request.uri) == (plain.query, plain.uri)
    assert take_mark(request) is None


def admit(site, mark, *, tokens=TOKENS, session_id=None, now=NOW):
    session_id = session_id or make_session_id(tokens)
    token = make_token(session_id, tokens, NOW)
    query = f"docsync-page={mark}" if mark else ""
    asked = Request(path="/app/ws", query=query, host="own.org")
    return admit_websocket(site.site, asked, ["bokeh", token], now)


@pytest.mark.parametrize("on_expired", ["reload", "new"])
async def test_who_may_make_a_session_by_a_websocket(tmp_path, on_expired):
    sessions = {"on_expired": on_expired}
    async with a_site(application(tmp_path, "/app", sessions=sessions)) as site:
        # Bokeh's Python client, a server_session(), a page whose unclaimed session is gone:
        assert admit(site, None)
        assert admit(site, "new")
        if on_expired == "new":
            assert admit(site, "again")
            return
        with pytest.raises(OutdatedPage) as refused:
            admit(site, "again")
        assert refused.value.status == 410


async def test_a_page_that_comes_back_to_a_living_session_is_let_in_at_any_age(tmp_path):
    async with a_site(application(tmp_path, "/app")) as site:
        session_id = make_session_id(TOKENS)
        await ask(site.asgi, f"/app?bokeh-session-id={session_id}")
        assert admit(site, "again", session_id=session_id, now=NOW + 10**6)


@pytest.mark.parametrize("on_expired", ["reload", "new"])
@pytest.mark.parametrize("how", [{"now": NOW + 301}, {"tokens": OTHERS}])
async def test_only_our_pages_are_told_to_reload(tmp_path, on_expired, how):
    sessions = {"on_expired": on_expired}
    async with a_site(application(tmp_path, "/app", sessions=sessions)) as site:
        for mark in ["new", "waiting", "again"]:
            with pytest.raises(OutdatedPage):
                admit(site, mark, **how)
        with pytest.raises(Refusal) as refused:
            admit(site, None, **how)
        assert not isinstance(refused.value, OutdatedPage)
        assert refused.value.status == 403


@pytest.mark.parametrize("transport", ["socket", "asgi"])
async def test_an_outdated_page_is_told_by_a_close_code_and_others_by_a_status(tmp_path, transport):
    async with a_site(
        application(tmp_path, "/app"), keep_alive=KeepAliveSettings(shutdown=5.0)
    ) as site:
        token = make_token(make_session_id(OTHERS), OTHERS, NOW)
        async with served(site.site) as server:
            for path in ["/app/ws?docsync-page=again", "/app/ws"]:
                peer = await server.connect()
                if transport == "asgi":
                    assert (await peer.get("/favicon.ico"))[0] == 200
                status = await peer.upgrade(path, token=token)
                if "again" in path:
                    assert status == 101
                    with trio.fail_after(5):
                        assert (await peer.hear_end())[0] == CloseCode.SESSION_ENDED
                else:
                    assert status == 403
        assert len(site.seen(ConnectionRefused)) == 2


def test_pages_reload_unless_the_operator_wants_otherwise():
    assert SessionSettings().on_expired == "reload"
