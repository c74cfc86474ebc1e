"""The collector does not look at living documents, and forgets nothing that is dead."""

import gc
import weakref

import pytest

from docsync_trio.base.events import SessionEnded, SessionOpened
from docsync_trio.server.garbage import WORTH_A_LOOK, GarbageKeeper

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


def test_what_was_frozen_and_died_is_freed_when_the_last_session_has_ended():
    keeper = GarbageKeeper(lambda _: None)
    built = Circle()
    dead = weakref.ref(built)
    keeper.observe(OPENED)
    del built
    assert dead() is not None
    keeper.observe(ENDED)
    assert dead() is None


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


def test_events_are_passed_on_in_order():
    seen = []
    keeper = GarbageKeeper(seen.append)
    keeper.observe(OPENED)
    keeper.observe(ENDED)
    assert seen == [OPENED, ENDED]
