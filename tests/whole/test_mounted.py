"""A site file mounted in the sites of others, used in a browser."""

import sys
from collections.abc import Iterator

import pytest

from tests.whole.bokeh_page import Visit
from tests.whole.processes import ROOT, Server, running

pytestmark = [pytest.mark.whole, pytest.mark.browser]


@pytest.fixture(scope="module", params=["in_starlette", "in_quart"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    command = [sys.executable, "-m", "hypercorn", "-k", "trio", "--bind", "127.0.0.1:0"]
    with running(
        [*command, f"{request.param}:site"],
        listening=r"Running on http://127\.0\.0\.1:(?P<port>\d+)",
        env={"PYTHONPATH": str(ROOT / "examples" / "mounted")},
    ) as server:
        yield server
    assert "Traceback" not in server.log.text


def test_a_page_of_the_site_around_shows_an_application(visit: Visit, server: Server) -> None:
    page = visit(server.url)
    assert page.page.locator("h1").first.inner_text() in {"Starlette", "Quart"}
    page.step("amplitude", 10)
    page.until("wave", "Math.max(...m.data.y) > 1.8")
    page.settled()


def test_an_application_has_its_own_page_below_the_path(visit: Visit, server: Server) -> None:
    page = visit(f"{server.url}/plots/sliders")
    page.choose("shape", "Saw tooth")
    page.until("wave", "Math.max(...m.data.y) > 1.6")
    page.settled()
