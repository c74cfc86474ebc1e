"""No step of ``async`` code begins while a thread of its session works."""

import pytest
import trio
import trio.testing

from docsync_trio.sessions.passage import Passage
from docsync_trio.sessions.steps import stepwise


def nothing():
    pass


async def test_steps_wait_until_the_last_thread_has_ended():
    passage, done = Passage(), []

    async def work():
        for number in range(3):
            done.append(number)
            await trio.lowlevel.checkpoint()

    async def seen(*numbers):
        await trio.testing.wait_all_tasks_blocked()
        assert done == [*numbers]

    passage.close()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(stepwise, work(), nothing, nothing, passage)
        await seen()
        passage.close()
        passage.open()
        await seen()
        passage.open()
        await seen(0, 1, 2)


async def test_who_is_cancelled_while_it_waits_is_told():
    passage, told = Passage(), []

    async def work():
        try:
            await trio.lowlevel.checkpoint()
            passage.close()
            await trio.lowlevel.checkpoint()
        finally:
            told.append(passage)

    with trio.move_on_after(0.01) as scope:
        await stepwise(work(), nothing, nothing, passage)
    assert scope.cancelled_caught
    assert told == [passage]


async def test_nobody_waits_where_there_is_no_passage():
    async def work():
        await trio.lowlevel.checkpoint()
        return "done"

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Passage, "way", None)
        assert await stepwise(work(), nothing, nothing) == "done"
