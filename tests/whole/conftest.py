"""One browser for each module of tests, one fresh profile for each page.

The servers are started for the modules that ask for them.
"""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.whole.bokeh_page import PATIENCE, SCREENSHOTS, BokehPage, Visit
from tests.whole.desk_site import desks
from tests.whole.network import Line, line_to
from tests.whole.processes import Server, running

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MISSING = (
    "no Chromium was found, so nothing can be seen working. `make chromium` or "
    "`apt-get install chromium` installs one; CHROMIUM=/path/to/it names another; "
    "DOCSYNC_NO_BROWSER=1 leaves the browser tests out"
)
SIZE = {"width": 1280, "height": 800}
# As long as for all else; of itself it is a quarter of that.
expect.set_options(timeout=PATIENCE * 1000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if os.environ.get("DOCSYNC_NO_BROWSER") == "1":
        left_out = pytest.mark.skip(reason="DOCSYNC_NO_BROWSER=1")
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(left_out)


def chromium() -> str:
    """The browser to drive; it is an error that there is none."""
    wanted = os.environ.get("CHROMIUM")
    found = shutil.which(wanted) if wanted else next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.fail(MISSING, pytrace=False)
    return found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    executable = chromium()
    SCREENSHOTS.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield browser
        browser.close()


def new_tab(browser: Browser) -> BokehPage:
    return BokehPage(browser.new_context(viewport=SIZE).new_page())


@pytest.fixture
def faulty_tab(browser: Browser) -> Iterator[BokehPage]:
    """A tab in which something is meant to fail."""
    tab = new_tab(browser)
    yield tab
    tab.page.context.close()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    """Open an address in a tab of a fresh profile; red lines in a console fail the test."""
    pages: list[BokehPage] = []

    def open_page(url: str) -> BokehPage:
        pages.append(new_tab(browser))
        return pages[-1].open(url)

    yield open_page
    for page in pages:
        page.page.context.close()
    assert [fault for page in pages for fault in page.faults] == []


@pytest.fixture(scope="module")
def guest_house() -> Iterator[Server]:
    """Pages of somebody else's site, which may embed applications of `server`."""
    command = [sys.executable, str(Path(__file__).with_name("flask_pages.py"))]
    with running(command, listening=r"listening at port (?P<port>\d+)") as server:
        yield server


@pytest.fixture(scope="module")
def server(guest_house: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The site of `desk_site`; a module may have its own server of that name."""
    with desks(guest_house, tmp_path_factory.mktemp("site")) as server:
        yield server


@pytest.fixture
def line(server: Server) -> Iterator[Line]:
    with line_to(server.url) as line:
        yield line


@pytest.fixture(scope="module")
def other_visitor(browser: Browser, server: Server) -> Iterator[BokehPage]:
    page = new_tab(browser).open(f"{server.url}/desk")
    page.page.evaluate("window.here_all_along = Bokeh.documents[0].roots()[0]")
    yield page
    page.page.context.close()
    assert page.faults == []


@pytest.fixture
def undisturbed(other_visitor: BokehPage) -> Iterator[None]:
    """Somebody else's page on the same server, which notices nothing of the test."""
    yield
    speed = other_visitor.value("speed", "m.value") + 1
    other_visitor.step("speed", 1)
    other_visitor.until("log", f"m.text == '{speed - 10} changes: {speed}'")
    assert other_visitor.page.evaluate("here_all_along === Bokeh.documents[0].roots()[0]")
    assert other_visitor.page.get_by_role("status").count() == 0
