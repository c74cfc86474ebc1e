"""Code written for asyncio hands work to pools of its own."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from docsync_trio.sessions.asyncio_bridge import open_bridge
from docsync_trio.sessions.curfew import Curfew


@pytest.mark.parametrize("own_pool", [False, True], ids=["the loop's pool", "a pool of its own"])
async def test_a_coroutine_computes_in_a_thread(own_pool):
    with ThreadPoolExecutor(max_workers=1) as pool:

        async def compute():
            loop = asyncio.get_running_loop()
            executor = pool if own_pool else None
            thread = await loop.run_in_executor(executor, threading.get_ident)
            return thread, await asyncio.to_thread(pow, 2, 5)

        async with open_bridge(Curfew()) as bridge:
            thread, power = await bridge.run(compute())
    assert thread != threading.get_ident()
    assert power == 32


async def test_what_a_pool_raises_reaches_the_coroutine():
    async def divide():
        return await asyncio.get_running_loop().run_in_executor(pool, divmod, 1, 0)

    with ThreadPoolExecutor(max_workers=1) as pool:
        async with open_bridge(Curfew()) as bridge:
            with pytest.raises(ZeroDivisionError):
                await bridge.run(divide())
