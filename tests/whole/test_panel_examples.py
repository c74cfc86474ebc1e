"""The three applications of `examples/panel`, used as their visitors would."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.whole.bokeh_page import SCREENSHOTS
from tests.whole.conftest import new_tab
from tests.whole.processes import ROOT, Server, docsync

pytestmark = [pytest.mark.whole, pytest.mark.browser]

ELSEWHERE = re.compile(r"^https?://(?!127\.0\.0\.1)")
FARMS = "%5B%22Borkum%22%2C%22Dogger%22%5D"


def test_the_examples_of_panel_work(browser: Browser) -> None:
    tab = new_tab(browser)
    # Fonts and icons, which Panel's templates ask for.
    tab.page.route(ELSEWHERE, lambda route: route.fulfill(status=200, body=""))
    # The first document imports Panel, which on a busy machine takes more than ten seconds.
    patient = ("--set", 'sessions.loop_timeout="1m"')
    with docsync(ROOT / "examples" / "panel" / "site.toml", *patient) as server:
        look_at_the_dashboard(tab.page, server)
        look_at_the_monitor(tab.page, server)
        ask_the_control_room(tab.page, server)
    tab.page.context.close()


def look_at_the_dashboard(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/dashboard?farms={FARMS}")
    page.get_by_text("2025-01-03").first.wait_for()
    page.get_by_label("Dogger").uncheck()
    expect(page).to_have_url(re.compile(r"farms=%5B%22Borkum%22%5D"))
    photograph(page, "dashboard")
    with page.expect_download() as download:
        page.get_by_text("Download CSV").click()
    assert len(Path(download.value.path()).read_text().splitlines()) == 366
    page.get_by_text("365 rows").first.wait_for()


def look_at_the_monitor(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/monitor")
    length = (
        "[...(window.Bokeh?.documents[0]?._all_models.values() ?? [])]"
        ".find(m => m.type == 'ColumnDataSource' && m.data.T1)?.data.T1.length"
    )
    page.wait_for_function(f"(window.first ??= {length}) && {length} > window.first + 1")
    photograph(page, "monitor")
    page.get_by_role("button", name="Pause").click()
    expect(page).to_have_url(re.compile("paused=true"))


def ask_the_control_room(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/chat")
    box = page.get_by_placeholder("Send a message")
    box.fill("What about Borkum?")
    box.press("Enter")
    page.get_by_text("450 MW").wait_for()
    photograph(page, "chat")


def photograph(page: Page, name: str) -> None:
    page.screenshot(path=SCREENSHOTS / f"panel-example-{name}.png")
