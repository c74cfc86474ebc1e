"""One function for the documents of all sessions, and what becomes of it where one is busy."""

import pytest
import trio
from bokeh.io import curdoc
from bokeh.models import Div

from docsync_trio.applications.hooks import Hooks
from docsync_trio.base.events import ApplicationTaskFailed, CallbackFailed
from docsync_trio.sessions.wire import Ending
from tests.sessions.fakes import on_stage

ENOUGH = Ending(4000, "enough")


def app(document):
    document.add_root(Div(name="label", text="old"))


def set_text(text):
    def change(document):
        assert curdoc() is document
        document.get_model_by_name("label").text = text

    return change


async def sessions(stage, *names):
    return [await stage.session(name) for name in names]


async def busy(session, seconds):
    """Let *session* be busy with a callback of its own."""

    async def callback():
        await trio.sleep(seconds)

    session.document.add_next_tick_callback(callback)
    await trio.testing.wait_all_tasks_blocked()


async def test_every_session_is_updated_and_the_producer_hears_of_it():
    async with on_stage(app) as stage:
        one, two = await sessions(stage, "one", "two")
        browsers = [await stage.open(one), await stage.open(two), await stage.open(two)]
        updated = await stage.context.server_context.update_sessions(set_text("new"))
        assert sorted(updated.updated) == ["one", "two"]
        assert (updated.failed, updated.late) == ({}, ())
        for browser in browsers:
            assert (await browser.settle()).value("label", "text") == "new"


async def test_an_application_without_sessions_is_updated_in_no_time(autojump_clock):
    async with on_stage(app) as stage:
        begun = trio.current_time()
        updated = await stage.context.server_context.update_sessions(set_text("new"))
        assert (updated.updated, updated.late) == ((), ())
        assert trio.current_time() == begun


async def test_a_session_that_raises_is_told_and_keeps_no_other_from_it():
    async with on_stage(app) as stage:
        _, bad, _ = await sessions(stage, "one", "bad", "three")

        async def change(document):
            if document is bad.document:
                raise ZeroDivisionError
            set_text("new")(document)

        updated = await stage.context.server_context.update_sessions(change)
        assert sorted(updated.updated) == ["one", "three"]
        assert list(updated.failed) == ["bad"]
        (failed,) = stage.observed(CallbackFailed)
        assert failed.error is updated.failed["bad"]
        assert (failed.session, failed.what.startswith("update ")) == ("bad", True)
        assert "change" in failed.what


async def test_a_busy_session_is_waited_for_once_and_loses_nothing(autojump_clock):
    got = []

    async with on_stage(app) as stage:
        stuck, _ = await sessions(stage, "stuck", "two")
        await busy(stuck, 5)
        server_context = stage.context.server_context
        for number in range(3):
            begun = trio.current_time()

            def note(document, number=number):
                got.append((document.session_context.id, number))

            updated = await server_context.update_sessions(note, within=0.5)
            assert "stuck" in updated.late
            waited = trio.current_time() - begun
            assert waited == pytest.approx(0.5 if number == 0 else 0)
        await trio.sleep(5)
        assert got == [*(("two", n) for n in range(3)), *(("stuck", n) for n in range(3))]
        await busy(stuck, 0.25)
        updated = await server_context.update_sessions(note, within=0.5)
        assert sorted(updated.updated) == ["stuck", "two"]


async def test_nobody_waits_longer_than_the_slowest(autojump_clock):
    async with on_stage(app) as stage:
        await sessions(stage, "one", "two", "three")

        async def slow(document):
            await trio.sleep(0.75)

        begun = trio.current_time()
        updated = await stage.context.server_context.update_sessions(slow)
        assert len(updated.updated) == 3
        assert trio.current_time() == pytest.approx(begun + 0.75)


async def test_a_session_that_ends_before_its_turn_is_in_no_list(autojump_clock):
    async with on_stage(app) as stage:
        (one,) = await sessions(stage, "one")
        await busy(one, 20)
        results = []

        async def update():
            server_context = stage.context.server_context
            results.append(await server_context.update_sessions(pytest.fail, within=60))

        async with trio.open_nursery() as nursery:
            nursery.start_soon(update)
            await trio.testing.wait_all_tasks_blocked()
            one.end(ENOUGH, "enough")
        (updated,) = results
        assert (updated.updated, updated.failed, updated.late) == ((), {}, ())


async def test_a_session_that_ends_during_its_update_is_in_no_list(autojump_clock):
    async with on_stage(app) as stage:
        (one,) = await sessions(stage, "one")

        async def end_it(document):
            one.end(ENOUGH, "enough")
            await trio.sleep_forever()

        with trio.fail_after(5):
            updated = await stage.context.server_context.update_sessions(end_it, within=60)
        assert (updated.updated, updated.failed, updated.late) == ((), {}, ())
        assert not stage.observed(CallbackFailed)
        again = await stage.context.server_context.update_sessions(pytest.fail)
        assert again.late == ()


async def test_a_callback_that_updates_all_is_not_made_to_wait_for_itself(autojump_clock):
    results = []

    async with on_stage(app) as stage:
        one, two = await sessions(stage, "one", "two")

        async def tell_all(document):
            update = stage.context.server_context.update_sessions(set_text("from one"))
            results.append(await update)

        begun = trio.current_time()
        await one.with_document(tell_all)
        assert trio.current_time() == begun
        assert (results[0].updated, results[0].late) == (("two",), ("one",))
        for session in (one, two):
            browser = await stage.open(session)
            assert browser.value("label", "text") == "from one"


async def test_a_task_of_the_application_feeds_all_sessions(autojump_clock):
    async def feed(server_context, pause):
        for number in range(100):
            await trio.sleep(pause)
            await server_context.update_sessions(set_text(str(number)))

    hooks = Hooks(on_server_loaded=(lambda context: context.start_soon(feed, context, 1.0),))
    async with on_stage(app, hooks=hooks) as stage:
        browser = await stage.open(await stage.session())
        await trio.sleep(3.5)
        assert browser.read().value("label", "text") == "2"
        assert not stage.observed(ApplicationTaskFailed)


async def test_a_task_of_the_application_that_fails_is_over_and_the_application_lives(
    autojump_clock,
):
    async def feed(server_context):
        await server_context.update_sessions(set_text("before"))
        raise ConnectionError("the exchange is closed")

    hooks = Hooks(on_server_loaded=(lambda context: context.start_soon(feed, context),))
    async with on_stage(app, hooks=hooks) as stage:
        await trio.testing.wait_all_tasks_blocked()
        (failed,) = stage.observed(ApplicationTaskFailed)
        assert "feed" in failed.what
        await sessions(stage, "one")
        updated = await stage.context.server_context.update_sessions(set_text("after"))
        assert updated.updated == ("one",)


async def test_a_feed_for_asyncio_works_too():
    seen = []

    async def feed(server_context):
        async def change(document):
            seen.append(document.session_context.id)

        seen.append(await server_context.update_sessions(change))

    async with on_stage(app, async_kind="asyncio") as stage:
        await sessions(stage, "one")
        stage.context.server_context.start_soon(feed, stage.context.server_context)
        await trio.testing.wait_all_tasks_blocked(0.01)
        assert not stage.observed(ApplicationTaskFailed)
        assert seen[0] == "one"
        assert seen[1].updated == ("one",)


async def test_a_plain_function_in_a_thread_sends_an_update_without_waiting():
    done = trio.Event()

    async with on_stage(app, run_in="thread") as stage:
        (one,) = await sessions(stage, "one")
        browser = await stage.open(one)

        async def change(document):
            set_text("from a thread")(document)
            done.set()

        update = stage.context.server_context.update_sessions
        await trio.to_thread.run_sync(update, change)
        with trio.fail_after(5):
            await done.wait()
        assert (await browser.settle()).value("label", "text") == "from a thread"
