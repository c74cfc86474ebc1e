import math

import pytest
import trio

from docsync_trio.sessions.curfew import Curfew, Step


async def took(curfew, step, seconds):
    begun = trio.current_time()
    with curfew.grace(step, seconds):
        await trio.sleep_forever()
    return trio.current_time() - begun


async def test_a_step_has_its_own_patience_while_the_server_runs(autojump_clock):
    assert await took(Curfew(), Step.TASKS, 5.0) == 5.0


async def test_a_step_is_over_when_its_share_of_the_time_is(autojump_clock):
    curfew = Curfew()
    curfew.begin(10.0)

    for step in Step:
        await took(curfew, step, 60.0)
        assert trio.current_time() == pytest.approx(10.0 * step.value)


async def test_who_waits_already_when_the_end_begins_waits_no_longer_than_the_others(
    autojump_clock, nursery
):
    curfew = Curfew()

    async def begin():
        await trio.sleep(1)
        curfew.begin(2.0)

    nursery.start_soon(begin)

    assert await took(curfew, Step.TASKS, 60.0) == pytest.approx(1 + 2.0 * Step.TASKS.value)


async def test_the_end_begins_once(autojump_clock):
    curfew = Curfew()
    assert not curfew.has_begun()
    curfew.begin(10.0)
    await trio.sleep(5)
    curfew.begin(10.0)
    curfew.begin(math.inf)

    assert curfew.has_begun()
    assert await took(curfew, Step.GOODBYES, 60.0) == pytest.approx(1.0)


async def test_an_endless_shutdown_leaves_everybody_their_own_patience(autojump_clock):
    curfew = Curfew()
    curfew.begin(math.inf)

    assert await took(curfew, Step.GOODBYES, 7.0) == 7.0
