"""Applications inside pages of another origin, seen in a browser."""

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlencode

import pytest
from bokeh.embed import server_document

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


@pytest.fixture
def static_site(tmp_path: Path) -> Iterator[str]:
    """The address of a folder that a plain web server shows."""
    handler = partial(QuietFiles, directory=tmp_path)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        serving.join()


class QuietFiles(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """The tests print what matters."""


def test_a_static_page_of_another_origin_shows_an_application_below_a_prefix(
    visit: Visit, static_site: str, tmp_path: Path
) -> None:
    (tmp_path / "site.toml").write_text(
        f"""
        [server]
        prefix = "/plots"
        allow_origins = ["{static_site.removeprefix("http://")}"]

        [[applications]]
        path = "/sliders"
        handlers = [{{ file = "{ROOT}/examples/sliders/sliders.py" }}]
        """,
        encoding="utf-8",
    )
    (tmp_path / "favicon.ico").touch()
    with docsync(tmp_path / "site.toml") as server:
        script = server_document(f"{server.url}/plots/sliders")
        (tmp_path / "index.html").write_text(f"<h1>Plain</h1>{script}", encoding="utf-8")
        page = visit(f"{static_site}/index.html")
        page.step("amplitude", 10)
        page.until("wave", "Math.max(...m.data.y) > 1.8")
        page.settled()
