"""A Starlette site and its documents in one process, used in a browser."""

import json
from collections.abc import Iterator
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from tests.whole.bokeh_page import Visit
from tests.whole.processes import ROOT, Server, docsync

pytestmark = [pytest.mark.whole, pytest.mark.browser]


@pytest.fixture(scope="module", params=["", "/sea"], ids=["at the root", "below a prefix"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    site = ROOT / "examples" / "starlette_site" / "site.toml"
    with docsync(site, "--set", f'server.prefix="{request.param}"') as server:
        yield Server(f"{server.url}{request.param}", server.log, server.process)


def test_a_page_of_starlette_shows_a_document_that_moves(visit: Visit, server: Server) -> None:
    page = visit(f"{server.url}/reefs/south")
    assert page.page.locator("h1").inner_text() == "south"
    assert page.value("counts", "Array.from(m.data.count)") == [4, 15, 9]
    page.step("days", 1)
    page.until("counts", "m.data.count[1] == 30")
    page.settled()
    page.screenshot("starlette-site")

    page.page.get_by_role("link", name="north").click()
    page.page.wait_for_url("**/reefs/north")
    page.page.wait_for_function("window.Bokeh && whole.ready()")
    assert page.value("counts", "Array.from(m.data.count)") == [12, 7, 3]
    page.settled()


def test_starlette_answers_what_is_no_application(server: Server) -> None:
    with urlopen(f"{server.url}/api/reefs") as answer:
        assert json.load(answer) == {"north": [12, 7, 3], "south": [4, 15, 9]}
    with pytest.raises(HTTPError, match="404"), urlopen(f"{server.url}/reefs/west"):
        pass
