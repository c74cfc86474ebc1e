"""How an application ends: within its time, with every hook, whatever its code does."""

import pytest
import trio
from bokeh.models import Slider

from docsync_trio.applications.hooks import Hooks
from docsync_trio.base.errors import Refusal
from docsync_trio.base.events import CallbackFailed, PeerFault, SessionEnded
from docsync_trio.sessions.request import Request
from docsync_trio.sessions.wire import Ending
from tests.sessions.fakes import on_stage

RESTART = Ending(1012, "restart")


def empty(document):
    pass


async def test_a_task_that_swallows_its_cancellation_keeps_no_hook_from_running(autojump_clock):
    ran, released = [], trio.Event()

    async def stubborn():
        while not released.is_set():
            try:
                await trio.sleep_forever()
            except trio.Cancelled:
                with trio.CancelScope(shield=True):
                    await released.wait()

    def app(document):
        document.session_context.start_soon(stubborn)

    hooks = Hooks(
        on_session_destroyed=(lambda context: ran.append("session"),),
        on_server_unloaded=(lambda context: ran.append("server"),),
    )
    async with on_stage(app, hooks=hooks) as stage:
        await stage.session()
        begun = trio.current_time()
        await stage.context.end_sessions(RESTART, "restart", within=8.0)
        await stage.context.close()
        assert trio.current_time() - begun <= 8.0
        assert ran == ["session", "server"]
        (told,) = stage.observed(CallbackFailed)
        assert "stubborn" in told.what
        released.set()
    assert len(stage.observed(SessionEnded)) == 1
    assert ran == ["session", "server"], "each of them once"


async def test_hooks_that_hang_do_not_outlast_the_time(autojump_clock):
    ran = []

    async def hang(context):
        await trio.sleep_forever()

    hooks = Hooks(on_session_destroyed=(hang,), on_server_unloaded=(ran.append, hang))
    async with on_stage(empty, hooks=hooks) as stage:
        await stage.session()
        begun = trio.current_time()
        await stage.context.end_sessions(RESTART, "restart", within=4.0)
        await stage.context.close()
    assert trio.current_time() - begun <= 4.0
    assert len(ran) == 1


async def test_a_page_that_was_asked_for_is_made_while_the_server_ends(autojump_clock):
    async def slow(document):
        await trio.sleep(2)

    async with on_stage(slow) as stage, trio.open_nursery() as nursery:
        made = []

        async def visit():
            made.append(await stage.session())

        nursery.start_soon(visit)
        await trio.sleep(1)
        await stage.context.end_sessions(RESTART, "restart", within=10.0)
        await trio.sleep(2)
        assert len(made) == 1


async def test_a_page_that_is_still_not_made_in_the_end_is_told_so(autojump_clock):
    ended = []

    async def hang(document):
        await trio.sleep_forever()

    hooks = Hooks(on_session_destroyed=(lambda context: ended.append("session"),))
    async with on_stage(hang, hooks=hooks) as stage, trio.open_nursery() as nursery:

        async def visit():
            with pytest.raises(Refusal, match="restarting"):
                await stage.session()

        nursery.start_soon(visit)
        await trio.sleep(1)
        await stage.context.close()
    assert ended == ["session"]


async def test_websockets_are_sent_away_while_the_server_ends():
    async with on_stage(empty) as stage:
        await stage.context.end_sessions(RESTART, "restart", within=10.0)
        with pytest.raises(Refusal) as raised:
            await stage.context.session("new", Request(path="/app"), by_websocket=True)
        assert raised.value.status == 503


async def test_a_session_has_so_many_connections_and_no_more():
    async with on_stage(empty, max_connections=2) as stage:
        session = await stage.session()
        one, _ = await stage.open(session), await stage.open(session)
        third = await stage.open(session, pull=False)
        assert third.ending.code == 1008
        (fault,) = stage.observed(PeerFault)
        assert "sessions.max_connections" in fault.what
        one.wire.close(1001)
        await one.settle()
        assert (await stage.open(session)).kinds[0] == "ACK"


async def test_an_application_has_so_many_sessions_and_no_more():
    async with on_stage(empty, max_sessions=2, unclaimed_lifetime=1.0) as stage:
        for name in ("one", "two"):
            await stage.session(name)
        with pytest.raises(Refusal) as raised:
            await stage.session("three")
        assert raised.value.status == 503
        assert raised.value.retry_after
        assert "sessions.max_sessions" in raised.value.hint
        await stage.context.end_sessions(RESTART, "restart")
        await stage.session("three")


async def test_all_applications_together_have_so_many_sessions_and_no_more():
    async with on_stage(empty) as stage:
        stage.context._environment.facilities.room.most = 1
        await stage.session("one")
        with pytest.raises(Refusal) as raised:
            await stage.session("two")
        assert "server.max_sessions" in raised.value.hint


async def test_big_messages_that_wait_for_their_turn_are_not_read_ahead(autojump_clock):
    """A browser may send 20 MB, and not 64 times that while a callback runs."""
    size, number = 7_000_000, 10

    def app(document):
        slider = Slider(name="slider", start=0, end=9, value=0)
        document.add_root(slider)

        slider.on_change("value", lambda attr, old, new: document.add_next_tick_callback(slow))

    async def slow():
        await trio.sleep(10)

    async with on_stage(app) as stage:
        session = await stage.session()
        browser = await stage.open(session)
        slider = session.document.get_model_by_name("slider").id
        browser.change(slider, "value", 1)
        await browser.settle()
        for _ in range(number):
            browser.change(slider, "name", "x" * size)
        await trio.sleep(1)
        statistics = browser.wire._from_browser.statistics()
        assert statistics.current_buffer_used == number - 3, "two wait, one is in the hand"
        await trio.sleep(20)
        await browser.settle()
        assert browser.kinds.count("OK") == number + 1
