"""What a session has for pages that lose their connection and come back."""

import orjson
import trio
from bokeh.models import Slider

from docsync_trio.base.events import SessionEnded
from docsync_trio.protocol.close_codes import CloseCode
from docsync_trio.protocol.outgoing import outgoing
from docsync_trio.sessions.wire import Ending
from tests.sessions.fakes import on_stage


def slow(document):
    """A slider, and a callback that takes a minute."""

    async def compute():
        await trio.sleep(60)

    document.add_root(Slider(start=0, end=10, value=1, name="slider"))
    document.add_next_tick_callback(compute)


def ask(browser, **content):
    browser.say(outgoing("SERVER-INFO-REQ", orjson.dumps(content)))


def greeting(browser):
    first = next(message for message in browser.messages if message.kind == "ACK")
    return orjson.loads(first.frames[2])["session"]


async def test_a_page_that_asks_whether_we_are_there_need_not_wait_for_a_busy_session(
    autojump_clock,
):
    async with on_stage(slow) as stage:
        session = await stage.session()
        browser = await stage.open(session, pull=False)
        ask(browser, at_once=True)
        await browser.settle()
        assert browser.kinds == ["ACK", "SERVER-INFO-REPLY"]
        ask(browser)
        await browser.settle()
        assert browser.kinds == ["ACK", "SERVER-INFO-REPLY"]
        await trio.sleep(61)
        await browser.settle()
        assert browser.kinds[2:] == ["SERVER-INFO-REPLY"]


async def test_every_connection_of_a_session_is_greeted_alike_and_the_next_session_is_not():
    async with on_stage(slow) as stage:
        session = await stage.session("one")
        first, second = await stage.open(session), await stage.open(session)
        assert greeting(first) == greeting(second) != ""
        session.end(Ending(CloseCode.SESSION_ENDED), "told to")
        remade = await stage.session("one")
        assert remade is not session
        assert greeting(await stage.open(remade)) != greeting(first)


async def test_a_page_that_gave_up_a_silent_line_may_come_back_for_as_long_as_one_that_was_cut(
    autojump_clock,
):
    async with on_stage(slow, lost_lifetime=300, unused_lifetime=15) as stage:
        session = await stage.session()
        browser = await stage.open(session, pull=False)
        browser.wire.close(CloseCode.UNANSWERED)
        await trio.sleep(290)
        assert stage.context.living("one") is session
        await trio.sleep(11 + 60)
        assert stage.observed(SessionEnded)
