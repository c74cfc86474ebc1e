"""The collector does not look at living documents, and forgets nothing that is dead."""

import gc
import weakref

import pytest
import trio
import trio.testing

from docsync_trio.base.events import Reloaded, SessionEnded, SessionOpened
from docsync_trio.server.process.garbage import LOOK_ANYWAY, QUIET, WORTH_A_LOOK, GarbageKeeper

OPENED = SessionOpened("/app", "one", 0.1)
ENDED = SessionEnded("/app", "one", "no longer used")


class Circle:
    def __init__(self):
        self.myself = self


@pytest.fixture(autouse=True)
def collector_as_before():
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


@pytest.fixture
async def keeper(nursery):
    keeper = GarbageKeeper(lambda _: None)
    nursery.start_soon(keeper.look)
    await trio.testing.wait_all_tasks_blocked()
    return keeper


def ended(document):
    return SessionEnded("/app", "one", "no longer used", weakref.ref(document))


async def end_many(keeper, number, event=ENDED):
    for _ in range(number):
        keeper.observe(OPENED)
    for _ in range(number):
        keeper.observe(event)
    await trio.testing.wait_all_tasks_blocked()


async def test_what_is_there_when_all_is_loaded_is_frozen(keeper):
    assert gc.get_freeze_count() > 10_000


async def test_what_the_first_session_of_an_application_has_imported_is_frozen(keeper):
    before = gc.get_freeze_count()
    imported = [Circle() for _ in range(1000)]
    keeper.observe(OPENED)
    assert gc.get_freeze_count() > before + len(imported)
    before = gc.get_freeze_count()
    built = [Circle() for _ in range(1000)]
    keeper.observe(OPENED)
    assert gc.get_freeze_count() <= before, built


async def test_what_was_garbage_before_is_not_kept_by_freezing_it(keeper):
    dead = weakref.ref(Circle())
    keeper.observe(OPENED)
    assert dead() is None


async def test_python_looks_at_everything_only_when_it_is_told_to(keeper):
    looks = gc.get_stats()[2]["collections"]
    rubbish = [Circle() for _ in range(100_000)]
    assert gc.get_stats()[2]["collections"] == looks, rubbish


async def test_what_was_frozen_and_died_is_freed_when_all_has_been_quiet(keeper, autojump_clock):
    built = Circle()
    dead = weakref.ref(built)
    keeper.observe(OPENED)
    del built
    keeper.observe(ENDED)
    await trio.sleep(QUIET / 2)
    assert dead() is not None
    await trio.sleep(QUIET)
    assert dead() is None


async def test_a_visitor_who_comes_meanwhile_is_not_kept_waiting_by_it(keeper, autojump_clock):
    built = Circle()
    dead = weakref.ref(built)
    keeper.observe(OPENED)
    del built
    keeper.observe(ENDED)
    await trio.sleep(QUIET / 2)
    keeper.observe(OPENED)
    await trio.sleep(10 * QUIET)
    assert dead() is not None


async def test_nothing_is_looked_at_where_nothing_has_ended(keeper, autojump_clock):
    dead = weakref.ref(Circle())
    gc.freeze()
    await trio.sleep(10 * QUIET)
    assert dead() is not None


async def test_beside_open_sessions_nothing_is_looked_at_when_all_documents_are_gone(keeper):
    keeper.observe(OPENED)
    looks = gc.get_stats()[2]["collections"]
    await end_many(keeper, WORTH_A_LOOK)
    assert gc.get_stats()[2]["collections"] == looks


async def test_beside_a_few_open_sessions_one_document_left_behind_is_worth_a_look(keeper):
    keeper.observe(OPENED)
    document = Circle()
    dead = weakref.ref(document)
    await end_many(keeper, WORTH_A_LOOK - 1)
    keeper.observe(OPENED)
    keeper.observe(ended(document))
    del document
    await trio.testing.wait_all_tasks_blocked()
    assert dead() is None


async def test_beside_many_open_sessions_it_takes_many_documents_left_behind(keeper):
    for _ in range(10 * WORTH_A_LOOK):
        keeper.observe(OPENED)
    documents = [Circle() for _ in range(WORTH_A_LOOK)]
    dead = [weakref.ref(document) for document in documents]
    for document in documents[:-1]:
        keeper.observe(ended(document))
    keeper.observe(ENDED)
    del document
    documents[:-1] = []
    await trio.testing.wait_all_tasks_blocked()
    assert dead[0]() is not None, "one less than it takes"
    for each in [*documents, *[Circle() for _ in range(WORTH_A_LOOK - 1)]]:
        keeper.observe(ended(each))
    del each, documents
    await trio.testing.wait_all_tasks_blocked()
    assert all(ref() is None for ref in dead)


async def test_in_the_end_it_is_looked_even_if_no_document_was_left_behind(keeper):
    keeper.observe(OPENED)
    rubbish = Circle()
    dead = weakref.ref(rubbish)
    gc.collect(1)  # it is old when it dies
    del rubbish
    await end_many(keeper, LOOK_ANYWAY - WORTH_A_LOOK)
    assert dead() is not None
    await end_many(keeper, WORTH_A_LOOK)
    assert dead() is None


async def test_events_are_passed_on_in_order():
    seen = []
    keeper = GarbageKeeper(seen.append)
    keeper.observe(OPENED)
    keeper.observe(ENDED)
    assert seen == [OPENED, ENDED]


async def test_an_application_that_was_exchanged_is_freed_though_sessions_go_on(
    keeper, autojump_clock
):
    keeper.observe(OPENED)
    old = Circle()
    dead = weakref.ref(old)
    for _ in range(3):  # who saves again and again does not put it off
        keeper.observe(Reloaded((), ("/app",), (), 0.1, ()))
        keeper.observe(OPENED)
        await trio.sleep(QUIET / 4)
    del old
    assert dead() is not None
    await trio.sleep(QUIET / 2)
    assert dead() is None
