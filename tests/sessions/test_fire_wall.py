"""What goes through the fire wall: our own cancellation, and nothing else."""

import pytest
import trio

from docsync_trio.sessions.fire_wall import contained, fault_of_the_application


async def test_a_result_goes_through():
    async def run():
        return 5

    assert await contained(run, pytest.fail) == 5


@pytest.mark.parametrize(
    "error",
    [
        ValueError(),
        SystemExit(1),
        KeyboardInterrupt(),
        ExceptionGroup("a nursery", [ValueError(), TypeError()]),
        BaseExceptionGroup("a nursery", [SystemExit(1)]),
    ],
)
async def test_whatever_an_application_raises_is_reported_and_ends_here(error):
    async def run():
        raise error

    reported = []
    assert await contained(run, reported.append) is None
    assert reported == [error]


async def test_our_cancellation_goes_on_and_is_nobodys_fault():
    async def run():
        await trio.sleep_forever()

    reported = []
    with trio.CancelScope() as scope:
        scope.cancel()
        await contained(run, reported.append)
    assert scope.cancelled_caught
    assert reported == []


async def test_a_cancellation_kept_from_earlier_is_the_applications_fault():
    kept = []
    with trio.CancelScope() as scope:
        scope.cancel()
        try:
            await trio.sleep(1)
        except trio.Cancelled as error:
            kept.append(error)
            raise

    async def run():
        raise kept[0]

    reported = []
    await contained(run, reported.append)
    assert reported == kept


async def test_an_error_raised_while_we_are_cancelled_is_reported_and_we_stay_cancelled():
    async def run():
        try:
            await trio.sleep_forever()
        finally:
            raise ValueError("in the cleaning up")

    reported = []
    with trio.CancelScope() as scope:
        scope.cancel()
        await contained(run, reported.append)
        pytest.fail("went on although it was cancelled")
    assert scope.cancelled_caught
    assert [type(error) for error in reported] == [ValueError]


async def test_a_group_of_both_is_split():
    async def run():
        async with trio.open_nursery() as nursery:
            nursery.start_soon(trio.sleep_forever)
            try:
                await trio.sleep_forever()
            finally:
                raise ValueError("in the cleaning up")

    reported = []
    with trio.CancelScope() as scope:
        scope.cancel()
        await contained(run, reported.append)
    assert scope.cancelled_caught
    (group,) = reported
    assert group.split(trio.Cancelled)[0] is None


async def test_the_end_of_a_generator_is_nobodys_fault():
    assert fault_of_the_application(GeneratorExit()) is None
