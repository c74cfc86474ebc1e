"""Pages that are there before their document, in a browser, until it comes or will not."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Locator, expect

from tests.whole.bokeh_page import BokehPage
from tests.whole.fault_site import serving
from tests.whole.processes import Server

pytestmark = [pytest.mark.whole, pytest.mark.browser]

SLOW = """
import time
from pathlib import Path

import numpy as np
from bokeh.layouts import column
from bokeh.models import ColumnDataSource, Div, Slider
from bokeh.plotting import curdoc, figure

query = curdoc().session_context.request.arguments
while "until" in query and not Path(query["until"][0].decode()).exists():
    time.sleep(0.01)
x = np.linspace(0, 10, 500)
source = ColumnDataSource({"x": x, "y": np.sin(x)}, name="source")
plot = figure(height=300, width=600, title="Tides", name="plot")
plot.line("x", "y", source=source, line_width=2)
note = Div(name="note", text=f"station {query['station'][0].decode()}")
height = Slider(name="height", start=1, end=9, step=1, value=1, title="Height")


def raise_it(attr, old, new):
    source.data = {"x": x, "y": new * np.sin(x)}


height.on_change("value", raise_it)
curdoc().add_root(note)
curdoc().add_root(column(height, plot))
curdoc().title = "The tides"
"""
BROKEN = """
def share(catch, boats):
    return catch / len(boats)


share(12, [])
"""
FOREIGN = """
from bokeh.models import Div
from bokeh.plotting import curdoc


class Buoy(Div):
    pass


curdoc().add_root(Buoy(text="known to Python alone"))
"""
EXTENDED = """
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from bokeh.plotting import curdoc
from harbour import Lamp

curdoc().add_root(Lamp(name="lamp", text="lit"))
"""
FILES = {
    "slow.py": SLOW,
    "broken.py": BROKEN,
    "foreign.py": FOREIGN,
    "empty.py": "import bokeh\n",
    "extended.py": EXTENDED,
    "harbour/bokeh.ext.json": "{}",
    "harbour/__init__.py": "from bokeh.models import Div\n\n\nclass Lamp(Div):\n    pass\n",
    "harbour/dist/harbour.js": """
        class Lamp extends Bokeh.Models.get("Div") {}
        Object.assign(Lamp, {__module__: "harbour", __name__: "Lamp"})
        Bokeh.Models.register(Lamp)
    """,
}
SITE = """
[[applications]]
path = "/extended"
page = "instant"
handlers = [{ file = "extended.py" }]

[[applications]]
path = "/slow"
title = "Slow tides"
page = "instant"
handlers = [{ file = "slow.py" }]

[[applications]]
path = "/broken"
page = "instant"
handlers = [{ file = "broken.py" }]

[[applications]]
path = "/late"
title = "Late tides"
page = "instant"
handlers = [{ file = "slow.py" }]
sessions = { build_timeout = "200ms" }

[[applications]]
path = "/foreign"
page = "instant"
handlers = [{ file = "foreign.py" }]

[[applications]]
path = "/empty"
page = "instant"
handlers = [{ file = "empty.py" }]
"""
SHIFTS = """
window.shifts = []
new PerformanceObserver((list) => shifts.push(...list.getEntries().map((entry) => entry.value)))
    .observe({type: "layout-shift", buffered: true})
"""
ARRAYS = "[ArrayBuffer.isView(m.data.x), m.data.x.length, Math.max(...m.data.y)]"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    (folder / "harbour/dist").mkdir(parents=True)
    for name, source in FILES.items():
        (folder / name).write_text(source, encoding="utf-8")
    (folder / "site.toml").write_text(SITE, encoding="utf-8")
    return folder / "site.toml"


@pytest.fixture(scope="module")
def server(site: Path) -> Iterator[Server]:
    with serving(site) as server:
        yield server


@pytest.fixture
def tab(faulty_tab: BokehPage) -> BokehPage:
    """A tab that is not waited for while it loads."""
    faulty_tab.page.add_init_script(SHIFTS)
    return faulty_tab


def waiting(tab: BokehPage) -> Locator:
    return tab.page.locator("#docsync-waiting")


def test_a_slow_application_shows_a_spinner_at_once_and_then_its_document(
    tab: BokehPage, server: Server, tmp_path: Path
) -> None:
    seen = tmp_path / "seen"
    tab.page.goto(f"{server.url}/slow?station=46042&until={seen}", wait_until="commit")
    expect(waiting(tab)).to_be_visible()
    assert tab.page.title() == "Slow tides"
    assert not tab.page.evaluate("window.Bokeh !== undefined && Bokeh.documents.length > 0")
    tab.screenshot("instant-waiting")
    seen.touch()
    tab.page.wait_for_function("whole.ready()")
    expect(waiting(tab)).to_be_hidden()
    tab.settled()
    assert tab.page.title() == "The tides"
    assert tab.value("note", "m.text") == "station 46042"
    typed, rows, highest = tab.value("source", ARRAYS)
    assert (typed, rows) == (True, 500)
    assert abs(highest - 1) < 0.01
    assert tab.page.evaluate("shifts") == []
    tab.step("height", 3)
    tab.until("source", "Math.max(...m.data.y) > 3.9")
    tab.settled()
    tab.screenshot("instant-document")
    assert tab.faults == []


def test_the_spinner_is_calm_in_the_dark_and_for_those_who_want_no_motion(
    tab: BokehPage, server: Server, tmp_path: Path
) -> None:
    seen = tmp_path / "seen"
    tab.page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    tab.page.goto(f"{server.url}/slow?station=1&until={seen}", wait_until="commit")
    expect(waiting(tab).get_by_text("Opening Slow tides…")).to_be_visible()
    assert tab.page.evaluate("document.getAnimations().length") == 0
    assert (
        waiting(tab).evaluate("it => getComputedStyle(it).backgroundColor") != "rgb(255, 255, 255)"
    )
    tab.screenshot("instant-waiting-dark")
    seen.touch()


def test_the_author_sees_the_error_in_the_place_of_the_spinner(
    tab: BokehPage, server: Server
) -> None:
    asked = []
    tab.page.on("websocket", lambda it: asked.append(it.url))
    tab.page.goto(f"{server.url}/broken")
    expect(tab.page.get_by_text("This application could not be opened")).to_be_visible()
    expect(tab.page.get_by_text("ZeroDivisionError: division by zero").first).to_be_visible()
    expect(tab.page.get_by_text("return catch / len(boats)").first).to_be_visible()
    expect(tab.page.get_by_text(re.compile(r"broken\.py, line 3, in share"))).to_be_visible()
    assert waiting(tab).count() == 0
    tab.page.get_by_text("The traceback").click()
    expect(tab.page.get_by_text("(called through")).to_be_visible()
    tab.screenshot("instant-error")
    # Nobody asks again until the visitor does.
    tab.page.wait_for_timeout(3000)
    assert len(asked) == 1
    assert tab.page.get_by_role("status").count() == 0


def test_visitors_from_elsewhere_see_the_number_under_which_the_log_has_it(
    tab: BokehPage, site: Path
) -> None:
    with serving(site, "--bind", "0.0.0.0:0") as server:
        tab.page.goto(f"{server.url}/broken")
        incident = tab.page.locator("code").inner_text()
        server.log.wait_for(rf"incident\W+{incident}")
        assert "ZeroDivisionError" not in tab.page.content()
        tab.screenshot("instant-incident")


def test_an_application_that_takes_too_long_is_given_up(
    tab: BokehPage, server: Server, tmp_path: Path
) -> None:
    seen = tmp_path / "seen"
    tab.page.goto(f"{server.url}/late?station=1&until={seen}")
    expect(tab.page.get_by_text("could not be made within 0.2 s")).to_be_visible()
    seen.touch()


def test_a_page_that_lacks_models_which_its_document_brought_gets_them(
    tab: BokehPage, server: Server
) -> None:
    tab.open(f"{server.url}/extended")
    assert tab.value("lamp", "m.text") == "lit"
    assert tab.page.evaluate("sessionStorage.length") == 0
    tab.faults.clear()
    tab.open(f"{server.url}/extended")
    assert tab.faults == []


def test_a_document_that_the_page_cannot_read_is_asked_for_once_more_and_no_more(
    tab: BokehPage, server: Server
) -> None:
    loads = []
    tab.page.on("request", lambda it: loads.append(it.url) if it.is_navigation_request() else None)
    tab.page.goto(f"{server.url}/foreign")
    expect(tab.page.get_by_role("alert")).to_contain_text("This page could not be drawn")
    expect(tab.page.get_by_role("alert")).to_contain_text("Buoy")
    assert len(loads) == 2
    tab.screenshot("instant-unreadable")


def test_an_empty_document_ends_the_wait_too(tab: BokehPage, server: Server) -> None:
    tab.page.goto(f"{server.url}/empty")
    expect(waiting(tab)).to_be_hidden()


def test_who_merely_looks_builds_nothing(tab: BokehPage, site: Path) -> None:
    with serving(site) as server:
        for path in ("/slow", "/broken"):
            for method in ("GET", "HEAD"):
                with urlopen(Request(server.url + path, method=method), timeout=10) as reply:
                    assert reply.status == 200
        tab.open(f"{server.url}/slow?station=1").page.close()
        server.log.wait_for("session opened")
        assert len(re.findall("session opened", server.log.text)) == 1
        assert "ZeroDivisionError" not in server.log.text
