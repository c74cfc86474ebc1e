"""What `docsync init` makes, served and looked at as its author would."""

import pytest
from click.testing import CliRunner

from docsync_trio.cli.main import main
from tests.whole.processes import docsync

pytestmark = [pytest.mark.whole, pytest.mark.browser]


def use_basic(page):
    page.step("amplitude", 5)
    page.until("wave", "Math.max(...m.data.y) > 1.4")


def use_streaming(page):
    page.until("feed", "m.data.time.length > 2")
    page.until("north", "m.text.includes('kW')")


def use_dashboard(page):
    page.drag("warm", (0.2, 0.3), (0.5, 0.7))
    page.until("days", "m.selected.indices.length > 0")
    page.until("count", "m.text.includes('selected')")
    page.choose("building", "Swimming pool")
    page.until("count", "m.text.includes('365')")


def use_panel(page):
    page.page.get_by_text("a month").wait_for()


def use_flask(page):
    page.step("day", 1)
    page.until("levels", "m.data.hour.length == 300 && Math.abs(m.data.level[0]) > 0.1")


USAGES = {
    "basic": ("/sliders", use_basic),
    "streaming": ("/live", use_streaming),
    "dashboard": ("/energy", use_dashboard),
    "panel": ("/loans", use_panel),
    "flask": ("/harbors/Brook", use_flask),
}


@pytest.mark.parametrize("template", USAGES)
def test_a_new_site_is_served_and_answers_its_visitor(template, faulty_tab, tmp_path):
    made = CliRunner().invoke(main, ["init", str(tmp_path), "--template", template])
    assert made.exit_code == 0, made.output
    path, use = USAGES[template]

    with docsync(tmp_path / "site.toml") as server:
        page = faulty_tab.open(f"{server.url}{path}")
        use(page)
        page.screenshot(f"init-{template}")
    # Panel's pages ask for their font elsewhere, and do without where there is no network.
    assert [fault for fault in page.faults if not page_does_without(fault)] == []


def page_does_without(fault):
    return "fonts.googleapis.com" in fault or "ERR_NAME_NOT_RESOLVED" in fault
