"""A Flask site and its documents in one process, used in a browser."""

from collections.abc import Iterator
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from tests.whole.bokeh_page import Visit
from tests.whole.processes import ROOT, Server, docsync

pytestmark = [pytest.mark.whole, pytest.mark.browser]


@pytest.fixture(scope="module", params=["", "/office"], ids=["at the root", "below a prefix"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    site = ROOT / "examples" / "flask_site" / "site.toml"
    with docsync(site, "--set", f'server.prefix="{request.param}"') as server:
        yield Server(f"{server.url}{request.param}", server.log, server.process)


def test_a_visitor_goes_from_page_to_page_and_moves_what_is_in_them(
    visit: Visit, server: Server
) -> None:
    page = visit(f"{server.url}/harbors/brook")
    assert page.page.locator("h1").inner_text() == "brook"
    assert page.value("levels", "Math.max(...m.data.level)") == pytest.approx(3.4, abs=0.01)
    before = page.value("levels", "m.data.level[0]")
    page.step("day", 1)
    page.until("levels", f"m.data.level[0] != {before}")
    page.settled()
    page.screenshot("flask-site")

    page.page.get_by_role("link", name="Harbor office").click()
    page.page.wait_for_url(f"{server.url}/")
    assert page.page.locator("header").evaluate("e => getComputedStyle(e).borderBottomWidth") == (
        "3px"
    )
    page.page.get_by_role("link", name="cove").click()
    # What is still loading when one leaves a page counts as failed.
    page.page.wait_for_function("window.Bokeh && whole.ready()")
    page.settled()
    page.page.get_by_placeholder("A note").fill("ice & fog")
    page.page.get_by_role("button", name="Add").click()
    page.page.locator("#notes li").wait_for()
    assert page.page.locator("#notes").inner_text() == "ice & fog"
    page.page.wait_for_function("window.Bokeh && whole.ready()")
    assert page.value("levels", "Math.max(...m.data.level)") == pytest.approx(1.2, abs=0.01)


def test_what_flask_does_not_know_is_answered_by_flask(server: Server) -> None:
    with pytest.raises(HTTPError) as caught:
        urlopen(f"{server.url}/harbors/nowhere")
    with caught.value as answer:
        assert answer.code == 404
        assert b"The requested URL was not found on the server" in answer.read()
