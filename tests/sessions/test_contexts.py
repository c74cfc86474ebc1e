"""What application code may do with its session and its server, from wherever it runs."""

import threading

import pytest
import trio
from bokeh.document import Document
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


async def test_a_task_changes_the_document_when_it_is_its_turn(autojump_clock):
    def with_task(document):
        app(document)

        async def task(text):
            await trio.sleep(1)
            await context.with_locked_document(set_text(text))

        context = document.session_context
        context.start_soon(task, "from a task")

    async with on_stage(with_task) as stage:
        browser = await stage.open(await stage.session())
        await trio.sleep(2)
        assert browser.read().value("label", "text") == "from a task"


async def test_whoever_has_the_document_need_not_wait_for_it(autojump_clock):
    def nested(document):
        app(document)

        async def callback():
            context = document.session_context
            await context.with_locked_document(
                lambda d: context.with_locked_document(set_text("from within"))
            )

        document.add_next_tick_callback(callback)

    async with on_stage(nested) as stage:
        with trio.fail_after(5):
            browser = await stage.open(await stage.session())
        assert browser.value("label", "text") == "from within"
        assert not stage.observed(CallbackFailed)


async def test_a_task_that_outlives_the_callback_which_started_it_has_to_wait_for_its_turn(
    autojump_clock,
):
    order = []

    def with_nursery(document):
        app(document)
        context = document.session_context
        nurseries = []

        async def own_nursery():
            async with trio.open_nursery() as nursery:
                nurseries.append(nursery)
                await trio.sleep_forever()

        async def later():
            await trio.sleep(2)
            await context.with_locked_document(lambda d: order.append("task"))

        async def start_it():
            nurseries[0].start_soon(later)

        async def slow():
            await trio.sleep(5)
            order.append("slow callback")

        context.start_soon(own_nursery)
        document.add_timeout_callback(start_it, 1000)
        document.add_timeout_callback(slow, 2000)

    async with on_stage(with_nursery) as stage:
        await stage.session()
        await trio.sleep(10)
        assert order == ["slow callback", "task"]
        assert not stage.observed(CallbackFailed)


async def test_one_session_may_change_another(autojump_clock):
    async with on_stage(app) as stage:
        one, two = await stage.session("one"), await stage.session("two")
        browser = await stage.open(two)

        async def tell_the_other(document):
            await two.context.with_locked_document(set_text("from the other"))
            assert curdoc() is one.document

        await one.with_document(tell_the_other)
        assert (await browser.settle()).value("label", "text") == "from the other"


async def test_what_a_visit_raises_is_raised_to_the_visitor_and_to_nobody_else():
    async with on_stage(app) as stage:
        session = await stage.session()

        def bad(document):
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await session.with_document(bad)
        await session.with_document(set_text("alive"))
        assert not stage.observed(CallbackFailed)


async def test_a_visit_to_a_session_that_has_ended_does_nothing(autojump_clock):
    async with on_stage(app) as stage:
        session = await stage.session()
        session.end(ENOUGH, "enough")
        await trio.sleep(1)
        assert session.context.destroyed
        assert await session.context.with_locked_document(pytest.fail) is None


async def test_a_visit_to_a_session_that_ends_meanwhile_comes_back(autojump_clock):
    async with on_stage(app) as stage:
        session = await stage.session()
        results = []

        async def visit(function):
            results.append(await session.with_document(function))

        async def slow(document):
            await trio.sleep_forever()

        with trio.fail_after(5):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(visit, slow)
                await trio.sleep(0.5)
                nursery.start_soon(visit, pytest.fail)
                await trio.sleep(0.5)
                session.end(ENOUGH, "enough")
        assert results == [None, None]
        assert not stage.observed(CallbackFailed)


async def test_a_visitor_who_leaves_is_not_waited_for(autojump_clock):
    async with on_stage(app) as stage:
        session = await stage.session()

        async def slow(document):
            await trio.sleep_forever()

        with trio.move_on_after(1):
            await session.with_document(slow)
        with trio.fail_after(1):
            await session.with_document(set_text("next"))


async def test_a_task_that_raises_is_told_and_ends_alone(autojump_clock):
    async def bad():
        raise ZeroDivisionError

    ran = []

    async def good():
        await trio.sleep(1)
        ran.append("good")

    async with on_stage(app) as stage:
        session = await stage.session()
        for context in (session.context, session.context.server_context):
            context.start_soon(bad)
            context.start_soon(good)
        await trio.sleep(2)
        assert ran == ["good", "good"]
        assert len(stage.observed(CallbackFailed)) == 1
        assert len(stage.observed(ApplicationTaskFailed)) == 1
        assert stage.context.living("one") is session


async def test_server_callbacks_run_in_order_until_they_are_removed(autojump_clock):
    ran = []

    async def loaded(server_context):
        server_context.add_next_tick_callback(lambda: ran.append("tick"))
        server_context.add_timeout_callback(lambda: ran.append("timeout"), 1500)
        periodic = server_context.add_periodic_callback(lambda: ran.append("periodic"), 1000)
        never = server_context.add_timeout_callback(lambda: ran.append("never"), 2000)
        server_context.remove_timeout_callback(never)
        with pytest.raises(ValueError, match="already"):
            server_context.remove_timeout_callback(never)

        async def stop():
            server_context.remove_periodic_callback(periodic)

        server_context.add_timeout_callback(stop, 2500)

    async with on_stage(app, hooks=Hooks(on_server_loaded=(loaded,))):
        await trio.sleep(10)
    assert ran == ["tick", "periodic", "timeout", "periodic"]


async def test_a_server_callback_may_change_every_session(autojump_clock):
    async with on_stage(app) as stage:
        browsers = [await stage.open(await stage.session(str(number))) for number in range(3)]
        server_context = stage.context.server_context

        async def tell_all():
            for session in server_context.sessions:
                await session.context.with_locked_document(set_text("to all"))

        server_context.add_next_tick_callback(tell_all)
        for browser in browsers:
            assert (await browser.settle()).value("label", "text") == "to all"


async def test_the_session_context_tells_what_application_code_asks_for(autojump_clock):
    async with on_stage(app) as stage:
        session = await stage.session(query="a=1&a=2")
        context = session.document.session_context
        assert context is session.context
        assert context.id == session.id == "one"
        assert context.session is session
        assert context.document is session.document
        assert context.request.arguments == {"a": [b"1", b"2"]}
        assert context.server_context.application_context is stage.context
        assert context.logout_url is None
        assert not context.destroyed


async def test_threads_that_outlive_their_session_harm_nobody():
    ran = []

    async def task():
        ran.append("task")

    async with on_stage(app) as stage:
        one, two = await stage.session("one"), await stage.session("two")
        one.end(ENOUGH, "enough")
        await trio.testing.wait_all_tasks_blocked()
        await trio.to_thread.run_sync(one.context.start_soon, task)
        one.context.start_soon(task)
        await two.with_document(set_text("alive"))
        two.context.start_soon(task)
        await trio.testing.wait_all_tasks_blocked()
    assert ran == ["task"]


async def test_nonsense_from_a_thread_harms_nobody_but_the_thread():
    async with on_stage(app) as stage:
        session = await stage.session()
        raised = []

        def work():
            try:
                session.document.add_periodic_callback(lambda: None, "often")
            except TypeError as error:
                raised.append(error)

        thread = threading.Thread(target=work)
        thread.start()
        await trio.to_thread.run_sync(thread.join)
        await session.with_document(set_text("alive"))
        assert len(raised) == 1


@pytest.mark.skipif(not hasattr(Document, "locked_callback"), reason="new in Bokeh 3.10")
async def test_a_locked_callback_of_bokeh_may_be_called_from_a_thread():
    done = trio.Event()

    async with on_stage(app) as stage:
        session = await stage.session()
        browser = await stage.open(session)

        def change(text):
            session.document.get_model_by_name("label").text = text
            done.set()

        callback = session.document.locked_callback(change)
        await trio.to_thread.run_sync(callback, "from a thread")
        with trio.fail_after(5):
            await done.wait()
        assert (await browser.settle()).value("label", "text") == "from a thread"
        session.end(ENOUGH, "enough")
        await trio.testing.wait_all_tasks_blocked()
        assert callback.closed
