"""Plain functions in threads: others stay quick, nothing gets mixed up, ends are clean.

Real time and real threads, because these are the point; nothing waits for a fixed time.
"""

import threading

import pytest
import trio
from bokeh.io import curdoc
from bokeh.models import Div, Slider

from docsync_trio.base.errors import Refusal
from docsync_trio.base.events import CallbackBlocks, CallbackLeftBehind, SessionEnded
from docsync_trio.sessions import thread_call
from docsync_trio.sessions.wire import Ending
from tests.sessions.fakes import on_stage

GONE = Ending(4000, "test")


async def until(condition):
    """Wait for *condition*, which a thread will make true."""
    with trio.fail_after(10):
        while not condition():  # noqa: ASYNC110 - a thread sets no events of trio
            await trio.sleep(0.005)


async def test_a_callback_that_blocks_does_not_keep_another_session_from_answering():
    release, blocked = threading.Event(), threading.Event()

    def app(document):
        def block():
            blocked.set()
            release.wait(10)

        if document.session_context.id == "slow":
            document.add_next_tick_callback(block)

    async with on_stage(app, run_in="thread") as stage:
        await stage.session("slow")
        quick = await stage.open(await stage.session("quick"), pull=False)
        await until(blocked.is_set)
        assert stage.context.threads_at_work == 1
        quick.pull()
        await until(lambda: "PULL-DOC-REPLY" in quick.read().kinds)
        assert not release.is_set()
        release.set()
        await until(lambda: stage.context.threads_at_work == 0)


async def test_the_order_of_a_session_holds_across_threads():
    ran = []

    def app(document):
        def note(number):
            ran.append(number)

        for number in range(50):
            document.add_next_tick_callback(lambda number=number: note(number))

    async with on_stage(app, run_in="thread") as stage:
        await stage.session()
        await until(lambda: len(ran) == 50)
    assert ran == list(range(50))


async def test_curdoc_in_a_thread_is_the_sessions_own():
    seen = []

    def app(document):
        def tick():
            seen.append((curdoc() is document, threading.current_thread().name))
            curdoc().add_next_tick_callback(lambda: seen.append((curdoc() is document, "")))

        document.add_next_tick_callback(tick)

    async with on_stage(app, run_in="thread") as stage:
        for name in ("one", "two", "three"):
            await stage.session(name)
        await until(lambda: len(seen) == 6)
    assert all(right for right, _ in seen)
    assert threading.main_thread().name not in {name for _, name in seen}


async def test_a_change_from_the_browser_is_answered_after_its_effect():
    def app(document):
        slider = Slider(name="slider", start=0, end=9, value=1)
        label = Div(name="label", text="")
        slider.on_change("value", lambda attr, old, new: setattr(label, "text", str(new)))
        document.add_root(slider)
        document.add_root(label)

    async with on_stage(app, run_in="thread") as stage:
        session = await stage.session()
        browser = await stage.open(session, pull=False)
        browser.pull()
        browser.change(session.document.get_model_by_name("slider").id, "value", 4)
        await until(lambda: "OK" in browser.read().kinds)
        assert browser.kinds == ["ACK", "PULL-DOC-REPLY", "PATCH-DOC", "OK"]
        assert browser.value("label", "text") == "4"


async def test_flush_sends_what_a_callback_has_changed_before_it_ends():
    release = threading.Event()

    def app(document):
        label = Div(name="label", text="")
        document.add_root(label)

        def work():
            label.text = "half"
            document.session_context.flush()
            release.wait(10)
            label.text = "done"

        label.on_change("tags", lambda attr, old, new: work())

    async with on_stage(app, run_in="thread") as stage:
        session = await stage.session()
        browser = await stage.open(session, pull=False)
        browser.pull()
        browser.change(session.document.roots[0].id, "tags", ["go"])
        await until(lambda: "PATCH-DOC" in browser.read().kinds)
        assert browser.value("label", "text") == "half"
        release.set()
        await until(lambda: "OK" in browser.read().kinds)
        assert browser.value("label", "text") == "done"


async def test_an_async_callback_sends_what_it_has_changed_whenever_it_awaits(autojump_clock):
    def app(document):
        label = Div(name="label", text="")
        document.add_root(label)

        async def work():
            label.text = "half"
            await trio.sleep(1)
            label.text = "done"

        document.add_timeout_callback(work, 1000)

    async with on_stage(app) as stage:
        browser = await stage.open(await stage.session())
        await trio.sleep(1.5)
        assert browser.read().value("label", "text") == "half"
        await trio.sleep(1)
        assert browser.read().value("label", "text") == "done"


async def test_the_end_of_a_session_waits_for_its_thread():
    release, begun, ended = threading.Event(), threading.Event(), []

    def app(document):
        def work():
            begun.set()
            release.wait(10)
            ended.append(len(document.roots))

        document.add_next_tick_callback(work)

    async with on_stage(app, run_in="thread") as stage:
        session = await stage.session()
        await until(begun.is_set)
        session.end(GONE, "test")
        await trio.sleep(0.05)
        assert not session.destroyed
        release.set()
        await until(lambda: session.destroyed)
        assert ended == [0]
        assert not stage.observed(CallbackLeftBehind)


async def test_a_thread_that_does_not_end_is_left_behind_and_keeps_its_document(monkeypatch):
    monkeypatch.setattr(thread_call, "THREAD_GRACE", 0.05)
    release, begun = threading.Event(), threading.Event()
    seen = []

    def app(document):
        document.add_root(Div(text="here"))

        def work():
            begun.set()
            release.wait(10)
            seen.append(document.roots[0].text)

        document.add_next_tick_callback(work)

    async with on_stage(app, run_in="thread") as stage:
        session = await stage.session()
        await until(begun.is_set)
        session.end(GONE, "test")
        await until(lambda: stage.observed(SessionEnded))
        (left,) = stage.observed(CallbackLeftBehind)
        assert "work" in left.what
        assert "release.wait" in left.stack
        release.set()
        await until(lambda: seen)
        assert seen == ["here"]
        await until(lambda: not hasattr(session.document, "_roots"))


async def test_a_build_that_takes_too_long_is_refused_and_the_next_one_is_tried_afresh(
    autojump_clock,
):
    slow = [True]

    async def app(document):
        if slow:
            slow.pop()
            await trio.sleep_forever()

    async with on_stage(app, build_timeout=5.0) as stage:
        with pytest.raises(Refusal, match="5 s") as refused:
            await stage.session()
        assert refused.value.status == 503
        assert refused.value.retry_after
        assert await stage.session()


async def test_a_file_application_that_hangs_does_not_keep_others_from_being_built(tmp_path):
    hang = tmp_path / "hang.py"
    hang.write_text(
        "import threading\nfrom bokeh.io import curdoc\n"
        "if curdoc().session_context.id == 'hang': threading.stop_hanging.wait(20)\n"
    )
    threading.stop_hanging = threading.Event()
    try:
        async with on_stage(hang, run_in="thread") as stage, trio.open_nursery() as nursery:
            nursery.start_soon(stage.session, "hang")
            await trio.sleep(0.05)
            with trio.fail_after(5):
                await stage.session("quick")
            threading.stop_hanging.set()
    finally:
        del threading.stop_hanging


async def test_what_blocks_is_named_while_it_does(monkeypatch):
    release = threading.Event()

    def app(document):
        def stubborn():
            release.wait(10)

        document.add_next_tick_callback(stubborn)

    async with on_stage(app, run_in="thread", blocking_alert=0.1) as stage:
        await stage.session()
        await until(lambda: stage.observed(CallbackBlocks))
        (alert,) = stage.observed(CallbackBlocks)
        assert alert.session == "one"
        assert "stubborn" in alert.what
        assert "release.wait(10)" in alert.stack
        release.set()


async def test_an_async_callback_that_takes_too_long_is_cancelled_and_named(autojump_clock):
    from docsync_trio.base.events import CallbackFailed

    def app(document):
        async def endless():
            await trio.sleep_forever()

        document.add_next_tick_callback(endless)

    async with on_stage(app, callback_timeout=3.0) as stage:
        await stage.session()
        await trio.sleep(4)
        (failed,) = stage.observed(CallbackFailed)
        assert isinstance(failed.error, TimeoutError)
        assert "callback_timeout" in str(failed.error)


async def test_a_plain_function_that_returns_a_coroutine_is_awaited():
    steps = []

    async def later():
        await trio.lowlevel.checkpoint()
        steps.append("ran")

    def app(document):
        document.add_next_tick_callback(lambda: later())  # noqa: PLW0108 - it is no async function

    async with on_stage(app, run_in="thread") as stage:
        await stage.session()
        await until(lambda: steps == ["ran"])


@pytest.mark.parametrize("async_kind", ["trio", "asyncio"])
async def test_a_callback_that_was_quick_and_is_slow_now_keeps_nobody_waiting(async_kind):
    release, blocked = threading.Event(), threading.Event()

    def app(document):
        slider = Slider(name="slider", start=0, end=9, value=0)
        label = Div(name="label", text="")

        def moved(attr, old, new):
            if new == 9:
                blocked.set()
                release.wait(10)
            label.text = str(new)

        slider.on_change("value", moved)
        document.add_root(slider)
        document.add_root(label)

    async with on_stage(app, run_in="thread", async_kind=async_kind) as stage:
        session = await stage.session()
        slider = session.document.get_model_by_name("slider").id
        browser = await stage.open(session, pull=False)
        browser.pull()
        await until(lambda: browser.read().document is not None)
        for value in (*range(1, 9), 9, 5):
            browser.change(slider, "value", value)
            if value == 9:
                await until(blocked.is_set)
                assert browser.read().kinds.count("OK") == 8
                release.set()
            else:
                await until(lambda value=value: browser.read().value("label", "text") == str(value))
        await until(lambda: browser.read().kinds.count("OK") == 10)
        assert browser.value("label", "text") == "5"
        assert stage.context.threads_at_work == 0


async def test_a_quick_plain_function_that_returns_a_coroutine_is_awaited_every_time():
    steps = []

    async def later():
        await trio.lowlevel.checkpoint()
        steps.append(1)

    def app(document):
        document.add_periodic_callback(lambda: later(), 1)  # noqa: PLW0108 - no async function

    async with on_stage(app, run_in="thread") as stage:
        await stage.session()
        await until(lambda: len(steps) > 4)
