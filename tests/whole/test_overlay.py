"""What pages show when their application has failed, until it is mended."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.whole.bokeh_page import BokehPage
from tests.whole.followed_apps import SLIDERS, followed_site

pytestmark = [pytest.mark.whole, pytest.mark.browser]


def test_errors_stand_over_the_page_until_they_are_mended(
    faulty_tab: BokehPage, tmp_path: Path
) -> None:
    tab, page = faulty_tab, faulty_tab.page
    alert, status = page.get_by_role("alert"), page.get_by_role("status")
    with followed_site(tmp_path) as site:
        tab.open(f"{site.server.url}/sliders")
        tab.step("speed", 4)
        tab.click("bad")
        expect(alert).to_contain_text("ZeroDivisionError: division by zero")
        expect(alert).to_contain_text(re.compile(r"sliders\.py:\d+ in share"))
        expect(alert.locator(".here").first).to_contain_text("return 1 / parts")
        tab.screenshot("overlay-callback")
        page.keyboard.press("Escape")
        expect(alert).to_have_count(0)

        site.change("def share(parts):", "def share(parts:")
        expect(alert).to_contain_text("SyntaxError: '(' was never closed")
        expect(alert).to_contain_text("this page is as it was before")
        tab.step("speed", 1)
        tab.until("wave", "Math.max(...m.data.y) > 5.9")
        page.emulate_media(color_scheme="dark")
        page.set_viewport_size({"width": 420, "height": 800})
        tab.screenshot("overlay-syntax-dark-narrow")
        other = page.context.new_page()
        other.goto(f"{site.server.url}/sliders")
        expect(other.get_by_role("alert")).to_contain_text("'(' was never closed")
        other.close()

        # It can be imported, and no document can be built.
        site.change("def share(parts:", "figur()\ndef share(parts):")
        expect(alert).to_contain_text("NameError: name 'figur' is not defined")
        expect(alert).to_contain_text("did you mean 'figure'?")
        expect(alert).not_to_contain_text("never closed")
        tab.screenshot("overlay-build-dark-narrow")
        site.change("figur()\n", "")
        expect(alert).to_have_count(0)
        tab.until("speed", "m.value == 6")
        expect(status).to_have_count(0)
        log = site.server.log.text
        assert re.search(r'File "\S+sliders\.py", line \d+, in share', log), log


def test_pages_that_could_not_be_made_heal_by_themselves(
    faulty_tab: BokehPage, tmp_path: Path
) -> None:
    tabs = [faulty_tab, BokehPage(faulty_tab.page.context.new_page())]
    with followed_site(tmp_path, SLIDERS.replace("import numpy", "import nummpy")) as site:
        for tab, path in zip(tabs, ("sliders", "instant"), strict=True):
            tab.page.bring_to_front()
            tab.page.goto(f"{site.server.url}/{path}")
            expect(tab.page.get_by_text("No module named 'nummpy'").first).to_be_visible()
            expect(tab.page.get_by_text("did you mean 'numpy'?")).to_be_visible()
            tab.screenshot(f"overlay-failed-{path}")
        site.change("import nummpy", "import numpy")
        for tab in tabs:
            tab.page.bring_to_front()
            expect(tab.page).to_have_title("Sliders")  # the policy lets no script look before
            tab.page.wait_for_function("whole.ready()")
            tab.step("speed", 1)
            tab.until("wave", "Math.max(...m.data.y) > 1.9")
        # An application that was broken has never kept the other from being served.
        faulty_tab.open(f"{site.server.url}/styled")
