"""How long a session lives without connections, and all that ends with it."""

import math

import pytest
import trio
from bokeh.models import Div

from docsync_trio.base.events import ConnectionClosed, SessionEnded, SessionOpened
from docsync_trio.sessions.wire import Ending
from tests.sessions.fakes import on_stage

TIMES = {"unclaimed_lifetime": 5.0, "unused_lifetime": 20.0, "lost_lifetime": 80.0}


def app(document):
    document.add_root(Div(name="label"))


async def lifetime_after(stage, begun):
    """How long after *begun* the session ends."""
    while not stage.observed(SessionEnded):  # noqa: ASYNC110 - nothing to wait for but time
        await trio.sleep(0.5)
    return trio.current_time() - begun


async def test_a_page_that_never_opens_its_websocket_has_a_session_for_a_short_time(
    autojump_clock,
):
    async with on_stage(app, **TIMES) as stage:
        session = await stage.session()
        assert await lifetime_after(stage, trio.current_time()) == pytest.approx(5, abs=1)
        assert session.destroyed
        assert stage.context.living("one") is None
        assert stage.observed(SessionEnded)[0].reason == "never opened in a browser"


@pytest.mark.parametrize(
    ("code", "seconds", "reason"),
    [
        (1000, 20, "no longer used"),
        (1001, 20, "no longer used"),
        (1005, 20, "no longer used"),
        (4321, 20, "no longer used"),
        (1006, 80, "connection lost and not resumed"),
        (1002, 80, "connection lost and not resumed"),
        (1009, 80, "connection lost and not resumed"),
    ],
)
async def test_how_the_last_connection_ended_decides_how_long_the_session_lives_on(
    autojump_clock, code, seconds, reason
):
    async with on_stage(app, **TIMES) as stage:
        session = await stage.session()
        browser = await stage.open(session)
        await trio.sleep(1000)
        assert not stage.observed(SessionEnded), "while somebody is connected it lives"
        browser.wire.close(code)
        begun = trio.current_time()
        assert await lifetime_after(stage, begun) == pytest.approx(seconds, abs=1)
        assert stage.observed(SessionEnded)[0].reason == reason
        assert stage.observed(ConnectionClosed)[0].code == code


async def test_a_session_that_a_program_made_waits_for_a_page_as_one_without_a_websocket_does(
    autojump_clock,
):
    # A view of Flask makes one, leaves it, and puts it into a page that nobody may ever open.
    async with on_stage(app, **TIMES) as stage:
        session = await stage.session()
        program = await stage.open(session, in_browser=False)
        await trio.sleep(1000)
        program.wire.close(1000)
        begun = trio.current_time()
        assert await lifetime_after(stage, begun) == pytest.approx(5, abs=1)
        assert stage.observed(SessionEnded)[0].reason == "never opened in a browser"


async def test_a_session_that_was_seen_in_a_page_is_no_longer_used_when_a_program_leaves_it(
    autojump_clock,
):
    async with on_stage(app, **TIMES) as stage:
        session = await stage.session()
        (await stage.open(session)).wire.close(1000)
        program = await stage.open(session, in_browser=False)
        program.wire.close(1000)
        begun = trio.current_time()
        assert await lifetime_after(stage, begun) == pytest.approx(20, abs=1)
        assert stage.observed(SessionEnded)[0].reason == "no longer used"


async def test_who_comes_back_in_time_finds_the_session(autojump_clock):
    async with on_stage(app, **TIMES) as stage:
        session = await stage.session()
        first = await stage.open(session)
        first.wire.close(1006)
        await trio.sleep(79)
        assert await stage.session() is session
        second = await stage.open(session)
        await trio.sleep(1000)
        second.wire.close(1000)
        await trio.sleep(19)
        assert stage.context.living("one") is session
        await trio.sleep(2)
        assert stage.context.living("one") is None


async def test_what_is_left_of_a_session_is_told_to_whoever_asks(autojump_clock):
    async with on_stage(app, **TIMES) as stage:
        session = await stage.session()
        (opened,) = stage.observed(SessionOpened)
        await trio.sleep(2)
        assert opened.remaining() == pytest.approx(3, abs=0.1)
        browser = await stage.open(session)
        assert opened.remaining() == math.inf
        browser.wire.close(1006)
        await trio.sleep(10)
        assert opened.remaining() == pytest.approx(70, abs=0.1)
        session.block_expiration()
        assert opened.remaining() == math.inf
        session.unblock_expiration()
        await trio.sleep(1000)
        assert opened.remaining() == 0


async def test_only_the_last_connection_counts(autojump_clock):
    async with on_stage(app, **TIMES) as stage:
        session = await stage.session()
        one, two = await stage.open(session), await stage.open(session)
        one.wire.close(1001)
        await trio.sleep(1000)
        assert stage.context.living("one") is session
        two.wire.close(1006)
        await trio.sleep(79)
        assert stage.context.living("one") is session


async def test_the_end_of_a_session_takes_all_of_it_along(autojump_clock):
    ended = []

    def busy(document):
        app(document)

        async def forever(name):
            try:
                await trio.sleep_forever()
            finally:
                ended.append(name)

        document.add_next_tick_callback(lambda: forever("callback"))
        document.add_periodic_callback(lambda: ended.append("tick"), 1000)
        document.session_context.start_soon(forever, "task")

    async with on_stage(busy, **TIMES) as stage:
        session = await stage.session()
        one, two = await stage.open(session, pull=False), await stage.open(session, pull=False)
        session.end(Ending(4007, "that is enough"), "the application said so")
        await trio.sleep(1)
        assert one.ending == two.ending == Ending(4007, "that is enough")
        assert sorted(set(ended)) == ["callback", "task"]
        await trio.sleep(10)
        assert "tick" not in ended, "the callback before it never came to its end"
        assert stage.observed(SessionEnded)[0].reason == "the application said so"


async def test_a_periodic_callback_ends_with_its_session(autojump_clock):
    ran = []

    def ticking(document):
        document.add_periodic_callback(lambda: ran.append(trio.current_time()), 1000)

    async with on_stage(ticking, **TIMES) as stage:
        await stage.session()
        await trio.sleep(100)
    assert len(ran) in (4, 5)


async def test_a_websocket_that_comes_too_late_is_told_so(autojump_clock):
    async with on_stage(app, **TIMES) as stage:
        session = await stage.session()
        session.end(Ending(4007, "enough"), "enough")
        browser = await stage.open(session, pull=False)
        assert browser.ending == Ending(4007, "enough")
        assert browser.kinds == []


async def test_the_first_reason_for_an_end_stands(autojump_clock):
    async with on_stage(app, **TIMES) as stage:
        session = await stage.session()
        session.end(Ending(4001, "first"), "first")
        session.end(Ending(4002, "second"), "second")
        await trio.sleep(1)
        assert stage.observed(SessionEnded)[0].reason == "first"


async def test_an_end_that_the_application_asks_for_while_it_builds_comes_at_once(autojump_clock):
    def brief(document):
        document.session_context.session.end(Ending(4007, "enough"), "enough")

    async with on_stage(brief, **TIMES) as stage:
        session = await stage.session()
        await trio.sleep(0.1)
        assert session.destroyed
        assert stage.observed(SessionEnded)[0].reason == "enough"


async def test_a_message_that_waited_when_its_connection_went_makes_no_viewer(autojump_clock):
    def slow(document):
        app(document)

        async def hold_up():
            await trio.sleep(10)

        document.add_timeout_callback(hold_up, 1000)

    async with on_stage(slow, **TIMES) as stage:
        session = await stage.session()
        browser = await stage.open(session)
        await trio.sleep(2)
        browser.pull()
        await browser.settle()
        browser.wire.close(1001)
        await trio.sleep(15)
        assert not session._shared._views


async def test_a_session_lives_on_while_its_expiration_is_blocked(autojump_clock):
    async with on_stage(lambda document: None, unclaimed_lifetime=10) as stage:
        session = await stage.session()
        session.block_expiration()
        await trio.sleep(100)
        assert list(stage.context.sessions) == ["one"]

        session.unblock_expiration()
        await trio.sleep(9)
        assert list(stage.context.sessions) == ["one"]
        await trio.sleep(2)
        assert not stage.context.sessions
