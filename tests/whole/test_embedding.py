"""Applications inside pages of another origin, seen in a browser."""

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from tests.whole.bokeh_page import BokehPage, Visit
from tests.whole.processes import ROOT, Server, docsync

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


KEY = "a key that both servers know"


@pytest.fixture(scope="module")
def signing(guest_house: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A site below a prefix that signs its sessions."""
    site = tmp_path_factory.mktemp("signing") / "site.toml"
    site.write_text(
        f"""
        [server]
        prefix = "/plots"
        allow_origins = ["{guest_house.url.removeprefix("http://")}"]

        [sessions]
        secret_key = "{KEY}"

        [[applications]]
        path = "/sliders"
        handlers = [{{ file = "{ROOT}/examples/sliders/sliders.py" }}]
        """,
        encoding="utf-8",
    )
    with docsync(site) as server:
        yield server


def test_a_page_that_knows_the_key_names_its_session_itself(
    visit: Visit, guest_house: Server, signing: Server
) -> None:
    arguments = urlencode({"app": f"{signing.url}/plots/sliders", "key": KEY})
    page = visit(f"{guest_house.url}/named?{arguments}")
    page.step("amplitude", 10)
    page.until("wave", "Math.max(...m.data.y) > 1.8")
    page.settled()
    session = page.page.title()
    signing.log.wait_for(session[:8])


def test_a_page_with_another_key_is_told_so(
    faulty_tab: BokehPage, guest_house: Server, signing: Server
) -> None:
    arguments = urlencode({"app": f"{signing.url}/plots/sliders", "key": "another"})
    faulty_tab.page.goto(f"{guest_house.url}/named?{arguments}")
    signing.log.wait_for("signed with another key")
    faulty_tab.page.get_by_text("Invalid token").wait_for()


def test_a_page_of_an_origin_that_is_not_allowed_gets_nothing(
    faulty_tab: BokehPage, guest_house: Server, server: Server
) -> None:
    page = faulty_tab.page
    elsewhere = guest_house.url.removeprefix("http://").replace("127.0.0.1", "localhost")
    page.goto(f"http://{elsewhere}/document?app={server.url}/sliders")
    server.log.wait_for(f'add "{elsewhere}" to server.allow_origins')
    assert page.evaluate("window.Bokeh === undefined")
