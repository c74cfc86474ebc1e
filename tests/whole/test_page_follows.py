"""Pages of applications that are changed while they are open."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.whole.bokeh_page import BokehPage
from tests.whole.conftest import new_tab
from tests.whole.followed_apps import followed_site

pytestmark = [pytest.mark.whole, pytest.mark.browser]

# What anybody could have seen of notices and overlays, in each frame.
WATCH = """
    window.seen = new Set()
    const look = () => {
        for (const {shadowRoot} of document.querySelectorAll("body > div")) {
            const said = shadowRoot && shadowRoot.querySelector("[role=status], [role=alert]")
            if (said && said.textContent) { seen.add(said.textContent) }
        }
        requestAnimationFrame(look)
    }
    requestAnimationFrame(look)
"""


@pytest.fixture
def tab(browser: Browser) -> BokehPage:
    tab = new_tab(browser)
    tab.page.add_init_script(WATCH)
    return tab


def peak(tab: BokehPage) -> float:
    return tab.value("wave", "Math.max(...m.data.y)")


def test_a_page_follows_its_application(tab: BokehPage, tmp_path: Path) -> None:
    with followed_site(tmp_path) as site:
        tab.open(f"{site.server.url}/sliders?who=me")
        tab.step("speed", 4)
        tab.choose("colour", "olive")
        tab.answered()
        tab.page.evaluate("scrollTo(0, 600)")
        tab.page.evaluate("window.same = true")

        # The document alone has changed: it is drawn anew in the page that is there.
        site.change(">first<", ">second<")
        tab.until("text", "m.text.includes('second')")
        tab.until("speed", "m.value == 5")
        tab.until("colour", "m.value == 'olive'")
        assert peak(tab) > 4.9
        tab.settled()
        assert tab.page.evaluate("[scrollY, same]") == [600, True]
        tab.step("speed", 1)
        tab.until("wave", "Math.max(...m.data.y) > 5.9")
        tab.page.evaluate("scrollTo(0, 600)")

        # The page itself is another one: it is loaded, and is where it was.
        site.change('curdoc().title = "Sliders"', 'curdoc().title = "Waves"')
        expect(tab.page).to_have_title("Waves")
        tab.page.wait_for_function("window.same === undefined && whole.ready()")
        tab.until("speed", "m.value == 6")
        tab.page.wait_for_function("scrollY == 600")
        assert peak(tab) > 5.9
        assert tab.page.url == f"{site.server.url}/sliders?who=me"
        assert tab.page.evaluate("[...seen]") == []

        # What cannot be kept is said, once and calmly.
        site.change("end=10, value=1", "end=3, value=1")
        tab.until("speed", "m.end == 3")
        assert tab.value("speed", "m.value") == 1
        status = tab.page.get_by_role("status")
        expect(status).to_contain_text("Not kept: “Speed”: 6 is not between 0 and 3.")
        tab.until("colour", "m.value == 'olive'")
        tab.screenshot("follows-not-kept")

        # Stylesheets are exchanged in the page, and templates make another one of it.
        tab.open(f"{site.server.url}/styled")
        heading = tab.page.locator("h1")
        expect(heading).to_have_css("color", "rgb(1, 2, 3)")
        tab.page.evaluate("window.same = true")
        site.write("styled/static/look.css", "h1 { color: rgb(7, 8, 9) }")
        expect(heading).to_have_css("color", "rgb(7, 8, 9)")
        assert tab.page.evaluate("window.same")
        site.change("<h1>one</h1>", "<h1>two</h1>", name="styled/templates/index.html")
        expect(heading).to_have_text("two")
        expect(heading).to_have_css("color", "rgb(7, 8, 9)")
        tab.page.wait_for_function("whole.ready()")
        assert tab.page.evaluate("[...seen]") == []
        assert tab.faults == []
