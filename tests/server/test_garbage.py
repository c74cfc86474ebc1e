"""The collector does not look at living documents, and forgets nothing that is dead."""

import gc
import weakref

import pytest
import trio

from docsync_trio.base.events import SessionEnded, SessionOpened
from docsync_trio.server.garbage import QUIET, WORTH_A_LOOK, GarbageKeeper

OPENED = SessionOpened("/app", "one", 0.1)
ENDED = SessionEnded("/app", "one", "no longer used")


class Circle:
    def __init__(self):
        self.myself = self


@pytest.fixture(autouse=True)
def leave_nothing_frozen():
    yield
    gc.unfreeze()


def test_what_a_session_has_built_is_frozen():
    keeper = GarbageKeeper(lambda _: None)
    before = gc.get_freeze_count()
    built = [Circle() for _ in range(1000)]
    keeper.observe(OPENED)
    assert gc.get_freeze_count() > before + len(built)


def test_what_was_garbage_before_is_not_kept_by_freezing_it():
    keeper = GarbageKeeper(lambda _: None)
    dead = weakref.ref(Circle())
    keeper.observe(OPENED)
    assert dead() is None


async def test_what_was_frozen_and_died_is_freed_when_all_has_been_quiet(autojump_clock):
    keeper = GarbageKeeper(lambda _: None)
    built = Circle()
    dead = weakref.ref(built)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(keeper.look_when_quiet)
        keeper.observe(OPENED)
        del built
        keeper.observe(ENDED)
        await trio.sleep(QUIET / 2)
        assert dead() is not None
        await trio.sleep(QUIET)
        assert dead() is None
        nursery.cancel_scope.cancel()


async def test_a_visitor_who_comes_meanwhile_is_not_kept_waiting_by_it(autojump_clock):
    keeper = GarbageKeeper(lambda _: None)
    built = Circle()
    dead = weakref.ref(built)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(keeper.look_when_quiet)
        keeper.observe(OPENED)
        del built
        keeper.observe(ENDED)
        await trio.sleep(QUIET / 2)
        keeper.observe(OPENED)
        await trio.sleep(10 * QUIET)
        assert dead() is not None
        nursery.cancel_scope.cancel()


async def test_nothing_is_looked_at_where_nothing_has_ended(autojump_clock):
    keeper = GarbageKeeper(lambda _: None)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(keeper.look_when_quiet)
        dead = weakref.ref(Circle())
        gc.freeze()
        await trio.sleep(10 * QUIET)
        assert dead() is not None
        nursery.cancel_scope.cancel()


def test_what_died_is_freed_after_many_have_ended_though_some_live_on():
    keeper = GarbageKeeper(lambda _: None)
    built = Circle()
    dead = weakref.ref(built)
    for _ in range(WORTH_A_LOOK + 1):
        keeper.observe(OPENED)
    del built
    for _ in range(WORTH_A_LOOK - 1):
        keeper.observe(ENDED)
    assert dead() is not None
    keeper.observe(ENDED)
    assert dead() is None


async def test_events_are_passed_on_in_order():
    seen = []
    keeper = GarbageKeeper(seen.append)
    keeper.observe(OPENED)
    keeper.observe(ENDED)
    assert seen == [OPENED, ENDED]
