"""Threads that stay: who waits for whom, what a call leaves behind, and how threads end.

Real threads, because these are the point; nothing waits for a fixed time.
"""

import threading
import weakref
from contextvars import ContextVar

import pytest
import sniffio
import trio

from docsync_trio.sessions import workers as module
from docsync_trio.sessions.places import Places
from docsync_trio.sessions.workers import Workers

number: ContextVar[int] = ContextVar("number", default=0)


@pytest.fixture
async def workers():
    made = Workers()
    yield made
    await made.close()


@pytest.fixture
def places():
    return Places(2)


async def until(condition):
    """Wait for *condition*, which a thread will make true."""
    with trio.fail_after(10):
        while not condition():  # noqa: ASYNC110 - a thread sets no events of trio
            await trio.sleep(0.005)


async def test_one_call_after_the_other_is_made_in_the_same_thread(workers, places):
    threads = {
        await workers.run(threading.get_ident, places=places, quick=quick)
        for quick in (False, True, False, True)
    }
    assert len(threads) == 1
    assert threading.get_ident() not in threads


async def test_calls_at_the_same_time_have_a_thread_each_within_the_bound(workers, places):
    release, at_work, most = threading.Event(), [], []

    def work():
        at_work.append(1)
        most.append(len(at_work))
        release.wait(10)
        at_work.pop()

    async with trio.open_nursery() as nursery:
        for _ in range(4):
            nursery.start_soon(lambda: workers.run(work, places=places, quick=False))
        await until(lambda: len(at_work) == 2)
        assert places.taken == 2
        release.set()
    assert len(most) == 4
    assert max(most) == 2
    assert places.taken == 0


async def test_the_loop_waits_for_a_call_that_is_expected_to_be_quick(workers, places, monkeypatch):
    monkeypatch.setattr(module, "QUICK", 10.0)
    await workers.run(int, places=places, quick=False)
    turns = []
    async with trio.open_nursery() as nursery:
        nursery.start_soon(trio.lowlevel.checkpoint)
        trio.lowlevel.current_trio_token().run_sync_soon(turns.append, 1)
        assert await workers.run(lambda: "done", places=places, quick=True) == "done"
        assert turns == []
        assert await workers.run(lambda: "done", places=places, quick=False) == "done"
        assert turns == [1]


async def test_a_call_that_is_not_quick_after_all_reports_through_the_loop(workers, places):
    release = threading.Event()
    await workers.run(int, places=places, quick=False)
    async with trio.open_nursery() as nursery:
        results = []

        async def call():
            results.append(await workers.run(lambda: release.wait(10), places=places, quick=True))

        nursery.start_soon(call)
        await trio.testing.wait_all_tasks_blocked()
        assert results == []
        release.set()
    assert results == [True]


async def test_the_loop_does_not_wait_for_more_than_its_share(workers, places, monkeypatch):
    monkeypatch.setattr(module, "QUICK", 10.0)
    monkeypatch.setattr(module, "SHARE", 0.0)
    await workers.run(int, places=places, quick=False)
    turns = []
    trio.lowlevel.current_trio_token().run_sync_soon(turns.append, 1)
    await workers.run(int, places=places, quick=True)
    assert turns == [1]


@pytest.mark.parametrize("quick", [False, True])
@pytest.mark.parametrize("error", [ValueError, SystemExit, KeyboardInterrupt])
async def test_what_a_call_raises_is_raised_to_its_caller(workers, places, quick, error):
    def fail():
        raise error("told")

    await workers.run(int, places=places, quick=False)
    with pytest.raises(error, match="told"):
        await workers.run(fail, places=places, quick=quick)
    assert await workers.run(int, places=places, quick=quick) == 0
    assert places.taken == 0


@pytest.mark.parametrize("quick", [False, True])
async def test_a_call_has_the_callers_context_and_no_loop(workers, places, quick):
    def look():
        number.set(number.get() + 1)
        return number.get(), sniffio.current_async_library_cvar.get()

    number.set(4)
    sniffio.current_async_library_cvar.set("asyncio")
    for _ in range(2):
        assert await workers.run(look, places=places, quick=quick) == (5, None)
    assert number.get() == 4


@pytest.mark.parametrize("quick", [False, True])
async def test_a_call_may_use_what_trio_offers_to_its_threads(workers, places, quick):
    async def double(value):
        await trio.lowlevel.checkpoint()
        return 2 * value

    def work():
        trio.from_thread.check_cancelled()
        return trio.from_thread.run(double, 2) + trio.from_thread.run_sync(int, "3")

    for _ in range(2):
        assert await workers.run(work, places=places, quick=quick) == 7


@pytest.mark.parametrize("quick", [False, True])
async def test_nothing_is_kept_of_a_call_that_is_over(workers, places, quick):
    class Thing:
        def work(self):
            return Thing()

    await workers.run(int, places=places, quick=False)
    thing = Thing()
    result = await workers.run(thing.work, places=places, quick=quick)
    gone = [weakref.ref(thing), weakref.ref(result)]
    del thing, result
    await until(lambda: [each() for each in gone] == [None, None])


async def test_a_call_that_is_abandoned_keeps_its_place_and_takes_its_thread_along(workers, places):
    release, begun, ended, seen = threading.Event(), threading.Event(), threading.Event(), []

    def work():
        seen.append(threading.current_thread())
        begun.set()
        release.wait(10)
        try:
            trio.from_thread.check_cancelled()
        except trio.Cancelled:
            seen.append("cancelled")
        ended.set()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(lambda: workers.run(work, places=places, quick=False))
        await until(begun.is_set)
        nursery.cancel_scope.cancel()
    assert places.taken == 1
    other = await workers.run(threading.get_ident, places=places, quick=False)
    assert other != seen[0].ident
    release.set()
    await until(ended.is_set)
    assert seen[1:] == ["cancelled"]
    await until(lambda: places.taken == 0)
    assert await workers.run(threading.get_ident, places=places, quick=False) == other


async def test_a_call_that_is_abandoned_before_it_begins_is_not_made(workers, places, monkeypatch):
    made, hosts = [], []
    spawn = trio.lowlevel.spawn_system_task
    monkeypatch.setattr(
        trio.lowlevel, "spawn_system_task", lambda host, name: hosts.append((host, name))
    )
    async with trio.open_nursery() as nursery:
        nursery.start_soon(lambda: workers.run(lambda: made.append(1), places=places, quick=False))
        await trio.testing.wait_all_tasks_blocked()
        nursery.cancel_scope.cancel()
    ((host, name),) = hosts
    spawn(host, name=name)
    await trio.testing.wait_all_tasks_blocked()
    assert made == []
    assert places.taken == 0


async def test_an_idle_thread_ends_after_a_while_and_another_takes_its_place(
    workers, places, monkeypatch
):
    monkeypatch.setattr(module, "IDLE", 0.01)
    thread = await workers.run(threading.current_thread, places=places, quick=False)
    await until(lambda: thread.name != "docsync worker")
    assert await workers.run(lambda: "done", places=places, quick=True) == "done"


async def test_no_thread_is_at_work_once_all_is_closed(places):
    workers = Workers()
    threads = {
        await workers.run(threading.current_thread, places=places, quick=quick)
        for quick in (False, True)
    }
    assert {thread.name for thread in threads} == {"docsync worker"}
    await workers.close()
    assert "docsync worker" not in {thread.name for thread in threads}


async def test_where_the_system_has_no_more_threads_the_caller_is_told(
    workers, places, monkeypatch
):
    async def fail(*_args, **_named):
        await trio.lowlevel.checkpoint()
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(trio.to_thread, "run_sync", fail)
        with pytest.raises(RuntimeError, match="can't start"):
            await workers.run(int, places=places, quick=False)
    assert places.taken == 0
    assert await workers.run(int, places=places, quick=False) == 0
