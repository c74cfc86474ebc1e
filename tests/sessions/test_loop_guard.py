"""Code that holds the loop, in every place where it may stand: broken off, and everybody goes on.

Real time and real signals, because these are the point. What is meant to be endless has an
end of its own after all, which only a test that fails gets to see.
"""

import asyncio
import queue
import signal
import threading
import time

import pytest
import trio
from bokeh.models import Div

from docsync_trio.base.errors import ApplicationError
from docsync_trio.base.events import BuildFailed, CallbackFailed, CallbackInterrupted
from docsync_trio.sessions import loop_guard
from docsync_trio.sessions.facilities import open_facilities
from docsync_trio.sessions.loop_guard import LoopTimeoutError
from tests.sessions.fakes import on_stage

LONG = 20.0


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(loop_guard, "PERIOD", 0.05)
    monkeypatch.setattr("docsync_trio.sessions.watchdog.PERIOD", 0.05)
    monkeypatch.setattr(loop_guard, "AGAIN", 0.1)


def endless():
    """Yields for as long as a loop that has no end would run here."""
    end = time.monotonic() + LONG
    while time.monotonic() < end:
        yield
    pytest.fail("was not interrupted")


async def until(condition):
    with trio.fail_after(LONG):
        while not condition():  # noqa: ASYNC110 - a thread sets no events of trio
            await trio.sleep(0.005)


def spin():
    for _ in endless():
        pass


def swallow_errors():
    for _ in endless():
        try:
            for _ in range(10_000):
                pass
        except Exception:  # noqa: BLE001 - it is what many a loop does
            pass


def swallow_everything():
    """Only what does not hit the block itself ends it."""
    end = time.monotonic() + LONG
    while time.monotonic() < end:
        try:
            for _ in range(10_000):
                pass
        except BaseException:  # noqa: BLE001
            pass
    pytest.fail("was not interrupted")


def sleep():
    time.sleep(LONG)
    pytest.fail("was not interrupted")


def wait_for_a_lock():
    queue.SimpleQueue().get(timeout=LONG)


def wait_for_an_event():
    threading.Event().wait(LONG)
    pytest.fail("was not interrupted")


def change_a_model():
    div = Div()
    for tick, _ in enumerate(endless()):
        div.text = str(tick)


@pytest.mark.parametrize("async_kind", ["trio", "asyncio"])
@pytest.mark.parametrize("hold", [spin, swallow_errors, sleep, wait_for_a_lock, change_a_model])
async def test_an_async_callback_that_does_not_await_ends_as_if_it_had_raised(hold, async_kind):
    def app(document):
        label = Div(name="label", text="")
        document.add_root(label)

        async def callback():
            label.text = "begun"
            hold()

        document.add_next_tick_callback(callback)

    async with on_stage(app, async_kind=async_kind, loop_timeout=0.2) as stage:
        browser = await stage.open(await stage.session())
        await until(lambda: stage.observed(CallbackFailed))
        (failed,) = stage.observed(CallbackFailed)
        assert isinstance(failed.error, LoopTimeoutError)
        assert "sessions.loop_timeout" in str(failed.error)
        await until(lambda: stage.observed(CallbackInterrupted))
        told = stage.observed(CallbackInterrupted)[0]
        assert (told.application, told.session) == ("/app", "one")
        assert "callback" in told.what
        assert told.place.startswith(f"{__file__}:")
        assert 0.2 <= told.seconds < LONG
        browser.roundtrip()
        await until(lambda: "SERVER-INFO-REPLY" in browser.read().kinds)
        assert browser.value("label", "text") == "begun"


async def test_code_that_handles_every_exception_is_interrupted_until_it_ends():
    def app(document):
        document.add_next_tick_callback(swallow_everything)

    async with on_stage(app, loop_timeout=0.2) as stage:
        await stage.session()
        await until(lambda: stage.observed(CallbackFailed))
        await until(lambda: len(stage.observed(CallbackInterrupted)) > 1)
        assert stage.observed(CallbackInterrupted)[1].times == 2


def plain(document):
    document.add_next_tick_callback(spin)


def in_a_hook_of_the_document(document):
    document.add_root(Div(name="label"))
    document.get_model_by_name("label").on_change("text", lambda attr, old, new: spin())
    document.add_next_tick_callback(
        lambda: setattr(document.get_model_by_name("label"), "text", "x")
    )


def in_a_task(document):
    async def task():
        await trio.lowlevel.checkpoint()
        spin()

    document.session_context.start_soon(task)


def in_a_nursery(document):
    async def child():
        await trio.lowlevel.checkpoint()
        spin()

    async def callback():
        async with trio.open_nursery() as nursery:
            nursery.start_soon(trio.lowlevel.checkpoint)
            nursery.start_soon(child)

    document.add_next_tick_callback(callback)


@pytest.mark.parametrize("app", [plain, in_a_hook_of_the_document, in_a_task, in_a_nursery])
async def test_wherever_application_code_runs_in_the_loop_it_is_interrupted(app):
    async with on_stage(app, loop_timeout=0.2) as stage:
        browser = await stage.open(await stage.session())
        await until(lambda: stage.observed(CallbackFailed))
        await until(lambda: stage.observed(CallbackInterrupted))
        assert stage.observed(CallbackInterrupted)[0].session == "one"
        browser.roundtrip()
        await until(lambda: "SERVER-INFO-REPLY" in browser.read().kinds)


async def test_tasks_and_callbacks_of_asyncio_are_interrupted_too(caplog):
    def app(document):
        async def task():
            await asyncio.sleep(0)
            spin()

        async def start():
            document.task = asyncio.create_task(task())
            await asyncio.wait([document.task])
            document.failed_with = document.task.exception()
            asyncio.get_running_loop().call_soon(spin)

        document.add_next_tick_callback(start)

    async with on_stage(app, async_kind="asyncio", loop_timeout=0.2) as stage:
        session = await stage.session()
        await until(lambda: "LoopTimeoutError" in caplog.text)
        assert isinstance(session.document.failed_with, LoopTimeoutError)
        # What is slow to end, as all is on a busy machine, is interrupted once more.
        await until(lambda: len(stage.observed(CallbackInterrupted)) >= 2)
        assert {told.session for told in stage.observed(CallbackInterrupted)} == {"one"}


@pytest.mark.parametrize("is_async", [False, True])
async def test_a_document_that_is_not_built_in_time_fails_for_its_visitor_alone(is_async):
    async def build(document):
        if document.session_context.id == "endless":
            spin()

    def build_plainly(document):
        if document.session_context.id == "endless":
            spin()

    async with on_stage(build if is_async else build_plainly, loop_timeout=0.2) as stage:
        with pytest.raises(ApplicationError) as refused:
            await stage.session("endless")
        assert isinstance(refused.value.__cause__, LoopTimeoutError)
        (failed,) = stage.observed(BuildFailed)
        assert isinstance(failed.error, LoopTimeoutError)
        assert await stage.session("quick")


async def test_code_that_awaits_now_and_then_may_go_on():
    ended = []

    def app(document):
        async def busy():
            for _ in range(14):
                time.sleep(0.05)  # noqa: ASYNC251 - it is what is tried
                await trio.lowlevel.checkpoint()
            ended.append("callback")

        document.add_next_tick_callback(busy)

    async with on_stage(app, loop_timeout=0.5) as stage:
        await stage.session()
        await until(lambda: ended)
        assert not stage.observed(CallbackInterrupted)


async def test_many_callbacks_one_after_the_other_are_not_taken_for_one():
    ran = []

    def app(document):
        for number in range(14):

            def callback(number=number):
                time.sleep(0.05)
                ran.append(number)

            document.add_next_tick_callback(callback)

    async with on_stage(app, loop_timeout=0.5) as stage:
        await stage.session()
        await until(lambda: len(ran) == 14)
        assert not stage.observed(CallbackInterrupted)


async def test_where_it_is_switched_off_nothing_is_interrupted():
    ended = []

    def app(document):
        def slow():
            time.sleep(0.5)
            ended.append("callback")

        document.add_next_tick_callback(slow)

    async with on_stage(app, loop_timeout=float("inf")) as stage:
        await stage.session()
        await until(lambda: ended)
        assert not stage.observed(CallbackInterrupted)


async def test_what_is_no_applications_is_left_alone():
    async with open_facilities([], lambda event: None) as facilities:
        facilities.guard.limit("/app", 0.1)
        time.sleep(0.5)  # noqa: ASYNC251 - the host of the site may do so


async def test_a_signal_that_the_host_uses_is_left_to_it():
    def theirs(number, frame):
        pytest.fail("was not sent by the host")

    before = signal.signal(signal.SIGURG, theirs)
    try:
        async with on_stage(plain, loop_timeout=0.2) as stage:
            assert signal.getsignal(signal.SIGURG) is theirs
            await stage.session()
            await until(lambda: stage.observed(CallbackFailed))
        assert signal.getsignal(signal.SIGURG) is theirs
    finally:
        signal.signal(signal.SIGURG, before)


async def test_the_signal_is_given_back():
    before = signal.getsignal(signal.SIGURG)
    async with open_facilities([], lambda event: None):
        assert signal.getsignal(signal.SIGURG) is not before
    assert signal.getsignal(signal.SIGURG) is before


async def test_a_handler_that_the_application_sets_meanwhile_stays_and_is_not_called():
    called, ended = [], []

    def app(document):
        def callback():
            signal.signal(signal.SIGURG, lambda number, frame: called.append(number))
            time.sleep(0.5)
            ended.append("callback")

        document.add_next_tick_callback(callback)

    try:
        async with on_stage(app, loop_timeout=0.1) as stage:
            await stage.session()
            await until(lambda: ended)
        assert not called
        assert signal.getsignal(signal.SIGURG) is not signal.SIG_DFL
    finally:
        signal.signal(signal.SIGURG, signal.SIG_DFL)


def test_in_another_thread_than_the_main_one_there_is_no_guard(caplog):
    caplog.set_level("INFO")
    guards = []

    async def open_them():
        async with open_facilities([], lambda event: None) as facilities:
            guards.append(facilities.guard)

    thread = threading.Thread(target=trio.run, args=(open_them,))
    thread.start()
    thread.join()
    assert guards == [None]
    assert "not in the main thread" in caplog.text
