"""The page that operators look at, and its JSON."""

import json
import time

import pytest
import trio

from docsync_trio.base import events
from docsync_trio.base.log_owner import short_session
from docsync_trio.base.traffic import Traffic
from docsync_trio.config.bind import TcpBind
from docsync_trio.config.schema import MonitoringSettings, SessionSettings
from docsync_trio.server.monitored_site import MonitoredSite
from docsync_trio.server.monitoring.health import Question
from docsync_trio.server.monitoring.open_monitoring import make_monitoring, own_address
from docsync_trio.server.monitoring.operators_page import (
    MOST,
    OperatorsPage,
    Totals,
    as_page,
    wants_page,
)
from docsync_trio.server.monitoring.roll import Roll
from docsync_trio.server.process.pulse import Pulse
from tests.server.a_site import a_site, application
from tests.server.memory_client import ask
from tests.server.monitoring.test_health import get

BROWSER = Question(accept="text/html,application/xhtml+xml,*/*;q=0.8")
ONE = "0123456789abcdef0123456789abcdef"
WANTED = MonitoringSettings(sessions="/sessions")
PAGE = {"accept": "text/html"}


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.mark.parametrize(
    ("query", "accept", "page"),
    [
        ("", "text/html,*/*;q=0.8", True),
        ("", "application/json", False),
        ("", "text/html;q=0.1, application/json", False),
        ("", "*/*", False),
        ("", "", False),
        ("format=json", "text/html", False),
        ("format=html", "application/json", True),
        ("refresh=off", "text/html", True),
    ],
)
def test_browsers_get_a_page_and_programs_json(query, accept, page):
    assert wants_page(Question(query, accept)) is page


def test_json_has_what_there_is_in_numbers():
    clock = Clock()
    page = OperatorsPage(Pulse(clock), clock)
    clock.now += 5
    page.observe(events.SessionOpened("/b", ONE, 0.1, "ada", lambda: 14.96))
    page.observe(events.SessionOpened("/a", "gone", 0.1))
    carried = Traffic(messages_in=1, bytes_in=20, messages_out=3, bytes_out=400, queued=5)
    page.observe(events.ConnectionOpened("/b", ONE, "p", 1, carried))
    page.observe(events.CallbackFailed("/b", ONE, "x", ValueError()))
    clock.now += 10
    page.observe(events.SessionEnded("/a", "gone", "no longer used"))
    clock.now += 10
    told = json.loads(page.answer(Question()).body)

    assert {name: told[name] for name in ("sessions", "viewed", "connections", "uptime")} == {
        "sessions": 1,
        "viewed": 1,
        "connections": 1,
        "uptime": 25.0,
    }
    assert set(told["versions"]) == {"docsync-trio", "bokeh", "python"}
    assert told["loop_lag"] == 0
    assert told["memory"] > 1_000_000
    assert told["living"] == [
        {
            "application": "/b",
            "session": short_session(ONE),
            "user": "ada",
            "age": 20.0,
            "connections": 1,
            "remaining": 15.0,
            "messages_in": 1,
            "messages_out": 3,
            "bytes_in": 20,
            "bytes_out": 400,
            "outbox": 5,
            "errors": 1,
        }
    ]
    (ended,) = told["ended"]
    assert (ended["application"], ended["reason"]) == ("/a", "no longer used")
    assert (ended["lived"], ended["ended"]) == (10.0, 10.0)


def test_what_others_have_named_is_text_and_nothing_else():
    page = OperatorsPage(Pulse(), time.monotonic)
    page.observe(events.SessionOpened("/a&b", "<i>1</i>", 0.1, "<script>x</script>\ud800"))
    page.observe(events.SessionOpened("/a&b", "2", 0.1))
    page.observe(events.SessionEnded("/a&b", "2", "<b>"))
    text = page.answer(BROWSER).body.decode()

    assert "<script" not in text
    assert "&lt;script&gt;x&lt;/script&gt;?" in text
    assert "<i>" not in text
    assert "<b>" not in text
    assert "/a&amp;b" in text


def test_of_very_many_the_first_by_application_are_shown_and_json_has_all():
    page = OperatorsPage(Pulse(), time.monotonic)
    for number in range(MOST + 20):
        page.observe(events.SessionOpened("/b" if number < 30 else "/a", f"{number:08}", 0.1))
    text = page.answer(BROWSER).body.decode()

    assert text.count("<td>/a</td>") == MOST - 10
    assert text.count("<td>/b</td>") == 10
    assert "20 more are not shown" in text
    assert len(json.loads(page.answer(Question()).body)["living"]) == MOST + 20


def test_the_page_comes_again_by_itself_until_it_is_told_not_to():
    page = OperatorsPage(Pulse(), time.monotonic)

    assert b'http-equiv="refresh"' in page.answer(BROWSER).body
    still = page.answer(Question("refresh=off", "text/html"))
    assert b'http-equiv="refresh"' not in still.body
    assert "default-src 'none'" in still.headers["content-security-policy"]


def test_memory_that_is_not_known_is_left_out():
    totals = Totals(0, 0, 0, None, 0.012, 7200.0)

    text = as_page(totals, Roll().living(), (), 0).decode()
    assert "Memory" not in text
    assert "up to 12 ms late" in text
    assert "Nobody is here" in text


async def test_operators_see_who_is_here_and_learn_nothing_to_come_in_with(tmp_path):
    async with a_site(application(tmp_path, "/app"), prefix="/desk") as site:
        monitoring = make_monitoring(WANTED, trio.Event())
        monitored = MonitoredSite(site.site, monitoring)
        observe = monitoring.observing(lambda _: None)

        async def asked(query="", **how):
            while site.events:
                observe(site.events.pop(0))
            return await ask(monitored.asgi, f"/desk/sessions{query}", **how)

        nobody = await asked(headers=PAGE)
        async with site.under_test.open("/desk/app") as visitor:
            await visitor.settled()
            ((whole, token),) = (
                (one.id, one.token) for one in site.context("/app").sessions.values()
            )
            page, told = await asked(headers=PAGE), await asked("?format=json", headers=PAGE)
            bare = await asked(headers=PAGE, method="HEAD")
            post = await asked(method="POST")
        (alone,) = json.loads((await asked()).text)["living"]

    assert (nobody.status, page.status, bare.status) == (200, 200, 200)
    assert post.status in {404, 405}
    assert "Nobody is here" in nobody.text
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["cache-control"] == "no-store"
    assert "content-security-policy" in page.headers
    assert told.headers["content-type"] == "application/json"
    assert (bare.text, bare.headers["content-type"]) == ("", "text/html; charset=utf-8")
    for text in (page.text, told.text):
        assert short_session(whole) in text
        assert whole not in text
        assert token
        assert token not in text
    (living,) = json.loads(told.text)["living"]
    assert (living["connections"], living["remaining"], living["user"]) == (1, None, None)
    assert living["bytes_in"] > 50
    assert living["bytes_out"] > 50
    assert alone["connections"] == 0
    assert 0 < alone["remaining"] <= SessionSettings().unused_lifetime
    assert alone["bytes_out"] >= living["bytes_out"]


async def test_it_is_nowhere_unless_it_is_asked_for(tmp_path):
    async with a_site(application(tmp_path, "/app")) as site:
        monitored = MonitoredSite(site.site, make_monitoring(MonitoringSettings(), trio.Event()))

        assert (await ask(monitored.asgi, "/sessions", headers=PAGE)).status == 404


def test_an_address_of_its_own_answers_without_the_loop():
    own = MonitoringSettings(sessions="/sessions", bind=TcpBind("127.0.0.1", 0))
    with own_address(make_monitoring(own, trio.Event())) as (listener,):
        address = listener.getsockname()
        status, body, headers = get(address, "/sessions?format=html")

        assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
        assert "Nobody is here" in body
        assert "Content-Security-Policy" in headers
        assert json.loads(get(address, "/sessions")[1])["living"] == []
