"""Applications inside pages of another origin, seen in a browser."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.whole.bokeh_page import BokehPage, Visit
from tests.whole.processes import ROOT, Server, docsync, running

pytestmark = [pytest.mark.whole, pytest.mark.browser]

SITE = f"""
[server]
allow_origins = ["127.0.0.1:{{port}}"]
[sessions]
sign = false
[[applications]]
path = "/sliders"
handlers = [{{{{ file = "{ROOT}/examples/sliders/sliders.py" }}}}]
"""


@pytest.fixture(scope="module")
def flask() -> Iterator[Server]:
    command = [sys.executable, str(Path(__file__).with_name("flask_pages.py"))]
    with running(command, listening=r"listening at port (?P<port>\d+)") as server:
        yield server


@pytest.fixture(scope="module")
def server(flask: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    site = tmp_path_factory.mktemp("site") / "site.toml"
    site.write_text(SITE.format(port=flask.url.rpartition(":")[2]), encoding="utf-8")
    with docsync(site) as server:
        yield server


def test_server_document_brings_a_new_session_into_the_page(
    visit: Visit, flask: Server, server: Server
) -> None:
    page = visit(f"{flask.url}/document?app={server.url}/sliders")
    assert page.page.locator("main h1").inner_text() == "Waves"
    assert page.value("amplitude", "m.value") == 1
    page.step("amplitude", 10)
    page.until("wave", "Math.max(...m.data.y) > 1.8")
    page.settled()
    page.screenshot("embedded-document")


def test_server_session_brings_a_prepared_session_into_the_page(
    visit: Visit, flask: Server, server: Server
) -> None:
    page = visit(f"{flask.url}/session?app={server.url}/sliders")
    assert page.value("amplitude", "m.value") == 2.5
    assert page.value("wave", "Math.max(...m.data.base)") > 2.4
    page.choose("shape", "Saw tooth")
    page.until("wave", "Math.max(...m.data.y) > 4")
    page.settled()
    page.screenshot("embedded-session")


def test_a_page_of_an_origin_that_is_not_allowed_gets_nothing(
    faulty_tab: BokehPage, flask: Server, server: Server
) -> None:
    page = faulty_tab.page
    elsewhere = flask.url.removeprefix("http://").replace("127.0.0.1", "localhost")
    page.goto(f"http://{elsewhere}/document?app={server.url}/sliders")
    server.log.wait_for(f'add "{elsewhere}" to server.allow_origins')
    assert page.evaluate("window.Bokeh === undefined")
