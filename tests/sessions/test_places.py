"""Places for threads: never more than there are, and first come, first served."""

import trio
import trio.testing

from docsync_trio.sessions.places import Places


async def test_there_are_as_many_places_as_there_may_be_and_one_that_is_left_can_be_taken_again():
    places = Places(2)

    assert [places.take_now() for _ in range(3)] == [True, True, False]
    places.leave()
    assert places.taken == 1
    with trio.testing.assert_checkpoints():
        await places.take()
    assert not places.take_now()


async def test_who_has_waited_longest_has_the_next_place_and_nobody_takes_it_first():
    places, order = Places(1), []
    places.take_now()

    async def wait(name):
        await places.take()
        order.append(name)

    async with trio.open_nursery() as nursery:
        for name in ("first", "second"):
            nursery.start_soon(wait, name)
            await trio.testing.wait_all_tasks_blocked()
        places.leave()
        assert not places.take_now()
        await trio.testing.wait_all_tasks_blocked()
        assert (order, places.taken) == (["first"], 1)
        places.leave()
    assert order == ["first", "second"]
    places.leave()
    assert places.taken == 0


async def test_who_gives_up_waiting_is_passed_over():
    places = Places(1)
    places.take_now()

    async with trio.open_nursery() as nursery:
        with trio.move_on_after(0) as gone:
            await places.take()
        assert gone.cancelled_caught
        nursery.start_soon(places.take)
        await trio.testing.wait_all_tasks_blocked()
        places.leave()
    assert places.taken == 1
    places.leave()
    assert places.taken == 0
