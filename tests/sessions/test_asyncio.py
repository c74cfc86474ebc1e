"""Applications whose async code is written for asyncio."""

import asyncio
import concurrent.futures
import gc
import logging
import sys

import pytest
import trio
from bokeh.document import without_document_lock
from bokeh.io import curdoc
from bokeh.models import Div

from docsync_trio.base.events import CallbackFailed
from docsync_trio.sessions.wire import Ending
from tests.sessions.fakes import on_stage

ENOUGH = Ending(4000, "enough")


@pytest.fixture(autouse=True)
def no_task_for_later():
    """Lost tasks are told of when they are collected, which must not be in another test."""
    yield
    gc.collect()


def app(document):
    document.add_root(Div(name="label", text="old"))


def set_text(text):
    def change(document):
        document.get_model_by_name("label").text = text

    return change


async def test_what_is_due_already_is_called_at_once(autojump_clock):
    called = []

    async def build(document):
        loop = asyncio.get_running_loop()
        loop.call_later(-1.5, called.append, "late")
        await asyncio.sleep(0)
        loop.call_later(0, called.append, "now")
        await asyncio.sleep(0.1)

    async with on_stage(build, async_kind="asyncio") as stage:
        await stage.session()

        assert called == ["late", "now"]


async def test_callbacks_of_every_kind_may_sleep_as_asyncio_does(autojump_clock):
    ran = []

    async def build(document):
        await asyncio.sleep(0.1)

        def callback(name):
            async def run():
                await asyncio.sleep(0.1)
                ran.append((name, curdoc() is document))

            return run

        @without_document_lock
        async def unlocked():
            await asyncio.sleep(0.1)
            ran.append(("unlocked", hasattr(curdoc(), "roots")))

        document.add_next_tick_callback(callback("next tick"))
        document.add_timeout_callback(callback("timeout"), 500)
        document.add_periodic_callback(callback("periodic"), 1000)
        document.add_next_tick_callback(unlocked)

    async with on_stage(build, async_kind="asyncio") as stage:
        await stage.session()
        await trio.sleep(2.5)
    assert sorted(ran) == [
        ("next tick", True),
        ("periodic", True),
        ("periodic", True),
        ("timeout", True),
        ("unlocked", False),
    ]


async def test_asyncio_tasks_belong_to_the_session_whose_code_made_them(autojump_clock):
    ended = []

    def with_task(document):
        async def forever():
            try:
                await asyncio.sleep(1_000_000)
            finally:
                ended.append(document.session_context.id if document.session_context else "")

        async def start():
            document.kept = asyncio.create_task(forever())
            document.gathered = asyncio.ensure_future(forever())

        document.add_next_tick_callback(start)

    async with on_stage(with_task, async_kind="asyncio") as stage:
        one, _ = await stage.session("one"), await stage.session("two")
        await trio.sleep(1)
        one.end(ENOUGH, "enough")
        await trio.sleep(1)
        assert ended == ["one", "one"]
    assert ended == ["one", "one", "two", "two"]


async def test_a_task_that_ignores_its_cancellation_does_not_keep_the_session(
    autojump_clock, caplog
):
    def stubborn(document):
        async def forever():
            while not over:
                try:
                    await asyncio.sleep(1)
                except asyncio.CancelledError:
                    continue

        over = document.over = []
        document.add_next_tick_callback(forever)

        async def start():
            document.task = asyncio.create_task(forever())

        document.session_context.start_soon(start)

    async with on_stage(stubborn, async_kind="asyncio") as stage:
        session = await stage.session()
        over = session.document.over
        await trio.sleep(1)
        session.end(ENOUGH, "enough")
        with trio.fail_after(20):
            while stage.context.sessions:  # noqa: ASYNC110 - nothing to wait for but time
                await trio.sleep(0.5)
        over.append(True)
        await trio.sleep(2)
    assert "left behind" in caplog.text


async def test_an_exit_in_an_asyncio_task_harms_nobody(autojump_clock):
    def exiting(document):
        app(document)

        async def leave():
            await asyncio.sleep(0.1)
            sys.exit(3)

        async def start():
            document.task = asyncio.create_task(leave())

        document.add_next_tick_callback(leave)
        document.add_next_tick_callback(start)
        document.session_context.start_soon(leave)

    async with on_stage(exiting, async_kind="asyncio") as stage:
        browser = await stage.open(await stage.session())
        await trio.sleep(1)
        browser.roundtrip()
        assert (await browser.settle()).kinds[-1] == "SERVER-INFO-REPLY"
        assert len(stage.observed(CallbackFailed)) == 2


async def test_an_exit_in_a_visit_from_asyncio_harms_nobody(autojump_clock):
    def exiting(document):
        app(document)
        context = document.session_context

        async def visit():
            await asyncio.sleep(0.1)
            await context.with_locked_document(lambda d: sys.exit(3))

        context.start_soon(visit)

    async with on_stage(exiting, async_kind="asyncio") as stage:
        browser = await stage.open(await stage.session())
        await trio.sleep(1)
        browser.roundtrip()
        assert (await browser.settle()).kinds[-1] == "SERVER-INFO-REPLY"
        assert len(stage.observed(CallbackFailed)) == 1


async def test_a_plain_callback_that_asyncio_calls_later_and_that_raises_harms_nobody(
    autojump_clock, caplog
):
    def calling(document):
        app(document)

        def call_soon():
            loop = asyncio.get_running_loop()
            loop.call_soon(lambda: 1 / 0)
            loop.call_later(1, lambda: 1 / 0)

        document.add_next_tick_callback(call_soon)

    async with on_stage(calling, async_kind="asyncio") as stage:
        browser = await stage.open(await stage.session())
        await trio.sleep(2)
        browser.roundtrip()
        assert (await browser.settle()).kinds[-1] == "SERVER-INFO-REPLY"
    assert caplog.text.count("ZeroDivisionError: ") == 2


async def test_the_document_is_held_for_a_visit_from_asyncio(autojump_clock):
    order = []

    def visiting(document):
        app(document)
        context = document.session_context

        async def task():
            await asyncio.sleep(1)
            await context.with_locked_document(set_text("from asyncio"))
            order.append("visit")

        async def callback():
            document.task = asyncio.create_task(task())
            await context.with_locked_document(lambda d: order.append("within"))
            await asyncio.sleep(5)
            order.append("callback")

        document.add_next_tick_callback(callback)

    async with on_stage(visiting, async_kind="asyncio") as stage:
        browser = await stage.open(await stage.session())
        await trio.sleep(20)
        assert browser.read().value("label", "text") == "from asyncio"
        assert not stage.observed(CallbackFailed)
    assert order[0] == "within"


async def test_a_task_that_outlives_its_callback_has_to_wait_for_its_turn(autojump_clock):
    order = []

    def outliving(document):
        context = document.session_context

        async def task():
            await asyncio.sleep(2)
            await context.with_locked_document(lambda d: order.append("task"))

        async def start():
            document.task = asyncio.create_task(task())

        async def slow():
            await asyncio.sleep(5)
            order.append("slow callback")

        document.add_next_tick_callback(start)
        document.add_timeout_callback(slow, 1000)

    async with on_stage(outliving, async_kind="asyncio") as stage:
        await stage.session()
        await trio.sleep(10)
        assert order == ["slow callback", "task"]
        assert not stage.observed(CallbackFailed)


async def test_a_task_that_is_cancelled_before_it_begins_leaves_no_warning(autojump_clock):
    def cancelling(document):
        async def never():
            raise AssertionError

        async def start():
            asyncio.create_task(never()).cancel()

        document.add_next_tick_callback(start)

    async with on_stage(cancelling, async_kind="asyncio") as stage:
        await stage.session()
        await trio.sleep(1)
        assert not stage.observed(CallbackFailed)
    gc.collect()


async def test_a_hook_of_the_end_leaves_no_task_behind(autojump_clock):
    ended = []

    def leaving(document):
        async def forever():
            try:
                await asyncio.sleep(1_000_000)
            finally:
                ended.append("task")

        async def destroyed(session_context):
            ended.append(asyncio.create_task(forever()))
            await asyncio.sleep(0)

        document.on_session_destroyed(destroyed)

    async with on_stage(leaving, async_kind="asyncio") as stage:
        session = await stage.session()
        session.end(ENOUGH, "enough")
        await trio.sleep(5)
        assert ended[1:] == ["task"]


async def test_futures_of_a_thread_pool_can_be_awaited():
    done = trio.Event()

    def computing(document):
        app(document)

        async def compute():
            loop = asyncio.get_running_loop()
            with concurrent.futures.ThreadPoolExecutor(1) as pool:
                wrapped = await asyncio.wrap_future(pool.submit(sum, [1, 2]))
                run = await loop.run_in_executor(None, sum, [3, 4])
            document.get_model_by_name("label").text = f"{wrapped} {run}"
            done.set()

        document.add_next_tick_callback(compute)

    async with on_stage(computing, async_kind="asyncio") as stage:
        browser = await stage.open(await stage.session())
        with trio.fail_after(10):
            await done.wait()
        assert (await browser.settle()).value("label", "text") == "3 7"


async def test_the_name_of_a_task_is_that_of_the_authors_coroutine(autojump_clock):
    shown = []

    def naming(document):
        async def authors_coroutine():
            shown.append(repr(asyncio.current_task()))

        async def start():
            task = asyncio.create_task(authors_coroutine())
            await task

        document.add_next_tick_callback(start)

    logging.getLogger("asyncio").setLevel(logging.WARNING)
    async with on_stage(naming, async_kind="asyncio") as stage:
        await stage.session()
        await trio.sleep(1)
    assert "authors_coroutine" in shown[0]
