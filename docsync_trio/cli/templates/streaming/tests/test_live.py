"""What visitors see of the feed, without a browser and without a network.

`docsync_site` is the nearest site.toml, open for the length of a test. Time is virtual:
nobody waits for a periodic task, the clock jumps to when it is due.
"""

import trio
from apps.feed import KEPT, PERIOD


async def test_numbers_arrive_by_themselves(docsync_site):
    async with docsync_site.open("/live") as page:
        before = len(page.model("feed").data["time"])
        await trio.sleep(10 * PERIOD)
        await page.settled()

        assert len(page.model("feed").data["time"]) == before + 10
        assert "kW" in page.model("north").text


async def test_all_visitors_see_the_same_feed(docsync_site):
    async with docsync_site.open("/live") as one, docsync_site.open("/live") as other:
        await one.changed()
        await docsync_site.settled()

        assert list(one.model("feed").data["north"]) == list(other.model("feed").data["north"])


async def test_a_page_that_stays_open_does_not_grow_without_end(docsync_site):
    async with docsync_site.open("/live") as page:
        await trio.sleep((KEPT + 50) * PERIOD)
        await page.settled()

        assert len(page.model("feed").data["time"]) == KEPT


async def test_a_visitor_chooses_how_much_is_shown(docsync_site):
    async with docsync_site.open("/live") as page:
        page.model("span").active = 1
        await page.settled()

        assert page.model("plot").x_range.follow_interval == 60_000
