"""One job at a time, in the order of arrival, with others' turns in between."""

import trio

from docsync_trio.sessions.inbox import Inbox


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
