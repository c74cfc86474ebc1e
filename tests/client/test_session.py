"""A session on Trio, with our own server at the other end."""

from functools import partial

import pytest
import trio
from bokeh.document import Document
from bokeh.models import Div, Slider

from docsync_trio.client import (
    ApplicationFailed,
    NoAnswer,
    NoSuchApplication,
    OriginRefused,
    Patience,
    ServerFull,
    ServerUnreachable,
    TokenExpired,
    TokenRefused,
    pull_session,
    push_session,
)
from docsync_trio.protocol.token import TokenSettings, make_session_id, make_token
from tests.client.our_server import BROKEN, SLIDER, our_server
from tests.server.a_site import KEY

TOKENS = TokenSettings(KEY.encode(), signed=True, expiration=300)


@pytest.fixture
async def server(tmp_path):
    async with our_server(tmp_path) as server:
        yield server


@pytest.fixture
def app(server):
    return f"{server.url}/app"


def named(session, name):
    return session.document.get_model_by_name(name)


async def test_the_document_is_here(app):
    async with pull_session(app) as session:
        assert session.document.title == "A slider"
        assert named(session, "slider").value == 1
        assert list(named(session, "table").data["x"]) == [1, 2, 3]
        assert session.is_connected


async def test_what_changes_here_reaches_the_application_and_its_answer_is_here(app):
    async with pull_session(app) as session:
        named(session, "slider").value = 7
        await session.force_roundtrip()
        assert named(session, "label").text == "at [7]"


async def test_every_change_goes_out_in_order(app):
    async with pull_session(app) as session:
        for value in (3, 2, 9, 2):
            named(session, "slider").value = value
        await session.force_roundtrip()
        assert named(session, "label").text == "at [3, 2, 9, 2]"


async def test_what_changes_there_is_here_and_callbacks_hear_of_it(server, app):
    heard = []
    async with pull_session(app) as session:
        named(session, "slider").on_change("value", lambda attr, old, new: heard.append((old, new)))
        await server.change(lambda d: d.get_model_by_name("slider").update(value=5))
        await session.until(lambda: heard)
        assert heard == [(1, 5)]
        assert named(session, "slider").value == 5


async def test_changed_waits_for_the_next_change_from_elsewhere(server, app):
    async with pull_session(app) as session, trio.open_nursery() as nursery:
        nursery.start_soon(server.change, lambda d: setattr(d, "title", "Another"))
        named(session, "label").text = "mine"
        await session.changed()
        assert session.document.title == "Another"


async def test_what_a_callback_changes_here_goes_there(server, app):
    async with pull_session(app) as session:
        label = named(session, "label")
        label.on_change("text", lambda attr, old, new: setattr(session.document, "title", new))
        await server.change(lambda d: d.get_model_by_name("label").update(text="two"))
        await session.until(lambda: session.document.title == "two")
        await session.force_roundtrip()
        assert server.sessions()[0].document.title == "two"


async def test_models_that_come_and_go_on_either_side(server, app):
    async with pull_session(app) as session:
        session.document.add_root(Div(name="from here", text="!"))
        await session.force_roundtrip()
        theirs = server.sessions()[0].document
        assert theirs.get_model_by_name("from here").text == "!"
        await server.change(lambda d: d.add_root(Div(name="from there", text="?")))
        await session.until(lambda: named(session, "from there"))
        named(session, "from there").text = "??"
        session.document.remove_root(named(session, "from here"))
        await session.force_roundtrip()
        assert theirs.get_model_by_name("from there").text == "??"
        assert theirs.get_model_by_name("from here") is None


async def test_rows_are_streamed_and_patched_both_ways(server, app):
    async with pull_session(app) as session:
        table = named(session, "table")
        table.stream({"x": [4]})
        table.patch({"x": [(0, 10)]})
        await session.force_roundtrip()
        theirs = server.sessions()[0].document.get_model_by_name("table")
        assert list(theirs.data["x"]) == [10, 2, 3, 4]
        await server.change(lambda d: d.get_model_by_name("table").stream({"x": [5]}))
        await session.until(lambda: len(table.data["x"]) == 5)
        assert list(table.data["x"]) == [10, 2, 3, 4, 5]


async def test_two_clients_of_one_session_see_each_other(app):
    async with pull_session(app) as first, pull_session(app, session_id=first.id) as second:
        assert second.id == first.id
        named(first, "slider").value = 8
        await second.until(lambda: named(second, "slider").value == 8)
        await second.until(lambda: named(second, "label").text == "at [8]")


@pytest.mark.parametrize(
    "arguments", [{"N": "10", "who": "ä&b"}, {"N": [b"10"], "who": ["ä&b".encode()]}]
)
async def test_arguments_reach_the_application(app, arguments):
    async with pull_session(app, arguments=arguments) as session:
        assert eval(named(session, "asked").text) == {"N": [b"10"], "who": ["ä&b".encode()]}


async def test_arguments_reach_the_application_at_the_root_over_the_websocket_alone(tmp_path):
    async with our_server(tmp_path, {"/": SLIDER}) as server:
        url = server.url.replace("http", "ws") + "/ws"
        token = make_token(make_session_id(TOKENS), TOKENS, now=2**40)
        async with pull_session(url, token=token, arguments={"N": "10"}) as session:
            assert eval(named(session, "asked").text) == {"N": [b"10"]}
        async with pull_session(url, arguments={"N": "11"}) as session:
            assert eval(named(session, "asked").text) == {"N": [b"11"]}


async def test_headers_and_cookies_reach_the_application(tmp_path):
    source = SLIDER + (
        "request = document.session_context.request\n"
        "label.text = request.headers['X-Desk'] + request.cookies['who'].value\n"
    )
    async with our_server(tmp_path, {"/app": source}) as server:
        headers, cookies = {"X-Desk": "7"}, {"who": "anna"}
        async with pull_session(f"{server.url}/app", headers=headers, cookies=cookies) as session:
            assert named(session, "label").text == "7anna"


async def test_a_pushed_document_is_the_sessions_and_stays_in_step(server, app):
    slider = Slider(name="pushed", start=0, end=10, value=1)
    document = Document(title="Pushed")
    document.add_root(slider)
    async with push_session(document, app) as session:
        assert session.document is document
        theirs = server.sessions()[0].document
        assert theirs.title == "Pushed"
        assert [root.name for root in theirs.roots] == ["pushed"]
        slider.value = 4
        await session.force_roundtrip()
        assert theirs.get_model_by_name("pushed").value == 4
        async with pull_session(app, session_id=session.id) as other:
            named(other, "pushed").value = 5
            await session.until(lambda: slider.value == 5)
    slider.value = 6  # the document is the program's alone again


async def test_what_changed_last_is_sent_before_the_block_ends(server, app):
    async with pull_session(app) as session:
        named(session, "slider").value = 33
    with trio.fail_after(5):
        while server.sessions()[0].document.get_model_by_name("slider").value != 33:  # noqa: ASYNC110
            await trio.sleep(0.01)


async def test_the_versions_of_the_server(app):
    async with pull_session(app) as session:
        info = await session.server_info()
        assert info["version_info"]["bokeh"].startswith("3.")


async def test_what_a_callback_raises_comes_out_of_the_block(server, app):
    async def listen():
        async with pull_session(app) as session:
            named(session, "label").on_change("text", lambda attr, old, new: 1 / 0)
            await server.change(lambda d: d.get_model_by_name("label").update(text="two"))
            await trio.sleep_forever()

    with pytest.raises(ZeroDivisionError):
        await listen()


async def test_what_the_block_raises_comes_out_as_it_is(app):
    with pytest.raises(ZeroDivisionError):
        async with pull_session(app):
            raise ZeroDivisionError


async def test_a_value_that_cannot_be_sent_is_an_error_where_it_is_set(app):
    async with pull_session(app) as session:
        with pytest.raises(Exception, match="serialize"):
            named(session, "label").tags = [object()]
        named(session, "slider").value = 7
        await session.force_roundtrip()
        assert named(session, "label").text == "at [7]"


async def test_an_application_that_raises_over_a_change_is_news_and_no_end(app):
    news = []
    async with pull_session(app, on_news=news.append) as session:
        named(session, "slider").value = 66
        await session.force_roundtrip()
        assert named(session, "label").text == "at [66]"
    assert [type(each).__name__ for each in news] == ["ApplicationRaised"]


async def test_callbacks_in_time_are_refused_with_the_reason(app):
    async with pull_session(app) as session:
        with pytest.raises(RuntimeError, match="use a task or a loop"):
            session.document.add_next_tick_callback(lambda: None)


async def test_another_thread_may_not_change_the_document(app):
    async with pull_session(app) as session:
        change = named(session, "slider").update
        with pytest.raises(RuntimeError, match=r"docsync_trio\.blocking"):
            await trio.to_thread.run_sync(lambda: change(value=4))


async def test_where_there_is_no_application(server):
    with pytest.raises(NoSuchApplication, match=r"no application at .*/nothing; check its path"):
        async with pull_session(f"{server.url}/nothing"):
            pass
    token = make_token(make_session_id(TOKENS), TOKENS, now=2**40)
    with pytest.raises(NoSuchApplication, match="No application has a websocket here") as caught:
        async with pull_session(f"{server.url}/nothing", token=token):
            pass
    assert caught.value.status == 404


async def test_an_application_that_fails(tmp_path):
    async with our_server(tmp_path, {"/app": BROKEN}) as server:
        for more in ({}, {"token": make_token(make_session_id(TOKENS), TOKENS, now=2**40)}):
            with pytest.raises(
                ApplicationFailed, match=r"failed; the server.s log has it. The server says"
            ) as caught:
                async with pull_session(f"{server.url}/app", **more):
                    pass
            assert caught.value.status == 500


async def test_a_server_that_is_full(tmp_path):
    async with our_server(tmp_path, sessions={"max_sessions": 1}) as server:
        app = f"{server.url}/app"
        async with pull_session(app):
            with pytest.raises(ServerFull, match="no room now") as caught:
                async with pull_session(app):
                    pass
            assert caught.value.retry_after == 10


async def test_a_session_that_is_full(tmp_path):
    async with our_server(tmp_path, sessions={"max_connections": 1}) as server:
        app = f"{server.url}/app"
        async with pull_session(app) as session:
            with pytest.raises(ServerFull, match="all the connections it may have"):
                async with pull_session(app, session_id=session.id):
                    pass


async def test_an_origin_that_is_not_let_in(app):
    with pytest.raises(OriginRefused, match="origin are not allowed"):
        async with pull_session(app, headers={"Origin": "http://evil.example"}):
            pass


async def test_a_token_that_is_too_old(app):
    token = make_token(make_session_id(TOKENS), TOKENS, now=1000)
    with pytest.raises(TokenExpired, match="too old"):
        async with pull_session(app, token=token):
            pass


async def test_a_token_or_an_id_of_somebody_else(app):
    others = TokenSettings(b"another key", signed=True, expiration=300)
    with pytest.raises(TokenRefused, match="Invalid token"):
        async with pull_session(app, token=make_token(make_session_id(others), others, now=2**40)):
            pass
    with pytest.raises(TokenRefused, match="Invalid session id"):
        async with pull_session(app, session_id="chosen by me"):
            pass


async def test_where_nobody_listens():
    with pytest.raises(ServerUnreachable, match=r"nobody answers at 127.0.0.1:9 .*running"):
        async with pull_session("http://127.0.0.1:9/app"):
            pass


async def test_a_server_that_does_not_answer():
    async def silent(stream):
        await trio.sleep_forever()

    async with trio.open_nursery() as nursery:
        (listener,) = await nursery.start(partial(trio.serve_tcp, silent, 0, host="127.0.0.1"))
        url = f"http://127.0.0.1:{listener.socket.getsockname()[1]}/app"
        with pytest.raises(NoAnswer, match=r"within 0.05 s"):
            async with pull_session(url, patience=Patience(connect=0.05)):
                pass
        nursery.cancel_scope.cancel()
