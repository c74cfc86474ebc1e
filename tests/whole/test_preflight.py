"""Why a page cannot have its websocket, told in the page; and websockets at other paths."""

import json
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.whole.bokeh_page import BokehPage, Visit
from tests.whole.desk_site import status
from tests.whole.fault_site import write_site
from tests.whole.network import Line, line_to
from tests.whole.processes import ROOT, Server, bokeh_serve, docsync, started

pytestmark = [pytest.mark.whole, pytest.mark.browser]

BUOY = """#!websocket_path = "/sockets/sliders"
from bokeh.models import Slider
from bokeh.plotting import curdoc

asked = curdoc().session_context.request
station = asked.path_params["station"]
assert asked.arguments["station"] == [str(station).encode()]
slider = Slider(name="slider", start=0, end=100, value=station)
double = Slider(name="double", start=0, end=200, value=0)
slider.on_change("value", lambda attr, old, new: double.update(value=2 * new))
curdoc().add_root(slider)
curdoc().add_root(double)
"""
LATER = """#!page = "instant"
from bokeh.models import Slider
from bokeh.plotting import curdoc
curdoc().add_root(Slider(name="slider", start=0, end=10, value=1))
"""
NAMED = """#!websocket_path = "live"
from bokeh.models import Slider
from bokeh.plotting import curdoc
curdoc().add_root(Slider(name="slider", start=0, end=10, value=1))
"""


@pytest.fixture(scope="module")
def server(guest_house: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    guest = guest_house.url.removeprefix("http://")
    site = write_site(
        tmp_path_factory.mktemp("site"),
        top=f'server.allow_origins = ["{guest}"]',
        buoy=BUOY,
        later=LATER,
        named=NAMED,
    )
    text = site.read_text().replace('path = "/buoy"', 'path = "/buoys/{station:int}"')
    site.write_text(text.replace("/sockets/sliders", "/sockets/{station:int}"))
    with docsync(site) as server:
        yield server


@pytest.fixture
def line(server: Server) -> Iterator[Line]:
    with line_to(server.url) as line:
        yield line


def websockets_of(tab: BokehPage) -> list[str]:
    addresses: list[str] = []
    tab.page.on("websocket", lambda websocket: addresses.append(websocket.url))
    return addresses


@pytest.mark.parametrize(
    ("path", "websocket"), [("named", "/named/live"), ("buoys/7", "/sockets/7")]
)
def test_a_page_finds_its_websocket_at_another_path(
    faulty_tab: BokehPage, server: Server, path: str, websocket: str
) -> None:
    opened = websockets_of(faulty_tab)
    faulty_tab.open(f"{server.url}/{path}")
    assert faulty_tab.faults == []
    (address,) = opened
    assert address.partition("?")[0].endswith(websocket)


def test_a_document_with_parameters_in_its_path_is_embedded(
    visit: Visit, guest_house: Server, server: Server
) -> None:
    page = visit(f"{guest_house.url}/document?app={server.url}/buoys/42")
    assert page.value("slider", "m.value") == 42
    page.step("slider", 1)
    page.until("double", "m.value == 86")
    page.settled()


@pytest.mark.parametrize("path", ["quiet", "later"])
def test_a_proxy_that_drops_upgrades_is_named_in_the_page(
    faulty_tab: BokehPage, server: Server, line: Line, path: str
) -> None:
    line.drops_upgrades = True
    faulty_tab.page.goto(f"{line.url}/{path}")
    told = faulty_tab.page.get_by_text("a proxy or firewall on the way does not pass websockets")
    expect(told).to_be_visible(timeout=20_000)
    faulty_tab.screenshot(f"no-websockets-{path}")
    server.log.wait_for("drops the headers Upgrade and Connection")
    line.drops_upgrades = False
    faulty_tab.page.get_by_role("button", name="Reload").click()
    faulty_tab.until("slider", "m.value == 1")
    expect(told).to_have_count(0)


def test_a_page_draws_itself_once_its_proxy_is_mended(faulty_tab: BokehPage, line: Line) -> None:
    line.drops_upgrades = True
    faulty_tab.page.goto(f"{line.url}/quiet")
    status(faulty_tab, "does not pass websockets")
    line.drops_upgrades = False
    status(faulty_tab, "Connected again.")
    faulty_tab.until("slider", "m.value == 1")


def test_a_proxy_that_hides_the_hosts_name_is_told_as_a_refused_origin(
    faulty_tab: BokehPage, server: Server, line: Line
) -> None:
    line.other_host = b"backend.internal"
    faulty_tab.page.goto(f"{line.url}/quiet")
    status(faulty_tab, "Pages of this origin are not allowed to show applications of this server.")
    server.log.wait_for("server.allow_origins")


def probe(url: str, *options: str) -> tuple[int, dict[str, str]]:
    """The status of `docsync probe`, and its verdicts."""
    command = [sys.executable, "-m", "docsync_trio", "probe", url, "--format", "json", *options]
    with started(command) as (process, log):
        told = json.loads(log.whole_text())
        return process.wait(20), {one["check"]: one["verdict"] for one in told["checks"]}


def test_a_probe_goes_the_whole_way_of_a_browser(server: Server) -> None:
    status, verdicts = probe(f"{server.url}/buoys/7", "--message", "1MB", "--idle", "500ms")
    assert status == 0
    assert set(verdicts.values()) == {"good"}
    assert {"token", "websocket", "message", "idle"} <= verdicts.keys()


def test_a_probe_of_bokehs_own_server_says_that_it_has_no_preflight() -> None:
    with bokeh_serve([ROOT / "examples/sliders/sliders.py"]) as theirs:
        status, verdicts = probe(f"{theirs.url}/sliders", "--message", "1MB")
    assert status == 0
    assert verdicts.pop("preflight") == "unknown"
    assert set(verdicts.values()) == {"good"}
    assert {"websocket", "ping", "content", "message"} <= verdicts.keys()
