"""A Django project with applications in it, used in a browser."""

import sys
from collections.abc import Iterator

import pytest

from tests.whole.bokeh_page import Visit
from tests.whole.processes import ROOT, Server, running

pytestmark = [pytest.mark.whole, pytest.mark.browser]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    command = [sys.executable, "-m", "hypercorn", "-k", "trio", "--bind", "127.0.0.1:0"]
    with running(
        [*command, "weather.asgi:application"],
        listening=r"Running on http://127\.0\.0\.1:(?P<port>\d+)",
        env={"PYTHONPATH": str(ROOT / "examples" / "django_embed")},
    ) as server:
        yield server
    assert "Traceback" not in server.log.text


def test_a_page_by_django_shows_an_application_at_its_own_address(
    visit: Visit, server: Server
) -> None:
    page = visit(f"{server.url}/sea/buoy-7")
    assert page.page.locator("h1").inner_text() == "buoy-7"
    before = page.value("sea", "m.data.temperature[100]")
    page.step("smooth", 5)
    page.until("sea", f"m.data.temperature[100] != {before}")
    page.settled()
    page.screenshot("django-autoload")


def test_a_page_by_us_stands_beside_them(visit: Visit, server: Server) -> None:
    page = visit(f"{server.url}/shape_viewer")
    assert page.page.title() == "Shapes"
    page.choose("choice", "hexagon")
    page.until("shape", "m.data.x.length == 6")
    page.settled()


def test_an_application_knows_the_user_and_the_arguments_of_the_address(
    visit: Visit, server: Server
) -> None:
    page = visit(f"{server.url}/home/there")
    assert page.value("greeting", "m.text") == "Welcome there, stranger"
    page.settled()
    page.page.goto(server.url)
    assert "Nobody is logged in" in page.page.inner_text("body")
    page.page.get_by_placeholder("ada").fill("ada")
    page.page.get_by_placeholder("lovelace").fill("lovelace")
    page.page.get_by_role("button", name="Log in").click()
    page.page.wait_for_url("**/home/back")
    page.page.wait_for_function("window.Bokeh && whole.ready()")
    assert page.value("greeting", "m.text") == "Welcome back, ada"
    page.settled()
    page.page.goto(server.url)
    assert "You are ada" in page.page.inner_text("body")
