"""One producer and two hundred viewers in one process, on a clock that does not tick."""

from contextlib import AsyncExitStack

import pytest
import trio

from docsync_trio.testing import events, open_site
from tests.whole.processes import ROOT

pytestmark = pytest.mark.whole

SITE = ROOT / "examples" / "live_feed" / "site.toml"
VIEWERS = 200


async def test_two_hundred_viewers_get_all_ticks_though_one_is_stuck(autojump_clock) -> None:
    async with open_site(SITE) as site, AsyncExitStack() as stack:
        pages = [await stack.enter_async_context(site.open("/feed")) for _ in range(VIEWERS)]
        first = max(page.model("ticks").data["number"][-1] for page in pages)
        stuck = site.sessions("/feed")[0]

        async def nap() -> None:
            await trio.sleep(4)

        stuck.document.add_next_tick_callback(nap)
        await trio.sleep(3.1)
        ends = sorted(page.model("ticks").data["number"][-1] for page in pages)
        assert ends[0] <= first + 1
        assert set(ends[1:]) == {ends[-1]}
        assert ends[-1] == first + 8  # four in a second, but for the one it waited for
        await trio.sleep(4)
        await site.settled()
        numbers = [page.model("ticks").data["number"] for page in pages]
        assert {len(set(page)) for page in numbers} == {len(numbers[0])}
        for page in numbers:
            assert list(page) == list(range(page[0], page[-1] + 1))
        assert {page[-1] for page in numbers} == {numbers[0][-1]}
        assert site.observed(events.CallbackFailed) == []
