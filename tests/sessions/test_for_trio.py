import asyncio
import contextlib

import pytest
import sniffio
import trio
from bokeh.io import curdoc

from docsync_trio import for_trio
from tests.sessions.fakes import on_stage


@for_trio
async def where_am_i(number):
    await trio.sleep(1)
    return sniffio.current_async_library(), number, curdoc()


@for_trio
async def count(end):
    for number in range(end):
        await trio.sleep(1)
        yield number


async def test_asyncio_code_awaits_what_is_written_for_trio(autojump_clock):
    async with on_stage(lambda document: None, async_kind="asyncio") as stage:
        session = await stage.session()

        async def asyncio_code(document):
            return sniffio.current_async_library(), await where_am_i(7)

        outside, (inside, number, current) = await session.with_document(asyncio_code)

        assert (outside, inside, number) == ("asyncio", "trio", 7)
        assert current is session.document


async def test_asyncio_code_iterates_over_what_is_written_for_trio(autojump_clock):
    async with on_stage(lambda document: None, async_kind="asyncio") as stage:
        session = await stage.session()

        async def asyncio_code(document):
            return [number async for number in count(3)]

        assert await session.with_document(asyncio_code) == [0, 1, 2]


async def test_a_generator_that_is_left_early_is_closed_on_trio(autojump_clock):
    seen = []

    @for_trio
    async def endless():
        try:
            while True:
                yield len(seen)
        finally:
            await trio.sleep(1)
            seen.append(sniffio.current_async_library())

    async with on_stage(lambda document: None, async_kind="asyncio") as stage:
        session = await stage.session()

        async def asyncio_code(document):
            async with contextlib.aclosing(endless()) as numbers:
                return await anext(numbers)

        assert await session.with_document(asyncio_code) == 0
        assert seen == ["trio"]


async def test_trio_code_awaits_it_as_ever(autojump_clock):
    assert (await where_am_i(1))[:2] == ("trio", 1)
    assert [number async for number in count(2)] == [0, 1]


async def test_an_error_comes_back_to_who_awaits(autojump_clock):
    @for_trio
    async def broken():
        raise LookupError("on purpose")

    async with on_stage(lambda document: None, async_kind="asyncio") as stage:
        session = await stage.session()

        async def asyncio_code(document):
            with pytest.raises(LookupError, match="on purpose"):
                await broken()
            return "went on"

        assert await session.with_document(asyncio_code) == "went on"


async def test_it_is_cancelled_with_the_asyncio_task_that_awaits_it(autojump_clock):
    seen = []

    @for_trio
    async def endless():
        try:
            await trio.sleep_forever()
        except trio.Cancelled:
            seen.append("cancelled")
            raise

    async with on_stage(lambda document: None, async_kind="asyncio") as stage:
        session = await stage.session()

        async def asyncio_code(document):
            task = asyncio.create_task(endless())
            await asyncio.sleep(1)
            task.cancel()
            await asyncio.wait([task])

        await session.with_document(asyncio_code)

        assert seen == ["cancelled"]


def test_a_plain_function_cannot_be_marked():
    with pytest.raises(TypeError, match="plain is no async function"):

        @for_trio
        def plain(): ...
