"""Ten applications in plain Bokeh: our server and Bokeh's leave the same page behind."""

from collections.abc import Iterator

import pytest

from tests.whole.bokeh_page import Visit
from tests.whole.canonical import canonical, differences
from tests.whole.gallery import USAGES
from tests.whole.processes import ROOT, Server, bokeh_serve, docsync

pytestmark = [pytest.mark.whole, pytest.mark.browser]

GALLERY = ROOT / "examples" / "bokeh_gallery"


@pytest.fixture(scope="module")
def ours() -> Iterator[Server]:
    with docsync(GALLERY / "site.toml") as server:
        yield server


@pytest.fixture(scope="module")
def bokehs() -> Iterator[Server]:
    folders = [folder.parent for folder in GALLERY.glob("*/main.py")]
    with bokeh_serve([*GALLERY.glob("*.py"), *folders]) as server:
        yield server


@pytest.mark.parametrize("name", USAGES)
def test_both_servers_leave_the_same_page_behind(
    name: str, visit: Visit, ours: Server, bokehs: Server
) -> None:
    left_behind = []
    for server, who in ((ours, "docsync"), (bokehs, "bokeh-serve")):
        page = visit(f"{server.url}/{USAGES[name].address}")
        USAGES[name].use(page)
        left_behind.append(canonical(page.documents()))
        page.screenshot(f"gallery-{name}-{who}")
        page.page.close()
    assert differences(*left_behind) == []
