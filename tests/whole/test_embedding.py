"""Applications inside pages of another origin, seen in a browser."""

import pytest

from tests.whole.bokeh_page import BokehPage, Visit
from tests.whole.processes import Server

pytestmark = [pytest.mark.whole, pytest.mark.browser]


def test_server_document_brings_a_new_session_into_the_page(
    visit: Visit, guest_house: Server, server: Server
) -> None:
    page = visit(f"{guest_house.url}/document?app={server.url}/sliders")
    assert page.page.locator("main h1").inner_text() == "Waves"
    assert page.value("amplitude", "m.value") == 1
    page.step("amplitude", 10)
    page.until("wave", "Math.max(...m.data.y) > 1.8")
    page.settled()
    page.screenshot("embedded-document")


def test_server_session_brings_a_prepared_session_into_the_page(
    visit: Visit, guest_house: Server, server: Server
) -> None:
    page = visit(f"{guest_house.url}/session?app={server.url}/sliders")
    assert page.value("amplitude", "m.value") == 2.5
    assert page.value("wave", "Math.max(...m.data.base)") > 2.4
    page.choose("shape", "Saw tooth")
    page.until("wave", "Math.max(...m.data.y) > 4")
    page.settled()
    page.screenshot("embedded-session")


def test_a_page_of_an_origin_that_is_not_allowed_gets_nothing(
    faulty_tab: BokehPage, guest_house: Server, server: Server
) -> None:
    page = faulty_tab.page
    elsewhere = guest_house.url.removeprefix("http://").replace("127.0.0.1", "localhost")
    page.goto(f"http://{elsewhere}/document?app={server.url}/sliders")
    server.log.wait_for(f'add "{elsewhere}" to server.allow_origins')
    assert page.evaluate("window.Bokeh === undefined")
