"""When a page tries to get its connection back, at once or not at all, in a browser.

The clock of the pages is the tests': what happens while it stands was not waited for.
"""

from collections.abc import Iterator
from pathlib import Path
from socket import create_server

import pytest
from playwright.sync_api import Browser, expect

from tests.whole.bokeh_page import BokehPage
from tests.whole.conftest import FLAGS, chromium, new_tab
from tests.whole.desk_site import BACK, LOST, at, status
from tests.whole.fault_site import serving, write_site
from tests.whole.network import Line, line_to
from tests.whole.processes import Server

pytestmark = [pytest.mark.whole, pytest.mark.browser, pytest.mark.usefixtures("undisturbed")]

LOOK_AWAY = """() => {
    window.looked_at = false
    const says = (name, get) => Object.defineProperty(document, name, {get, configurable: true})
    says("hidden", () => !looked_at)
    says("visibilityState", () => looked_at ? "visible" : "hidden")
    document.dispatchEvent(new Event("visibilitychange"))
}"""
DIVERTED = """window.WebSocket = class extends WebSocket {
    constructor(url, what) { super(window.elsewhere ?? url, what) }
}"""
LOOK = "() => { looked_at = true; document.dispatchEvent(new Event('visibilitychange')) }"


def attempts_of(page: BokehPage) -> list[str]:
    """The addresses of the websockets that *page* opens from now on, as it opens them."""
    addresses: list[str] = []
    page.page.on("websocket", lambda websocket: addresses.append(websocket.url))
    return addresses


def stop_the_clock(page: BokehPage) -> None:
    page.page.clock.pause_at(page.page.evaluate("Date.now() + 1000"))


def let_minutes_pass(page: BokehPage, minutes: int) -> None:
    """So slowly that every attempt comes to its end."""
    for _ in range(4 * minutes):
        page.page.clock.fast_forward("00:15")
        page.attempted()


def cut(line: Line, page: BokehPage) -> None:
    """Cut *line*, and wait until *page* has noticed."""
    line.cut()
    page.disconnected()


@pytest.fixture
def page(faulty_tab: BokehPage) -> BokehPage:
    """The tab that loses its line, with a clock of its own."""
    faulty_tab.page.clock.install()
    return faulty_tab


def test_a_tab_that_nobody_looks_at_tries_a_few_times_and_goes_on_when_somebody_does(
    page: BokehPage, line: Line
) -> None:
    page.open(at(line.url, "desk", "unseen"))
    page.page.evaluate(LOOK_AWAY)
    attempts = attempts_of(page)
    cut(line, page)
    let_minutes_pass(page, 3)
    tried = len(attempts)
    assert 3 <= tried <= 6
    let_minutes_pass(page, 15)
    assert len(attempts) == tried
    line.mend()
    stop_the_clock(page)
    page.page.evaluate(LOOK)
    status(page, BACK)
    assert len(attempts) == tried + 1


def test_a_short_cut_is_over_before_somebody_looks(page: BokehPage, line: Line) -> None:
    page.open(at(line.url, "desk", "briefly"))
    page.page.evaluate(LOOK_AWAY)
    line.cut()
    line.mend()
    let_minutes_pass(page, 1)
    page.value("speed", "m.value = 11")  # not by its handle: the page may be drawn anew meanwhile
    page.until("log", "m.text == '1 changes: 11'")


def test_a_tab_that_is_looked_at_goes_on_trying(page: BokehPage, line: Line) -> None:
    page.open(at(line.url, "desk", "watched"))
    attempts = attempts_of(page)
    cut(line, page)
    let_minutes_pass(page, 5)
    tried = len(attempts)
    let_minutes_pass(page, 5)
    assert len(attempts) - tried >= 8


def test_a_network_that_comes_up_is_used_at_once(page: BokehPage, line: Line) -> None:
    page.open(at(line.url, "desk", "awake"))
    cut(line, page)
    let_minutes_pass(page, 2)
    status(page, LOST)
    stop_the_clock(page)
    page.page.context.set_offline(True)
    line.mend()
    page.page.context.set_offline(False)
    status(page, BACK)


def test_an_attempt_that_hangs_does_not_keep_who_looks_at_the_page_waiting(
    page: BokehPage, line: Line
) -> None:
    page.page.add_init_script(DIVERTED)
    page.open(at(line.url, "desk", "hanging"))
    page.page.evaluate(LOOK_AWAY)
    attempts = attempts_of(page)
    with create_server(("127.0.0.1", 0)) as deaf:
        host, port = deaf.getsockname()
        page.page.evaluate("url => { window.elsewhere = url }", f"ws://{host}:{port}/")
        line.cut()
        while not attempts:
            page.page.clock.fast_forward("00:01")
            page.page.wait_for_timeout(30)
        page.page.clock.fast_forward("00:03")
        status(page, LOST)
        line.mend()
        stop_the_clock(page)
        page.page.evaluate("window.elsewhere = undefined")
        page.page.evaluate(LOOK)
        status(page, BACK)
        assert len(attempts) == 2


@pytest.fixture(scope="module")
def keeping_browser(browser: Browser) -> Iterator[Browser]:
    """One that keeps pages as they are when they are left, as browsers of people do."""
    keeps = browser.browser_type.launch(
        executable_path=chromium(),
        args=FLAGS,
        ignore_default_args=["--disable-back-forward-cache"],
    )
    yield keeps
    keeps.close()


def test_a_page_that_is_gone_back_to_as_it_was_left_is_connected_at_once(
    keeping_browser: Browser, guest_house: Server, line: Line
) -> None:
    page = new_tab(keeping_browser)
    page.page.clock.install()
    page.open(f"{guest_house.url}/document?app={line.url}/desk")
    page.step("speed", 4)
    page.until("log", "m.text.endsWith(' 14')")
    page.page.evaluate(
        "window.kept = true; addEventListener('pageshow', (e) => kept = e.persisted)"
    )
    cut(line, page)  # no browser keeps a page that is connected
    let_minutes_pass(page, 1)
    status(page, LOST)
    stop_the_clock(page)
    page.page.goto(f"{guest_house.url}/elsewhere")
    line.mend()
    page.page.go_back(wait_until="commit")
    status(page, BACK)
    assert page.page.evaluate("kept") is True
    assert page.value("log", "m.text") == "4 changes: 14"
    page.page.context.close()


FRAIL = """#! sessions = { lost_lifetime = "200ms", on_expired = "new", build_timeout = "10s" }
from pathlib import Path
from bokeh.io import curdoc
from bokeh.models import Div

if Path(__file__).with_name("broken").exists():
    raise ValueError("on purpose")
curdoc().add_root(Div(name="note", text="well"))
"""


def test_a_page_of_which_no_new_document_can_be_made_is_told_so_and_stops(
    page: BokehPage, tmp_path: Path
) -> None:
    with serving(write_site(tmp_path, frail=FRAIL)) as server, line_to(server.url) as line:
        page.open(f"{line.url}/frail")
        (tmp_path / "broken").touch()
        stop_the_clock(page)
        cut(line, page)
        server.log.wait_for("session ended")
        attempts = attempts_of(page)
        line.mend()
        page.page.clock.fast_forward("00:05")
        status(page, "This session has ended, and a new one could not be made.")
        incident = server.log.wait_for(r"incident\W+(\w+)")[1]
        status(page, f"The application failed. Incident {incident}.")
        page.screenshot("reconnect-not-renewed")
        let_minutes_pass(page, 5)
        page.page.evaluate("dispatchEvent(new Event('online'))")
        assert len(attempts) == 1
        assert page.value("note", "m.text") == "well"
        (tmp_path / "broken").unlink()
        page.page.clock.resume()
        page.page.get_by_role("button", name="Reload").click()
        expect(page.page.get_by_role("status")).to_have_count(0)
        page.until("note", "m.text == 'well'")
