"""A site that a test has opened, used by others than the fake browser; and Bokeh's own kinds."""

import pytest
from bokeh.application.handlers import FunctionHandler

from docsync_trio.testing import open_site
from tests.testing.applications import desk


async def test_a_client_joins_over_the_network_and_is_in_step_with_a_page():
    async with open_site(desk, port=0) as site, site.pull_session("/desk") as session:
        session.document.get_model_by_name("slider").value = 3
        await session.force_roundtrip()
        assert session.document.get_model_by_name("said").text == "moved to 3"
        assert site.session("/desk").document.get_model_by_name("slider").value == 3


@pytest.mark.parametrize("handler", [desk, FunctionHandler(desk)], ids=["function", "bokeh"])
async def test_what_is_shown_to_those_who_come_from_bokehs_tests(handler, autojump_clock):
    async with open_site({"/": handler}) as site, site.open("/") as page:
        page.model("slider").value = 3
        await page.settled()
        assert site.session("/").document.get_model_by_name("slider").value == 3


async def test_requests_of_all_kinds_are_answered(autojump_clock):
    async with open_site(desk, overrides=["server.prefix=/below"]) as site:
        assert site.url() == "http://docsync.test/below/desk"
        assert (await site.get("/below/desk/metadata")).json()["url"] == "/desk"
        assert (await site.request("HEAD", "/below/desk")).body == b""
        assert (await site.get("/nowhere")).status == 404
        assert (await site.get()).headers["content-type"].startswith("text/html")
        async with site.open() as page:
            assert "<html" in page.html
        with pytest.raises(LookupError, match="there are 2 sessions, not one"):
            site.session()


async def test_a_site_of_several_applications_asks_which_is_meant(autojump_clock):
    async with open_site({"/a": desk, "/b": desk}) as site:
        with pytest.raises(LookupError, match="say which application is meant: /a, /b"):
            await site.get()
