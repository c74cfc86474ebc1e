"""Applications made with Panel, as `panel serve` would serve them, in a real browser."""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route

from tests.whole.bokeh_page import SCREENSHOTS, BokehPage
from tests.whole.conftest import new_tab
from tests.whole.network import line_to
from tests.whole.processes import Server, docsync

pytestmark = [pytest.mark.whole, pytest.mark.browser]

APPS = Path(__file__).with_name("panel_apps")
EVERYWHERE = re.compile(r"^https?://(?!127\.0\.0\.1)")

MIDDLE, LEFT = {"x": 140, "y": 80}, {"x": 100, "y": 80}

Show = Callable[..., Page]
"""Opens an address in a tab of a fresh profile, which has the cookies that are named, without
any network but this machine."""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with docsync(APPS / "site.toml") as server:
        yield server


@pytest.fixture
def elsewhere() -> list[str]:
    """What pages have asked of other servers; they got an empty answer."""
    return []


@pytest.fixture
def show(browser: Browser, elsewhere: list[str]) -> Iterator[Show]:
    tabs: list[BokehPage] = []

    def nothing(route: Route) -> None:
        elsewhere.append(route.request.url)
        route.fulfill(status=200, body="", headers={"access-control-allow-origin": "*"})

    def show(url: str, **cookies: str) -> Page:
        tab = new_tab(browser)
        tab.page.context.add_cookies(
            [{"name": name, "value": value, "url": url} for name, value in cookies.items()]
        )
        tab.page.route(EVERYWHERE, nothing)
        tabs.append(tab.open(url))
        return tab.page

    yield show
    faults = [fault for tab in tabs for fault in tab.faults]
    for tab in tabs:
        tab.page.context.close()
    assert faults == []


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def sees(page: Page, *texts: str) -> None:
    for text in texts:
        page.get_by_text(text, exact=True).first.wait_for()


def photograph(page: Page, name: str) -> None:
    page.screenshot(path=SCREENSHOTS / f"panel-{name}.png")


def test_an_application_says_all_that_it_has_to_say(
    show: Show, server: Server, elsewhere: list[str]
) -> None:
    page = show(f"{server.url}/state?level=4&x=y")
    sees(page, "plain 4", "later 4", "counting 4.2", "depending 4")
    for name in ("click", "async", "hold", "unlock", "lock", "execute", "thread", "slow"):
        press(page, f"{name} me")
    page.locator(".noUi-handle").press("ArrowRight")

    sees(page, "plain 5", "later 5", "counting 5.2", "depending 5")
    sees(page, "click: (1, True, True)", "async click: (1, True)", "added 1", "held: 4", "new")
    sees(page, "unlocked: 3", "locked: done", "executed: plain, async", "thread: done")
    sees(page, "slow: done", "tick: 3", "async tick: 3", "loaded: plain", "loaded later: async")
    sees(page, "arguments: {'level': [b'4'], 'x': [b'y']}", "cookies: {}", "agent: True")
    sees(page, "user: (None, None)", "place: ('/', '', '/state')", "served: True", "route: {}")
    sees(page, "location: ('/state', '?level=4&x=y')", "sessions: (1, 0)")
    page.wait_for_url("**/state?level=5&x=y")
    assert page.title() == "State of things"
    photograph(page, "state")

    page.close()
    server.log.wait_for("/state .*session ended: no longer used")
    again = show(f"{server.url}/state")
    sees(again, "sessions: (2, 1)")
    assert elsewhere == []


def test_what_a_plain_function_changes_is_seen_while_it_computes(
    show: Show, server: Server, tmp_path: Path
) -> None:
    page = show(f"{server.url}/state?until={tmp_path}/seen")
    press(page, "slow me")

    sees(page, "slow: begun")
    page.locator(".pn-loading").wait_for()
    (tmp_path / "seen").touch()
    sees(page, "slow: done")
    page.locator(".pn-loading").wait_for(state="detached")


def test_a_page_finds_its_way_back(browser: Browser, server: Server) -> None:
    with line_to(server.url) as line:
        tab = new_tab(browser).open(f"{line.url}/state")
        press(tab.page, "click me")
        sees(tab.page, "click: (1, True, True)")

        line.cut()
        tab.page.get_by_role("status").wait_for()
        line.mend()
        tab.page.get_by_role("status").wait_for(state="hidden")

        press(tab.page, "click me")
        sees(tab.page, "click: (2, True, True)")
        tab.page.context.close()


@pytest.mark.parametrize("template", ["fast", "material", "bootstrap", "own"])
def test_templates_look_as_they_should(show: Show, server: Server, template: str) -> None:
    page = show(f"{server.url}/deep/in/here?t={template}")
    sees(page, "level 1")
    page.locator(".noUi-handle").press("ArrowRight")
    sees(page, "level 2")

    if template == "own":
        sees(page, "A template of one's own, reader")
    else:
        assert page.title() == f"In {template}"
        press(page, "greet")
        sees(page, "hello there")
    photograph(page, f"template-{template}")


def test_components_talk_and_files_travel_both_ways(
    show: Show, server: Server, elsewhere: list[str], tmp_path: Path
) -> None:
    page = show(f"{server.url}/parts?with=widget")
    page.locator("#widget", has_text="widget 5").click()
    sees(page, "widget 6", "python has 6")
    page = show(f"{server.url}/parts?with=counter")
    page.locator("#counter", has_text="counter 0").click()

    sees(page, "counter 1", "python has 1", "said: it was pressed at 1")
    page.locator("#counter[title='answered']").wait_for()
    big = tmp_path / "big.bin"
    big.write_bytes(os.urandom(20_000_000) + b"last")
    page.locator("input[type=file]").set_input_files(big)
    sees(page, "received: big.bin, 20000004 bytes, ends b'last'")
    with page.expect_download() as download:
        page.get_by_text("fetch it").first.click()
    assert download.value.suggested_filename == "report.txt"
    assert Path(download.value.path()).read_text() == "the content"
    press(page, "notify me")
    sees(page, "it is saved")
    photograph(page, "parts")
    assert elsewhere == []


def test_a_table_has_pages_is_edited_and_grows_and_a_chat_answers(
    show: Show, server: Server
) -> None:
    page = show(f"{server.url}/table")
    sees(page, "row 0")
    press(page, "Next Page")
    page.locator(".tabulator-cell", has_text="row 8").click()
    field = page.locator(".tabulator-cell input")
    field.fill("changed")
    field.press("Enter")
    sees(page, "edited: name of 8: row 8 is changed")
    press(page, "stream")  # the table goes to its last page by itself
    sees(page, "the last")

    page.locator(".chat-interface-input-widget textarea").fill("hello")
    page.keyboard.press("Enter")
    sees(page, "you said hello")
    photograph(page, "table")


def test_other_libraries_are_shown_and_listened_to(show: Show, server: Server) -> None:
    page = show(f"{server.url}/panes")
    page.locator(".noUi-handle").press("ArrowRight")
    figures = page.locator(".bk-Figure")
    figures.nth(1).click()
    figures.nth(0).drag_to(figures.nth(0), source_position=MIDDLE, target_position=LEFT)
    page.get_by_text(re.compile(r"from \d+ to [1-9]\d*")).wait_for()
    page.get_by_text(re.compile(r"tapped \d+\.\d")).wait_for()
    page.locator(".js-plotly-plot .scatterlayer .trace").first.wait_for()
    page.locator("canvas.marks, .vega-embed canvas, .vega-embed svg").first.wait_for()
    press(page, "new figure")
    page.locator(".js-plotly-plot .barlayer .trace").first.wait_for()
    photograph(page, "panes")


@pytest.mark.parametrize(
    ("name", "title", "level"),
    [("notes", "Notes of today", "level 3"), ("book", "Book", "level 4")],
)
def test_markdown_files_and_notebooks_are_applications(
    show: Show, server: Server, name: str, title: str, level: str
) -> None:
    page = show(f"{server.url}/{name}")
    page.locator(".noUi-handle").press("ArrowRight")

    sees(page, level)
    assert page.title() == title
    photograph(page, name)


def test_panels_own_threads_keep_the_page_quick(show: Show) -> None:
    with docsync(APPS / "pool.py") as server:
        page = show(f"{server.url}/pool")
        sees(page, "loaded: loaded")
        press(page, "slow")
        sees(page, "where: begun elsewhere: True")
        press(page, "fast")

        sees(page, "quick: 1 while begun elsewhere: True", "where: done")


def test_what_react_makes_and_what_the_request_said(show: Show) -> None:
    with docsync(APPS / "whole.py") as server:
        page = show(f"{server.url}/whole", taste="good")
        sees(page, "cookie: good", "language: en", "cached: (4, 4, 1)")
        for name in ("press me", "keep"):
            press(page, name)
        sees(page, "react: pressed 1 times", "kept: True")
        photograph(page, "whole")
