"""Callbacks: their order, whose turn it is, and whose document `curdoc` gives."""

import threading

import pytest
import trio
from bokeh.document import Document, without_document_lock
from bokeh.io import curdoc
from bokeh.models import Div

from docsync_trio.base.events import CallbackFailed
from docsync_trio.sessions.any_thread import HomeThread
from docsync_trio.sessions.callbacks import Callbacks
from tests.sessions.fakes import on_stage


async def test_next_tick_callbacks_run_in_the_order_in_which_they_were_added(autojump_clock):
    ran = []

    def app(document):
        for number in range(20):
            document.add_next_tick_callback(lambda number=number: ran.append(number))

    async with on_stage(app) as stage:
        await stage.session()
        await trio.testing.wait_all_tasks_blocked()
    assert ran == list(range(20))


async def test_timeouts_with_one_deadline_run_in_the_order_in_which_they_were_added(
    autojump_clock,
):
    ran = []

    def app(document):
        for number in range(20):
            document.add_timeout_callback(lambda number=number: ran.append(number), 50)
        document.add_timeout_callback(lambda: ran.append("early"), 10)

    async with on_stage(app) as stage:
        await stage.session()
        await trio.sleep(0.2)
    assert ran == ["early", *range(20)]


async def test_a_callback_that_a_thread_has_removed_is_not_due_again_before_the_loop_hears_of_it(
    autojump_clock,
):
    due = []

    def run(callback, *, first):
        due.append(callback)

    callbacks = Callbacks(HomeThread(), run)
    added = Document().add_periodic_callback(lambda: None, 100)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(callbacks.keep_time)
        callbacks.added(added)
        await trio.sleep(0.15)
        (callback,) = due
        callbacks.starts(callback)
        # The loop stands still here, as where the end of a thread's call is heard at once.
        thread = threading.Thread(target=callbacks.removed, args=(added,))
        thread.start()
        thread.join()
        assert not callbacks.is_live(added)
        callbacks.ran(callback)
        await trio.sleep(1)
        nursery.cancel_scope.cancel()
    assert due == [callback]


async def test_a_callback_that_is_due_may_be_removed_by_one_that_is_due_with_it(autojump_clock):
    due = []

    def run(callback, *, first):
        due.append(callback)
        thread = threading.Thread(target=callbacks.removed, args=(second,))
        thread.start()
        thread.join()

    callbacks = Callbacks(HomeThread(), run)
    document = Document()
    first, second = (document.add_timeout_callback(lambda: None, 100) for _ in range(2))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(callbacks.keep_time)
        callbacks.added(first)
        callbacks.added(second)
        await trio.sleep(1)
        nursery.cancel_scope.cancel()
    assert [callback.id for callback in due] == [first.id]


async def test_a_periodic_callback_begins_after_a_period_and_ends_when_it_is_removed(
    autojump_clock,
):
    ran = []

    def app(document):
        def tick():
            ran.append(trio.current_time() - start)
            if len(ran) == 3:
                document.remove_periodic_callback(handle)

        handle = document.add_periodic_callback(tick, 100)

    async with on_stage(app) as stage:
        start = trio.current_time()
        await stage.session()
        await trio.sleep(2)
    assert ran == pytest.approx([0.1, 0.2, 0.3])


async def test_a_periodic_callback_does_not_overlap_itself(autojump_clock):
    ran = []

    def app(document):
        async def tick():
            ran.append(trio.current_time() - start)
            await trio.sleep(0.25)

        document.add_periodic_callback(tick, 100)

    async with on_stage(app) as stage:
        start = trio.current_time()
        await stage.session()
        await trio.sleep(0.65)
    assert ran == pytest.approx([0.1, 0.35, 0.6])


async def test_one_thing_at_a_time_also_across_awaits(autojump_clock):
    ran = []

    def app(document):
        async def slow(name):
            ran.append(f"{name} begins")
            await trio.sleep(1)
            ran.append(f"{name} ends")

        async def first():
            await slow("first")

        async def second():
            await slow("second")

        document.add_next_tick_callback(first)
        document.add_next_tick_callback(second)

    async with on_stage(app) as stage:
        await stage.session()
        await trio.sleep(3)
    assert ran == ["first begins", "first ends", "second begins", "second ends"]


async def test_curdoc_is_right_everywhere(autojump_clock):
    seen = []

    def app(document):
        seen.append(("build", curdoc() is document))

        async def tick():
            await trio.sleep(0.1)
            seen.append(("after an await", curdoc() is document))
            raise RuntimeError("on purpose")

        def timeout():
            seen.append(("after an exception", curdoc() is document))

        @without_document_lock
        async def unlocked():
            await trio.sleep(0.1)
            curdoc().add_next_tick_callback(next_tick)

        def next_tick():
            seen.append(("from an unlocked callback", curdoc() is document))

        document.add_next_tick_callback(tick)
        document.add_timeout_callback(timeout, 500)
        document.add_next_tick_callback(unlocked)

    outside = curdoc()
    async with on_stage(app) as stage:
        await stage.session("one")
        await stage.session("two")
        await trio.sleep(1)
    assert len(seen) == 8
    assert all(right for _, right in seen), seen
    assert curdoc() is outside


async def test_an_unlocked_callback_does_not_hold_up_the_others(autojump_clock):
    ran = []

    def app(document):
        @without_document_lock
        async def slow():
            await trio.sleep(5)
            ran.append("slow")

        document.add_next_tick_callback(slow)
        document.add_next_tick_callback(lambda: ran.append("quick"))

    async with on_stage(app) as stage:
        await stage.session()
        await trio.sleep(10)
    assert ran == ["quick", "slow"]


async def test_an_unlocked_callback_cannot_change_the_document_and_is_told_what_to_do():
    def app(document):
        label = Div(name="label")
        document.add_root(label)

        @without_document_lock
        def unlocked():
            label.text = "not allowed"

        document.add_next_tick_callback(unlocked)

    async with on_stage(app) as stage:
        await stage.session()
        await trio.testing.wait_all_tasks_blocked()
    (failed,) = stage.observed(CallbackFailed)
    assert "add_next_tick_callback" in str(failed.error)


async def test_a_thread_may_add_a_next_tick_callback():
    ran = trio.Event()

    def app(document):
        def work():
            document.add_next_tick_callback(ran.set)

        thread = threading.Thread(target=work)
        thread.start()
        thread.join()

    async with on_stage(app) as stage:
        await stage.session()
        with trio.fail_after(5):
            await ran.wait()
