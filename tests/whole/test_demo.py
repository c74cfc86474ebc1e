"""The demonstration that `make serve` starts, used by a visitor with mouse and keyboard."""

from collections.abc import Iterator

import pytest

from tests.whole.bokeh_page import Visit
from tests.whole.demo import USAGES
from tests.whole.processes import ROOT, Server, docsync

pytestmark = [pytest.mark.whole, pytest.mark.browser]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with docsync(ROOT / "configs" / "demo.toml") as server:
        yield server


@pytest.mark.parametrize("name", USAGES)
def test_an_application_answers_its_visitor(name: str, visit: Visit, server: Server) -> None:
    page = visit(f"{server.url}/{name}")
    USAGES[name](page)
    page.screenshot(f"demo-{name}")


def test_two_visitors_have_documents_of_their_own(visit: Visit, server: Server) -> None:
    one, other = visit(f"{server.url}/sliders"), visit(f"{server.url}/sliders")
    before = other.value("wave", "m.data.y")
    one.step("amplitude", 5)
    one.until("wave", "Math.max(...m.data.y) > 1.2")
    other.settled()
    assert other.value("wave", "m.data.y") == before


def test_the_front_page_leads_to_every_application(visit: Visit, server: Server) -> None:
    page = visit(f"{server.url}/sliders").page
    page.goto(server.url)
    links = page.locator("a").evaluate_all("links => links.map((link) => link.href)")
    assert {f"{server.url}/{name}" for name in USAGES} <= set(links)
    page.screenshot(path=ROOT / "tests/whole/screenshots/demo-index.png")
    page.get_by_role("link", name="Tides").click()
    page.wait_for_function("whole.ready()")
