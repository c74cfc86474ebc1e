"""The kit's page tells the same story in memory, over sockets and with a server's process."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
import trio

from docsync_trio.testing import Page, Refused, open_site
from docsync_trio.testing.page import open_page
from docsync_trio.testing.socket_network import SocketNetwork
from tests.whole.processes import docsync

pytestmark = pytest.mark.whole

SITE = """
[[applications]]
path = "/desk"
title = "Desk"
handlers = [{ file = "desk.py" }]
"""
DESK = """
from bokeh.models import Button, ColumnDataSource, Div, Slider
from bokeh.plotting import curdoc

document = curdoc()
arguments = document.session_context.request.arguments
slider = Slider(name="slider", start=0, end=10, value=0)
said = Div(name="said", text=repr(arguments))
table = ColumnDataSource({"x": [1, 2], "y": [3.5, 4.5]}, name="table")
button = Button(name="button")

def moved(attr, old, new):
    said.text = f"moved to {new}"
    table.stream({"x": [new], "y": [new / 2]})

slider.on_change("value", moved)
button.on_click(lambda: setattr(said, "text", "clicked"))
for each in (slider, said, table, button):
    document.add_root(each)
"""
Open = Callable[[str], AbstractAsyncContextManager[Page]]


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "desk.py").write_text(DESK)
    (tmp_path / "site.toml").write_text(SITE)
    return tmp_path / "site.toml"


@asynccontextmanager
async def opened(site: Path, where: str) -> AsyncIterator[Open]:
    """The way to *site*: what opens a page at a target."""
    if where != "process":
        async with open_site(site, port=0 if where == "sockets" else None) as under_test:
            yield under_test.open
        return
    with docsync(site) as server:
        failures: list[BaseException] = []
        async with trio.open_nursery() as nursery:

            def page(target: str) -> AbstractAsyncContextManager[Page]:
                network = SocketNetwork(server.url)
                settled = trio.lowlevel.checkpoint  # nobody sees into a process
                return open_page(Page(target, network, {}, nursery, settled, failures.append))

            yield page
        assert failures == []


def says(page: Page, text: str) -> Callable[[], bool]:
    return lambda: page.model("said").text == text


@pytest.mark.parametrize("where", ["memory", "sockets", "process"])
async def test_a_visit_goes_the_same_way_everywhere(site: Path, where: str) -> None:
    async with opened(site, where) as visit, visit("/desk?n=7") as page:
        assert "<title>Desk</title>" in page.html
        assert page.model("said").text == "{'n': [b'7']}"
        page.model("slider").value = 4
        await page.until(says(page, "moved to 4"))
        await page.until(lambda: len(page.model("table").data["x"]) == 3)
        assert [list(page.model("table").data[name]) for name in "xy"] == [[1, 2, 4], [3.5, 4.5, 2]]
        page.click("button")
        await page.until(says(page, "clicked"))

        async with visit("/desk") as other:
            assert other.model("slider").value == 0

        await page.lose_line()
        page.model("slider").value = 6
        assert await page.come_back() == "rejoined"
        await page.until(says(page, "moved to 6"))

        await page.reload()
        assert page.model("slider").value == 0
        with pytest.raises(Refused) as refused:
            async with visit("/nowhere"):
                pass
        assert refused.value.status == 404
