"""The fake browser, without a network and with one: both have to tell the same story."""

from functools import partial

import pytest
import trio
from bokeh.models import ColumnDataSource, Div

from docsync_trio.base.events import ConnectionClosed, SessionEnded
from docsync_trio.protocol.close_codes import CloseCode
from docsync_trio.testing import Refused, open_site
from tests.testing.applications import broken, desk

NETWORKS = pytest.mark.parametrize("port", [None, 0], ids=["memory", "sockets"])
pytestmark = [NETWORKS, pytest.mark.usefixtures("autojump_clock")]


@pytest.fixture
def opened(port, autojump_clock):
    return partial(open_site, port=port)


async def test_what_is_changed_in_a_page_comes_to_its_callbacks_and_back(opened, autojump_clock):
    async with opened(desk) as site, site.open() as page:
        page.model("slider").value = 3
        await page.settled()
        assert page.model("said").text == "moved to 3"
        page.click("button")
        await page.settled()
        assert page.model("said").text == "clicked"
        assert site.session().document.get_model_by_name("slider").value == 3


async def test_two_pages_of_one_application_are_strangers(opened, autojump_clock):
    async with opened(desk) as site, site.open("/desk") as one, site.open("/desk") as other:
        one.model("slider").value = 3
        await site.settled()
        assert other.model("slider").value == 0
        assert len(site.sessions("/desk")) == 2


async def test_a_page_waits_for_what_takes_time_without_waiting(opened, autojump_clock):
    def ticking(document):
        said = Div(name="said", text="")
        document.add_root(said)
        document.add_periodic_callback(lambda: setattr(said, "text", said.text + "x"), 60_000)

    async with opened(ticking) as site, site.open() as page:
        await page.changed(within=100)
        assert trio.current_time() == pytest.approx(60)
        await page.until(lambda: page.model("said").text == "xxx", within=1000)
        assert trio.current_time() == pytest.approx(180)
        with pytest.raises(AssertionError, match="not so within 10 s: a change comes"):
            await page.changed(within=10)


async def test_arguments_headers_and_cookies_reach_the_application(opened, autojump_clock):
    seen = []

    def app(document):
        request = document.session_context.request
        seen.append((request.arguments, request.headers["X-Desk"], request.cookies["who"]))

    async with opened(app) as site:
        how = {"headers": {"X-Desk": "7"}, "cookies": {"who": "me"}}
        async with site.open("/app?a=1", arguments={"b": "2"}, **how):
            assert seen == [({"a": [b"1"], "b": [b"2"]}, "7", "me")]
            assert site.session().arguments == seen[0][0]


async def test_a_closed_tab_and_a_lost_line_are_not_the_same_to_the_server(opened, autojump_clock):
    async with opened(desk) as site:
        async with site.open() as page:
            pass
        await site.until(lambda: site.observed(ConnectionClosed))
        assert page.closed.code == 1001
        assert site.observed(ConnectionClosed)[0].code == 1001
        await trio.sleep(20)
        assert site.observed(SessionEnded)[0].reason == "no longer used"
        async with site.open() as page:
            await page.lose_line()
            await trio.sleep(20)
            assert site.observed(ConnectionClosed)[1].code == 1006
            assert len(site.sessions()) == 1


async def test_a_page_that_comes_back_finds_its_session_and_what_happened(opened, autojump_clock):
    async with opened(desk) as site, site.open() as page:
        session = site.session()
        await page.lose_line()
        page.model("slider").value = 4
        await session.with_document(lambda d: setattr(d.get_model_by_name("button"), "label", "B"))
        await page.settled()
        assert session.document.get_model_by_name("slider").value == 0
        assert await page.come_back() == "rejoined"
        await page.settled()
        assert page.model("button").label == "B"
        assert page.model("said").text == "moved to 4"


async def test_somebody_elses_change_stands_when_a_page_comes_back(opened, autojump_clock):
    async with opened(desk) as site, site.open() as page:
        session = site.session()
        await page.lose_line()
        page.model("slider").value = 4
        await session.with_document(lambda d: setattr(d.get_model_by_name("slider"), "value", 9))
        assert await page.come_back() == "rejoined"
        await page.settled()
        assert session.document.get_model_by_name("slider").value == 9


async def test_a_page_whose_session_has_ended_reloads_itself(opened, autojump_clock):
    async with opened(desk) as site, site.open() as page:
        page.model("slider").value = 4
        await page.lose_line()
        await site.until(lambda: site.observed(SessionEnded), within=1000)
        assert await page.come_back() == "reloaded"
        assert page.model("slider").value == 0


async def test_a_page_may_go_on_with_a_new_session(opened, autojump_clock):
    async with (
        opened(desk, overrides=["sessions.on_expired=new"]) as site,
        site.open() as page,
    ):
        await page.lose_line()
        await trio.sleep(1000)
        assert await page.come_back() == "renewed"


async def test_a_reloaded_page_has_a_new_session_and_leaves_the_old(opened, autojump_clock):
    async with opened(desk) as site, site.open() as page:
        page.model("slider").value = 4
        await page.reload()
        assert page.model("slider").value == 0
        await trio.sleep(20)
        assert len(site.sessions()) == 1
        assert site.observed(SessionEnded)[0].reason == "no longer used"


async def test_a_page_that_cannot_be_made_is_refused_with_what_the_visitor_sees(
    opened, autojump_clock
):
    async with opened(broken, desk) as site, site.expect_error(ValueError, match="no data") as told:
        with pytest.raises(Refused, match="GET /broken: status 500") as refused:
            async with site.open("/broken"):
                pass
        assert refused.value.status == 500
        assert "no data today" in refused.value.text
    assert str(told.error) == "no data today"


async def test_a_page_of_another_origin_is_let_in_only_where_the_site_says_so(
    opened, autojump_clock
):
    elsewhere = {"headers": {"Origin": "http://elsewhere.example"}}
    async with opened(desk) as site:
        with pytest.raises(Refused, match="403"):
            async with site.open(**elsewhere):
                pass
    friends = ['server.allow_origins=["elsewhere.example"]']
    async with opened(desk, overrides=friends) as site, site.open(**elsewhere) as page:
        assert page.model("slider").value == 0


async def test_a_page_is_told_when_the_server_closes_its_websocket(opened, autojump_clock):
    most = ["server.max_message_size=10kB"]
    async with opened(desk, overrides=most) as site, site.open() as page:
        async with site.expect_error(match="max_message_size"):
            page.model("said").text = "x" * 10_000
            await page.until(lambda: page.closed)
        assert page.closed.code == CloseCode.TOO_BIG
        assert not site.session().has_ended


async def test_some_columns_of_a_table_come_to_a_page_that_keeps_the_others(opened, autojump_clock):
    columns = {name: list(range(200)) for name in "abc"}

    def app(document):
        document.add_root(ColumnDataSource(columns, name="table"))

    def change(document):
        table = document.get_model_by_name("table")
        table.data = {**table.data, "b": [0] * 200}

    async with opened(app) as site, site.open() as page:
        await site.session().with_document(change)
        await page.settled()
        assert dict(page.model("table").data) == {**columns, "b": [0] * 200}


async def test_an_instant_page_is_built_when_its_websocket_comes(opened, autojump_clock):
    async with opened(desk, overrides=["applications[0].page=instant"]) as site:
        assert (await site.get()).status == 200
        assert site.sessions() == []
        async with site.open() as page:
            assert page.model("slider").value == 0


async def test_a_name_that_no_model_has_is_answered_with_those_that_there_are(
    opened, autojump_clock
):
    async with opened(desk) as site, site.open() as page:
        with pytest.raises(LookupError, match="'slyder'; names are: button, said, slider, table"):
            page.model("slyder")
