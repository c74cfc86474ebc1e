"""What a client does when its connection breaks, and what it says about it."""

from contextlib import asynccontextmanager

import pytest
import trio
from bokeh.document import Document
from bokeh.models import Div, Slider

from docsync_trio.client import (
    ConnectionLost,
    Patience,
    Rejoined,
    Remade,
    ServerUnreachable,
    SessionExpired,
    pull_session,
    push_session,
)
from docsync_trio.client import patience as patience_module
from docsync_trio.client.patience import Waits
from docsync_trio.sessions.wire import Ending
from tests.client.our_server import our_server


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch):
    monkeypatch.setattr(patience_module, "FIRST_WAIT", 0.02)


def named(session, name):
    return session.document.get_model_by_name(name)


@asynccontextmanager
async def pulled(server, news, **more):
    async with pull_session(f"{server.url}/app", on_news=news.append, **more) as session:
        yield session


async def back(session, news, kind):
    with trio.fail_after(20):
        await session.until(lambda: any(isinstance(each, kind) for each in news))


async def test_after_a_cut_it_is_the_same_session_with_what_happened_meanwhile(tmp_path):
    news, heard = [], []
    async with our_server(tmp_path) as server, pulled(server, news) as session:
        label, slider = named(session, "label"), named(session, "slider")
        label.on_change("text", lambda attr, old, new: heard.append(new))
        slider.on_change("value", lambda attr, old, new: heard.append(new))
        server.cut()

        def meanwhile(document):
            document.get_model_by_name("label").text = "meanwhile"
            document.remove_root(document.get_model_by_name("table"))
            document.add_root(Div(name="new", text="fresh"))
            document.title = "Later"

        await server.change(meanwhile)
        await back(session, news, Rejoined)

        assert [type(each) for each in news] == [ConnectionLost, Rejoined]
        assert news[1].not_kept == ()
        assert named(session, "label") is label, "what the program holds is still the document's"
        assert heard == ["meanwhile"], "only what has changed is told"
        assert named(session, "table") is None
        assert named(session, "new").text == "fresh"
        assert session.document.title == "Later"
        slider.value = 4
        await session.force_roundtrip()
        assert label.text == "at [4]"
        named(session, "new").text = "known"
        await session.force_roundtrip()
        assert server.sessions()[0].document.get_model_by_name("new").text == "known"


async def test_values_set_while_it_was_away_are_set_again(tmp_path):
    news = []
    async with our_server(tmp_path) as server, pulled(server, news) as session:
        server.cut()
        await back(session, news, ConnectionLost)
        assert not session.is_connected
        named(session, "slider").value = 12
        session.document.title = "mine"
        named(session, "table").data = {"x": [7, 8]}
        await back(session, news, Rejoined)
        await session.force_roundtrip()
        theirs = server.sessions()[0].document
        assert theirs.get_model_by_name("slider").value == 12
        assert theirs.title == "mine"
        assert list(theirs.get_model_by_name("table").data["x"]) == [7, 8]
        assert news[-1] == Rejoined(())


async def test_what_cannot_be_done_again_is_named(tmp_path):
    news = []
    async with our_server(tmp_path) as server, pulled(server, news) as session:
        server.cut()
        await back(session, news, ConnectionLost)
        named(session, "table").stream({"x": [4]})
        session.document.add_root(Div(name="added while away"))
        await back(session, news, Rejoined)
        assert [each.partition(" ")[0] for each in news[-1].not_kept] == [
            "ColumnsStreamed",
            "RootAdded",
        ]
        assert list(named(session, "table").data["x"]) == [1, 2, 3], "as it is on the server"
        assert named(session, "added while away") is None


async def test_a_question_that_was_on_its_way_is_asked_again(tmp_path):
    news = []
    async with our_server(tmp_path) as server, pulled(server, news) as session:
        server.cut()
        await session.force_roundtrip()
        assert isinstance(news[-1], Rejoined)


async def test_a_session_that_has_ended_is_an_error_with_the_servers_reason(tmp_path):
    async def end(server):
        async with pulled(server, []):
            server.sessions()[0].end(Ending(4000, "the session has ended"), "for the test")
            await trio.sleep_forever()

    async with our_server(tmp_path) as server:
        with pytest.raises(SessionExpired, match="the session has ended"):
            await end(server)


async def test_a_session_that_ended_while_it_was_away_is_the_same_error(tmp_path):
    news = []

    async def lose(server):
        async with pulled(server, news) as session:
            server.cut()
            await back(session, news, ConnectionLost)
            server.sessions()[0].end(Ending(1006), "for the test")
            await trio.sleep_forever()

    async with our_server(tmp_path) as server:
        with pytest.raises(SessionExpired):
            await lose(server)


async def test_where_the_site_says_so_it_goes_on_with_a_new_session(tmp_path):
    news = []
    site = our_server(tmp_path, sessions={"on_expired": "new"})
    async with site as server, pulled(server, news) as session:
        named(session, "slider").value = 5
        await session.force_roundtrip()
        server.sessions()[0].end(Ending(1006), "for the test")
        await back(session, news, Remade)
        assert named(session, "slider").value == 1
        named(session, "slider").value = 9
        await session.force_roundtrip()
        assert named(session, "label").text == "at [9]"


async def test_a_pushed_document_is_pushed_again_into_a_new_session(tmp_path):
    news = []
    document = Document()
    document.add_root(Slider(name="pushed", start=0, end=10, value=1))
    async with our_server(tmp_path, sessions={"on_expired": "new"}) as server:
        push = push_session(document, f"{server.url}/app", on_news=news.append)
        async with push as session:
            document.get_model_by_name("pushed").value = 3
            await session.force_roundtrip()
            server.sessions()[0].end(Ending(1006), "for the test")
            await back(session, news, Remade)
            assert server.sessions()[0].document.get_model_by_name("pushed").value == 3


async def test_it_comes_back_after_the_server_has_been_away(tmp_path):
    news = []
    sessions = {"on_expired": "new"}
    async with trio.open_nursery() as nursery:
        async with our_server(tmp_path, sessions=sessions) as first:
            port = int(first.url.rpartition(":")[2])
            gone = trio.Event()

            async def client():
                async with pulled(first, news) as session:
                    gone.set()
                    await back(session, news, Remade)
                    assert named(session, "slider").value == 1

            nursery.start_soon(client)
            await gone.wait()
        with trio.fail_after(20):
            while len(news) < 3:  # noqa: ASYNC110
                await trio.sleep(0.01)
        async with our_server(tmp_path, port=port, sessions=sessions):
            while not any(isinstance(each, Remade) for each in news):  # noqa: ASYNC110
                await trio.sleep(0.01)
    assert {type(each) for each in news} == {ConnectionLost, Remade}


async def test_it_gives_up_when_its_patience_is_at_an_end(tmp_path):
    news = []

    async def lose(server):
        async with pulled(server, news, patience=Patience(reconnect=0)):
            server.cut()
            await trio.sleep_forever()

    async with our_server(tmp_path) as server:
        with pytest.raises(ServerUnreachable, match=r"no connection to .* within 0 s"):
            await lose(server)
    assert news == []


def test_the_waits_are_those_of_a_page():
    waits = Waits(Patience(reconnect=1000), spread=lambda: 1.0)
    waits.in_step(0.0)
    assert waits.next(100.0) == pytest.approx(0.02)
    assert waits.next(101.0) == pytest.approx(0.04)
    for at in range(102, 125):
        last = waits.next(at)
    assert last == 30.0
    waits.in_step(130.0)
    assert waits.next(131.0) == 30.0, "a connection that did not hold is no reason to hurry"
    waits.in_step(140.0)
    assert waits.next(160.0) == pytest.approx(0.02)
