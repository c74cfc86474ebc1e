"""What visitors see of the dashboard, without a browser and without a network.

`docsync_site` is the nearest site.toml, open for the length of a test. A test fails by
itself when the application raises, or keeps something of a session that has ended.
"""


async def test_another_building_brings_other_days(docsync_site):
    async with docsync_site.open("/energy") as page:
        before = page.model("mean").text
        page.model("building").value = "Swimming pool"
        await page.settled()

        assert page.model("mean").text != before


async def test_the_means_are_those_of_the_selected_days(docsync_site):
    async with docsync_site.open("/energy") as page:
        page.model("days").selected.indices = list(range(31))
        await page.settled()

        assert "31" in page.model("count").text
        january, *others = page.model("months").data["kwh"]
        assert january > 0
        assert sum(others) == 0


async def test_weekends_can_be_left_out(docsync_site):
    async with docsync_site.open("/energy") as page:
        page.model("weekends").active = False
        await page.settled()

        assert set(page.model("days").data["kind"]) == {"workday"}
