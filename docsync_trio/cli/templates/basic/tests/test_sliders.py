"""What visitors see of the site, without a browser and without a network.

`docsync_site` is the nearest site.toml, open for the length of a test. A test fails by
itself when the application raises, or keeps something of a session that has ended.
"""


async def test_moving_a_slider_changes_the_plot(docsync_site):
    async with docsync_site.open("/sliders") as page:
        page.model("amplitude").value = 3
        await page.settled()

        assert max(page.model("wave").data["y"]) > 2.5


async def test_each_visitor_has_a_wave_of_their_own(docsync_site):
    async with docsync_site.open("/sliders") as one, docsync_site.open("/sliders") as other:
        one.model("amplitude").value = 3
        await docsync_site.settled()

        assert other.model("amplitude").value == 1
