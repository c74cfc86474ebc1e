"""Pages that are sent before their document is built."""

import json
import re
from contextlib import asynccontextmanager

import attrs
import pytest
import trio
from bokeh.util.token import generate_jwt_token, get_session_id

from docsync_trio.base.events import BuildFailed, ConnectionRefused, SessionOpened
from docsync_trio.config.bind import TcpBind
from docsync_trio.protocol.close_codes import CloseCode
from docsync_trio.protocol.outgoing import pull_request
from docsync_trio.protocol.token import TokenSettings, make_session_id, make_token
from docsync_trio.server.entrance.access import now
from docsync_trio.sessions.wire import Ending
from tests.server.a_site import BROKEN, KEY, a_site, application
from tests.server.memory_client import ask, http_scope

PUBLIC = (TcpBind("203.0.113.1", 80),)
TOKENS = TokenSettings(KEY.encode(), signed=True, expiration=300.0)
ARRAYS = """
import numpy
import trio
from bokeh.io import curdoc
from bokeh.models import ColumnDataSource

request = curdoc().session_context.request
curdoc().add_root(ColumnDataSource(data={"x": numpy.arange(1000.0)}))
curdoc().title = f"{request.arguments} {request.cookies['who']} {request.app_path}"
"""


def token_in(page):
    return json.loads(re.search(r"render_items = (\[.*?\]);", page.text)[1])[0]["token"]


def instant(tmp_path, path="/app", *source, **more):
    return application(tmp_path, path, *source, page="instant", **more)


@attrs.define
class Browser:
    """A websocket of a page; what the server answers, frame by frame."""

    to_server: trio.MemorySendChannel
    from_server: trio.MemoryReceiveChannel

    async def heard(self, kind):
        """The next event of the server that is a *kind*; those before it are left out."""
        with trio.fail_after(5):
            while (event := await self.from_server.receive())["type"] != f"websocket.{kind}":
                pass
        return event

    async def message(self):
        """The next message: its header, its content and its buffers."""
        header, _, content = [json.loads((await self.heard("send"))["text"]) for _ in range(3)]
        count = header.get("num_buffers", 0)
        buffers = [(await self.heard("send"), await self.heard("send"))[1] for _ in range(count)]
        return header["msgtype"], content, [buffer["bytes"] for buffer in buffers]

    async def pull(self):
        assert (await self.message())[0] == "ACK"
        for frame in pull_request().frames:
            await self.to_server.send({"type": "websocket.receive", "text": frame})
        return await self.message()

    async def leave(self):
        await self.to_server.send({"type": "websocket.disconnect", "code": 1006})


@asynccontextmanager
async def websocket(site, token, target="/app/ws?docsync-page=waiting", **headers):
    to_server, events = trio.open_memory_channel(10)
    send, from_server = trio.open_memory_channel(1000)
    scope = http_scope(target, headers=headers) | {
        "type": "websocket",
        "scheme": "ws",
        "subprotocols": ["bokeh", token],
        "extensions": {"websocket.http.response": {}},
    }
    async with trio.open_nursery() as nursery:
        nursery.start_soon(site.asgi, scope, events.receive, send.send)
        browser = Browser(to_server, from_server)
        await to_server.send({"type": "websocket.connect"})
        yield browser
        await browser.leave()


async def test_a_page_is_sent_without_a_session_and_is_not_kept(tmp_path):
    async with a_site(instant(tmp_path, "/app", BROKEN, title="Sea & sky")) as site:
        page = await ask(site.asgi, "/app")
        assert page.status == 200
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert page.headers["cache-control"] == "no-store"
        assert "<title>Sea &amp; sky</title>" in page.text
        assert "Opening Sea &amp; sky…" in page.text
        assert get_session_id(token_in(page))
        assert site.events == []


async def test_an_application_without_a_title_is_called_what_its_document_will_be(tmp_path):
    async with a_site(instant(tmp_path)) as site:
        page = await ask(site.asgi, "/app")
        assert "<title>Bokeh Application</title>" in page.text
        assert "Opening…" in page.text


async def test_head_is_answered_as_ever(tmp_path):
    async with a_site(instant(tmp_path)) as site:
        reply = await ask(site.asgi, "/app", method="HEAD")
        assert reply.status == 200
        assert reply.headers["cache-control"] == "no-store"
        assert site.events == []


async def test_the_document_is_built_for_the_websocket_with_the_pages_query_and_cookies(tmp_path):
    async with a_site(instant(tmp_path, "/app", ARRAYS)) as site:
        token = token_in(await ask(site.asgi, "/app?a=1", headers={"cookie": "who=me"}))
        target = "/app/ws?a=1&docsync-page=waiting"
        async with websocket(site, token, target, cookie="who=me") as browser:
            kind, content, _ = await browser.pull()
            assert kind == "PULL-DOC-REPLY"
            assert content["doc"]["title"] == "{'a': [b'1']} me /app"
            (opened,) = site.seen(SessionOpened)
            assert opened.session == get_session_id(token)


async def test_a_page_that_pulls_for_the_first_time_gets_arrays_in_binary(tmp_path):
    async with a_site(instant(tmp_path, "/app", ARRAYS)) as site:
        token = token_in(await ask(site.asgi, "/app"))
        async with websocket(site, token, cookie="who=me") as browser:
            assert [len(buffer) for buffer in (await browser.pull())[2]] == [8000]
        # A second page of the same session has not pulled either.
        async with websocket(site, token, cookie="who=me") as browser:
            assert [len(buffer) for buffer in (await browser.pull())[2]] == [8000]


@pytest.mark.parametrize("mark", ["?docsync-page=again", ""])
async def test_a_page_that_may_have_pulled_before_gets_arrays_inline(tmp_path, mark):
    more = {"sessions": {"on_expired": "new"}}
    async with a_site(instant(tmp_path, "/app", ARRAYS, **more)) as site:
        token = token_in(await ask(site.asgi, "/app"))
        async with websocket(site, token, f"/app/ws{mark}", cookie="who=me") as browser:
            kind, _, buffers = await browser.pull()
            assert (kind, buffers) == ("PULL-DOC-REPLY", [])


async def test_the_page_is_told_why_there_is_no_document_and_nothing_else(tmp_path):
    async with a_site(instant(tmp_path, "/app", BROKEN), bind=PUBLIC) as site:
        token = token_in(await ask(site.asgi, "/app"))
        async with websocket(site, token) as browser:
            kind, content, _ = await browser.message()
            assert kind == "ERROR"
            assert (await browser.heard("close"))["code"] == CloseCode.NOT_BUILT
        (failed,) = site.seen(BuildFailed)
        assert failed.incident in content["page"]
        assert "ZeroDivisionError" not in content["page"]
        assert "ZeroDivisionError" not in content["text"]
        assert site.events == [failed]


async def test_the_author_is_shown_the_line(tmp_path):
    async with a_site(instant(tmp_path, "/app", BROKEN)) as site:
        token = token_in(await ask(site.asgi, "/app"))
        async with websocket(site, token) as browser:
            page = (await browser.message())[1]["page"]
        assert "ZeroDivisionError: division by zero" in page
        assert "line 6" in page
        assert "return whole / 0" in page


async def test_an_application_that_takes_too_long_is_told_of_with_the_refusal(tmp_path):
    source = "import trio\nimport time\ntime.sleep(0.3)\n"
    more = {"sessions": {"build_timeout": 0.1}}
    async with a_site(instant(tmp_path, "/app", source, **more)) as site:
        token = token_in(await ask(site.asgi, "/app"))
        async with websocket(site, token) as browser:
            assert "could not be made within 0.1 s" in (await browser.message())[1]["page"]
        assert [refused.status for refused in site.seen(ConnectionRefused)] == [503]


async def test_a_server_that_restarts_lets_the_page_try_again(tmp_path):
    async with a_site(instant(tmp_path)) as site:
        token = token_in(await ask(site.asgi, "/app"))
        await site.context("/app").end_sessions(Ending(CloseCode.RESTARTING), "told to")
        async with websocket(site, token) as browser:
            assert (await browser.heard("http.response.start"))["status"] == 503


async def test_others_than_our_pages_get_an_http_status(tmp_path):
    applications = [instant(tmp_path, "/app", BROKEN), application(tmp_path, "/built", BROKEN)]
    async with a_site(*applications) as site:
        for target in ("/app/ws", "/built/ws"):
            token = make_token(make_session_id(TOKENS), TOKENS, now())
            async with websocket(site, token, target) as browser:
                assert (await browser.heard("http.response.start"))["status"] == 500


@pytest.mark.parametrize("mark", ["new", "again"])
async def test_a_page_that_comes_for_another_session_is_told_in_a_few_words(tmp_path, mark):
    broken = application(tmp_path, "/app", BROKEN, sessions={"on_expired": "new"})
    async with a_site(broken) as site:
        token = make_token(make_session_id(TOKENS), TOKENS, now())
        async with websocket(site, token, f"/app/ws?docsync-page={mark}") as browser:
            kind, content, _ = await browser.message()
            assert kind == "ERROR"
            assert (await browser.heard("close"))["code"] == CloseCode.NOT_BUILT
        (failed,) = site.seen(BuildFailed)
        assert content["told"] == f"The application failed. Incident {failed.incident}."
        assert "page" not in content


async def test_a_page_joins_the_session_that_is_named_and_the_application_sees_no_name(tmp_path):
    session_id = make_session_id(TOKENS)
    async with a_site(instant(tmp_path)) as site:
        query = f"bokeh-session-id={session_id}&x=1"
        token = token_in(await ask(site.asgi, f"/app?{query}"))
        assert get_session_id(token) == session_id
        async with websocket(site, token, f"/app/ws?{query}&docsync-page=waiting") as browser:
            await browser.pull()
            request = site.context("/app").sessions[session_id].request
            assert request.arguments == {"x": [b"1"]}


async def test_what_a_token_made_by_bokeh_brings_along_reaches_the_session(tmp_path):
    session_id = make_session_id(TOKENS)
    theirs = generate_jwt_token(
        session_id, secret_key=KEY.encode(), signed=True, extra_payload={"tide": "high"}
    )
    async with a_site(instant(tmp_path)) as site:
        token = token_in(await ask(site.asgi, f"/app?bokeh-token={theirs}"))
        async with websocket(site, token) as browser:
            await browser.pull()
            assert site.context("/app").sessions[session_id].token_payload["tide"] == "high"


@pytest.mark.parametrize("query", ["bokeh-session-id=mine", "bokeh-token=x"])
async def test_a_session_that_is_not_signed_is_refused_before_the_page(tmp_path, query):
    async with a_site(instant(tmp_path)) as site:
        assert (await ask(site.asgi, f"/app?{query}")).status == 403
