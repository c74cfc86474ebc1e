"""Pages that lose their connection, in a browser, over a line that is really cut.

What they promise is in docs/reconnecting.md. Beside every page that suffers there is
another on the same server that must never notice.
"""

import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.whole.bokeh_page import BokehPage, Visit
from tests.whole.desk_site import BACK, DESK, LOST, NOT_ALL_KEPT, at, let_time_pass, status
from tests.whole.network import Line, line_to
from tests.whole.processes import Server, docsync, running

pytestmark = [pytest.mark.whole, pytest.mark.browser, pytest.mark.usefixtures("undisturbed")]

DATA = """[...Bokeh.documents[0].all_models].filter((m) => m.type == "ColumnDataSource")
    .sort((a, b) => a.name < b.name ? -1 : 1)
    .map((m) => [m.name, Object.entries(m.data).sort().map(([name, column]) => (
        [name, column.constructor.name, JSON.stringify(column, (_, value) => (
            ArrayBuffer.isView(value) ? [value.dtype, value.shape, ...value]
            : Number.isNaN(value) ? "NaN" : value))]))])"""


@pytest.fixture
def page(faulty_tab: BokehPage) -> BokehPage:
    """The tab that loses its line: its console may be red."""
    return faulty_tab


def data_of(page: BokehPage) -> object:
    page.settled()
    return page.page.evaluate(DATA)


def test_a_page_is_in_step_again_after_two_minutes_without_a_network(
    page: BokehPage, visit: Visit, server: Server, line: Line
) -> None:
    page.page.clock.install()
    page.open(at(line.url, "desk", "two-minutes"))
    viewer = visit(at(server.url, "desk", "two-minutes"))
    line.cut()
    page.page.clock.fast_forward("00:03")
    status(page, LOST)
    page.screenshot("reconnect-lost")
    viewer.step("scale", 4)
    viewer.until("scale", "m.value == 5")
    viewer.click("late")
    viewer.until("added", "true")
    # BokehJS alone would have given up after 30 s.
    for _ in range(8):
        page.page.clock.fast_forward("00:15")
    line.mend()
    let_time_pass(page, LOST, gone=True)
    assert page.value("scale", "m.value") == 5
    assert page.value("added", "m.text") == "added later"
    page.page.clock.fast_forward("00:05")
    expect(page.page.get_by_role("status")).to_be_empty()
    assert data_of(page) == data_of(viewer)
    page.step("speed", 2)
    viewer.until("log", "m.text.endsWith('12')")


def test_a_line_that_falls_silent_is_given_up_and_nothing_changed_meanwhile_is_lost(
    page: BokehPage, visit: Visit, server: Server, line: Line
) -> None:
    page.page.clock.install()
    page.open(at(line.url, "desk", "silent"))
    viewer = visit(at(server.url, "desk", "silent"))
    line.silence()
    page.step("speed", 5)
    page.choose("colour", "olive")
    # Nobody has told the page; it asks, gets no answer, and gives the line up.
    let_time_pass(page, LOST)
    page.type("remark", "written in a tunnel")
    line.cut()
    line.mend()
    let_time_pass(page, LOST, gone=True)
    viewer.until("remark", "m.value == 'written in a tunnel'")
    viewer.until("speed", "m.value == 15")
    viewer.until("colour", "m.value == 'olive'")
    page.until("log", "m.text.includes('changes')")
    assert page.value("speed", "m.value") == 15
    assert page.page.evaluate("whole.refused") == []


def test_where_both_sides_changed_the_same_the_others_change_stands_and_it_is_told(
    page: BokehPage, visit: Visit, server: Server, line: Line
) -> None:
    page.open(at(line.url, "desk", "conflict"))
    viewer = visit(at(server.url, "desk", "conflict"))
    line.cut()
    status(page, LOST)
    page.step("speed", 5)
    page.choose("colour", "tomato")
    viewer.step("speed", -3)
    viewer.until("log", "m.text.endsWith(' 7')")
    line.mend()
    status(page, NOT_ALL_KEPT)
    page.screenshot("reconnect-not-all-kept")
    page.until("speed", "m.value == 7")
    viewer.until("colour", "m.value == 'tomato'")
    assert viewer.value("speed", "m.value") == 7


def test_a_cell_that_was_edited_meanwhile_is_kept_and_a_pressed_button_is_told_to_be_lost(
    page: BokehPage, visit: Visit, server: Server, line: Line
) -> None:
    page.open(at(line.url, "desk", "cells"))
    viewer = visit(at(server.url, "desk", "cells"))
    line.cut()
    status(page, LOST)
    cell = page.element("grid").locator(".slick-row").nth(1).locator(".slick-cell.l2")
    cell.dblclick()
    cell.locator("input").fill("20")
    cell.locator("input").press("Enter")
    page.until("table", "m.data.count[1] == 20")
    page.click("late")
    line.mend()
    status(page, NOT_ALL_KEPT)
    viewer.until("table", "m.data.count[1] == 20")
    assert page.value("table", "m.data.count") == [1, 20, 3]
    page.answered()
    assert viewer.page.evaluate("Bokeh.documents[0].roots().length") == 1


def test_neither_the_place_in_the_page_nor_what_is_being_typed_is_lost(
    page: BokehPage, line: Line
) -> None:
    page.open(at(line.url, "desk", "place"))
    field = page.element("remark").locator("input")
    field.press_sequentially("half")
    page.page.evaluate("scrollTo(0, 700)")
    page.page.evaluate(
        """() => {
            window.places = new Set()
            const look = () => { places.add(scrollY); requestAnimationFrame(look) }
            look()
        }"""
    )
    first = page.page.evaluate("window.before = Bokeh.documents[0].roots()[0]; 0")
    line.cut()
    line.mend()
    page.page.wait_for_function("before !== Bokeh.documents[0].roots()[0]")
    page.until("log", "m.text.includes('half')")
    page.page.wait_for_function("document.activeElement !== document.body")
    page.page.keyboard.press("End")
    page.page.keyboard.type(" done")
    page.page.keyboard.press("Enter")
    page.until("log", "m.text.includes('half done')")
    assert page.page.evaluate("[...places]") == [700]
    assert first == 0


def test_a_connection_that_broke_in_the_middle_of_a_message_does_not_garble_the_next(
    page: BokehPage, visit: Visit, server: Server, line: Line
) -> None:
    page.open(at(line.url, "desk", "half"))
    viewer = visit(at(server.url, "desk", "half"))
    line.cut_after(100_000)
    viewer.step("scale", 2)
    viewer.until("scale", "m.value == 3")
    status(page, LOST)
    line.mend()
    page.until("scale", "m.value == 3")
    assert data_of(page) == data_of(viewer)


def test_a_page_that_is_older_than_its_token_comes_back_to_its_living_session(
    page: BokehPage, line: Line
) -> None:
    page.open(at(line.url, "aged", "aged"))
    page.step("speed", 4)
    page.until("log", "m.text.endsWith(' 14')")
    page.page.wait_for_function("performance.now() > 2500")
    line.cut()
    status(page, LOST)
    line.mend()
    status(page, BACK)
    page.screenshot("reconnect-back")
    assert page.value("log", "m.text") == "4 changes: 14"


def test_a_page_whose_session_has_ended_says_so_and_reloads_itself_once(
    page: BokehPage, server: Server, line: Line
) -> None:
    page.open(at(line.url, "brief", "ended"))
    page.step("speed", 4)
    page.until("log", "m.text.endsWith(' 14')")
    line.cut()
    server.log.wait_for(r"/brief ended-\S+ +session ended")
    page.page.evaluate("window.old = true")
    line.mend()
    status(page, "This session has ended. Reloading…")
    page.screenshot("reconnect-ended")
    page.page.wait_for_function("!window.old && whole.ready()")
    assert page.value("speed", "m.value") == 10
    page.step("speed", 1)
    page.until("log", "m.text == '1 changes: 11'")
    # At once again: it does not go round in circles, but leaves it to the visitor.
    line.cut()
    page.page.evaluate("window.old = true")
    status(page, LOST)
    line.mend()
    status(page, "This session has ended.")
    reload = page.page.get_by_role("status").get_by_role("button", name="Reload")
    page.screenshot("reconnect-ended-again")
    reload.click()
    page.page.wait_for_function("!window.old && whole.ready()")


def test_where_the_site_says_so_the_page_goes_on_with_a_new_session_and_tells_it(
    page: BokehPage, line: Line
) -> None:
    page.open(at(line.url, "renewed", "renewed"))
    page.step("scale", 2)
    page.until("scale", "m.value == 3")
    page.step("speed", 4)
    page.until("log", "m.text.endsWith(' 14')")
    page.answered()
    before = data_of(page)
    line.cut()
    page.page.evaluate("window.old = true")
    status(page, LOST)
    page.choose("colour", "tomato")
    line.mend()
    status(page, "Your session had ended. This is a new one.")
    page.screenshot("reconnect-renewed")
    page.until("log", "m.text == '0 changes'")
    assert page.value("scale", "m.value") == 1
    assert page.value("colour", "m.value") == "navy"
    assert data_of(page) != before
    assert page.page.evaluate("window.old") is True
    page.step("scale", 2)
    page.until("scale", "m.value == 3")
    page.answered()
    assert data_of(page) == before


def test_a_token_that_is_too_old_makes_no_new_session_the_page_reloads(
    page: BokehPage, line: Line
) -> None:
    page.open(at(line.url, "renewed-in-time", "late"))
    page.page.wait_for_function("performance.now() > 2500")
    line.cut()
    page.page.evaluate("window.old = true")
    status(page, LOST)
    line.mend()
    status(page, "This session has ended. Reloading…")
    page.page.wait_for_function("!window.old && whole.ready()")


def test_a_document_that_does_not_want_to_reconnect_says_so_and_stays_as_it_is(
    page: BokehPage, line: Line
) -> None:
    page.page.clock.install()
    page.open(at(line.url, "alone", "alone"))
    line.cut()
    status(page, "Connection lost. Reload the page to go on.")
    page.screenshot("reconnect-alone")
    line.mend()
    opened: list[str] = []
    page.page.on("websocket", lambda websocket: opened.append(websocket.url))
    for _ in range(8):
        page.page.clock.fast_forward("00:15")
    page.page.evaluate("dispatchEvent(new Event('online'))")
    page.page.clock.fast_forward("00:31")
    status(page, "Connection lost. Reload the page to go on.")
    assert opened == []


def test_a_document_that_wants_no_notices_gets_none_and_is_reconnected(
    page: BokehPage, visit: Visit, server: Server, line: Line
) -> None:
    page.page.clock.install()
    page.open(at(line.url, "mute", "mute"))
    viewer = visit(at(server.url, "mute", "mute"))
    line.cut()
    viewer.step("scale", 1)
    viewer.until("scale", "m.value == 2")
    for _ in range(4):
        page.page.clock.fast_forward("00:15")
    line.mend()
    # An attempt that had begun before fails first; the next one has to be waited for as well.
    for _ in range(40):
        page.page.clock.fast_forward("00:05")
        page.attempted()
        if page.value("scale", "m.value") == 2:
            break
    page.until("scale", "m.value == 2")
    assert page.page.get_by_role("status").count() == 0
    assert page.page.locator(".bk-Notifications, .entries").all_inner_texts() in ([""], ["", ""])


def test_a_page_that_opens_while_the_line_is_down_is_drawn_when_it_is_up(
    page: BokehPage, line: Line
) -> None:
    socket = "() => { window.WebSocket = class extends WebSocket { constructor(url, what) {"
    refused = "super(window.line_is_up ? url : 'ws://127.0.0.1:1/', what) } } }"
    page.page.add_init_script(f"({socket} {refused})()")
    page.page.route("**/preflight?*", lambda route: route.abort())
    page.page.goto(at(line.url, "desk", "early"))
    status(page, LOST)
    page.page.evaluate("window.line_is_up = true")
    page.page.wait_for_function("whole.ready()")
    expect(page.page.get_by_role("status")).to_contain_text(BACK)


def test_a_page_of_somebody_else_is_never_reloaded(
    page: BokehPage, guest_house: Server, server: Server, line: Line
) -> None:
    page.open(f"{guest_house.url}/document?app={line.url}/brief")
    page.page.evaluate("window.old = true")
    line.cut()
    server.log.wait_for("/brief (?!ended).*session ended: connection lost")
    status(page, LOST)
    line.mend()
    status(page, "This session has ended.")
    expect(page.page.get_by_role("button", name="Reload")).to_be_visible()
    assert page.page.evaluate("window.old") is True


def test_a_server_that_was_killed_and_started_again_is_not_mistaken_for_the_old_one(
    page: BokehPage, tmp_path: Path
) -> None:
    site = tmp_path / "site.toml"
    site.write_text(f'[[applications]]\npath = "/desk"\nhandlers = [{{ file = "{DESK}" }}]\n')
    command = [sys.executable, "-m", "docsync_trio", "run", str(site), "--bind", "127.0.0.1:0"]
    listening = r"http://127\.0\.0\.1:(?P<port>[1-9]\d*)"
    with (
        running(command, listening=listening) as first,
        docsync(site) as second,
        line_to(first.url) as line,
    ):
        page.open(f"{line.url}/desk")
        page.step("speed", 4)
        page.until("log", "m.text.endsWith(' 14')")
        page.page.evaluate("window.old = true")
        line.to(second.url)
        first.process.kill()
        status(page, "This session has ended. Reloading…")
        page.page.wait_for_function("!window.old && whole.ready()")
        assert page.value("log", "m.text") == "0 changes"
        page.step("speed", 1)
        page.until("log", "m.text == '1 changes: 11'")
