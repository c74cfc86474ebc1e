"""Waiting for a moment that others may advance, on a clock that jumps."""

import math

import pytest
import trio

from docsync_trio.sessions.alarm import Alarm


async def test_it_waits_until_its_time_again_and_again(autojump_clock):
    alarm, begun = Alarm(), trio.current_time()
    for at in (1.0, 2.5, 2.5):
        await alarm.wait(begun + at)
        assert trio.current_time() - begun == pytest.approx(at)


async def test_it_may_be_advanced_but_not_put_off(autojump_clock):
    alarm, begun = Alarm(), trio.current_time()
    alarm.advance(begun)  # nobody waits
    async with trio.open_nursery() as nursery:
        nursery.start_soon(alarm.wait, math.inf)
        await trio.testing.wait_all_tasks_blocked()
        alarm.advance(begun + 3)
        alarm.advance(begun + 5)
    assert trio.current_time() - begun == pytest.approx(3)


async def test_who_waits_can_be_cancelled(autojump_clock):
    alarm, begun = Alarm(), trio.current_time()
    with trio.move_on_after(2) as scope:
        await alarm.wait(math.inf)
    assert scope.cancelled_caught
    assert trio.current_time() - begun == pytest.approx(2)


async def test_who_is_cancelled_when_the_time_has_come_is_cancelled(autojump_clock):
    begun = trio.current_time()
    with trio.move_on_at(begun + 2) as scope:
        await Alarm().wait(begun + 2)
    assert scope.cancelled_caught
