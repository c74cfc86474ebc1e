"""One job at a time, in the order of arrival, with others' turns in between."""

from contextlib import asynccontextmanager
from contextvars import ContextVar

import pytest
import trio

from docsync_trio.sessions.inbox import Inbox

number: ContextVar[int] = ContextVar("number", default=0)


async def test_jobs_run_one_after_the_other_in_the_order_of_arrival():
    inbox, steps = Inbox(), []

    def job(number):
        async def run():
            steps.append(("begins", number))
            await trio.lowlevel.checkpoint()
            steps.append(("ends", number))

        return run

    inbox.post(job(1))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(inbox.work, lambda: steps.append("after"))
        inbox.post(job(2))
        await trio.testing.wait_all_tasks_blocked()
        inbox.post(job(3))
        inbox.post(job(4))
        await trio.testing.wait_all_tasks_blocked()
        nursery.cancel_scope.cancel()
    assert steps == [
        step for number in (1, 2, 3, 4) for step in (("begins", number), ("ends", number), "after")
    ]


async def test_others_have_a_turn_between_two_jobs():
    inbox, turns, seen = Inbox(), [], []

    async def job():
        seen.append(len(turns))

    async def other():
        while True:
            turns.append(1)
            await trio.lowlevel.checkpoint()

    for _ in range(3):
        inbox.post(job)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(other)
        nursery.start_soon(inbox.work)
        for _ in range(10):
            await trio.lowlevel.checkpoint()
        nursery.cancel_scope.cancel()
    assert len(seen) == 3
    assert seen[2] > seen[0]  # tasks of one pass of the loop run in any order


async def test_a_job_that_comes_when_the_work_was_cancelled_waits_for_others():
    inbox, ran = Inbox(), []

    async def job():
        ran.append(1)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(inbox.work)
        await trio.testing.wait_all_tasks_blocked()
        nursery.cancel_scope.cancel()
    inbox.post(job)
    assert not ran
    async with trio.open_nursery() as nursery:
        nursery.start_soon(inbox.work)
        await trio.testing.wait_all_tasks_blocked()
        assert ran
        nursery.cancel_scope.cancel()


@asynccontextmanager
async def at_work(inbox, *after_each):
    """An inbox that is worked off, in a context in which the number is 7."""
    async with trio.open_nursery() as nursery:
        number.set(7)
        nursery.start_soon(inbox.work, *after_each)
        number.set(0)
        await trio.testing.wait_all_tasks_blocked()
        yield nursery
        nursery.cancel_scope.cancel()


async def test_who_begins_with_a_job_when_nothing_else_is_to_be_done_does_it():
    inbox, steps = Inbox(), []
    async with at_work(inbox, lambda: steps.append("after")):
        inbox.begin(lambda: steps.append(number.get()))
        assert steps == [7, "after"]
        assert number.get() == 0


async def test_what_is_left_of_a_job_is_done_before_all_that_comes_later():
    inbox, steps = Inbox(), []

    async def rest():
        steps.append(("goes on", number.get()))
        await trio.lowlevel.checkpoint()
        steps.append("ends")

    def job():
        inbox.post(lambda: steps.append("posted by it"))
        steps.append("begins")
        return rest()

    async with at_work(inbox, lambda: steps.append("after")):
        inbox.begin(job)
        inbox.begin(lambda: steps.append("later"))
        assert steps == ["begins"]
        await trio.testing.wait_all_tasks_blocked()
    assert steps == [
        *("begins", ("goes on", 7), "ends", "after"),
        *("posted by it", "after", "later", "after"),
    ]


async def test_a_job_that_begins_another_one_is_ended_first():
    inbox, steps = Inbox(), []

    def job():
        inbox.begin(lambda: steps.append("the other"))
        steps.append("ends")

    async with at_work(inbox):
        inbox.begin(job)
        await trio.testing.wait_all_tasks_blocked()
    assert steps == ["ends", "the other"]


async def test_what_a_job_raises_is_for_those_who_work_and_not_for_who_brought_it():
    inbox = Inbox()

    def job():
        raise ZeroDivisionError

    with pytest.RaisesGroup(ZeroDivisionError):
        async with at_work(inbox):
            inbox.begin(job)
            await trio.testing.wait_all_tasks_blocked()


async def test_what_is_left_of_a_job_that_ends_the_work_can_tidy_up():
    inbox, steps = Inbox(), []

    async def rest():
        try:
            await trio.sleep_forever()
        finally:
            steps.append("tidy")

    async with at_work(inbox) as nursery:

        def job():
            nursery.cancel_scope.cancel()
            return rest()

        inbox.begin(job)
    assert steps == ["tidy"]
