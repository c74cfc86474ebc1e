"""Visitors who share a graph, and visitors of one feed, in real tabs."""

from collections.abc import Iterator
from urllib.request import Request, urlopen

import pytest

from tests.whole.bokeh_page import BokehPage, Visit
from tests.whole.processes import ROOT, Server, docsync

pytestmark = [pytest.mark.whole, pytest.mark.browser]

NAMES = "Array.from(new DOMParser().parseFromString(m.text, 'text/html').querySelectorAll('li'))"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with docsync(ROOT / "examples" / "shared_graph" / "site.toml") as server:
        yield server


@pytest.fixture(scope="module")
def feed() -> Iterator[Server]:
    with docsync(ROOT / "examples" / "live_feed" / "site.toml") as server:
        yield server


def present(page: BokehPage, *names: str) -> None:
    page.until("present", f"String({NAMES}.map((li) => li.textContent)) == '{','.join(names)}'")


def test_two_tabs_in_one_room_share_a_graph(visit: Visit, server: Server) -> None:
    ada = visit(f"{server.url}/graph?room=harbor")
    present(ada, "somebody")
    ada.type("name", "Ada")
    ben = visit(f"{server.url}/graph?room=harbor")
    ben.type("name", "Ben")
    present(ben, "Ada", "Ben")
    present(ada, "Ada", "Ben")
    elsewhere = visit(f"{server.url}/graph?room=attic")
    present(elsewhere, "somebody")

    ada.step("petals", 3)
    ben.until("petals", "m.value == 8")
    ben.until("news", "m.text == 'Ada set petals to 8'")
    ada.settled()
    ben.settled()
    assert ben.value("curve", "m.data.x") == ada.value("curve", "m.data.x")
    assert elsewhere.value("petals", "m.value") == 5

    ben.page.mouse.click(*ben.point("plot", 0.7, 0.4))
    ada.until("points", "m.data.x.length == 1")
    assert ada.value("points", "m.data") == ben.value("points", "m.data")
    ada.screenshot("shared-graph")

    late = visit(f"{server.url}/graph?room=harbor")
    late.until("petals", "m.value == 8")
    late.until("points", "m.data.x.length == 1")

    ada.page.goto("about:blank")
    present(ben, "Ben", "somebody")
    ben.step("petals", -1)
    late.until("petals", "m.value == 7")


def test_all_tabs_see_the_same_feed_and_what_an_endpoint_says(visit: Visit, feed: Server) -> None:
    one, two = visit(f"{feed.url}/feed"), visit(f"{feed.url}/feed")
    before = one.value("ticks", "m.data.number.at(-1)")
    for page in (one, two):
        page.until("ticks", f"m.data.number.at(-1) > {before} + 4")
    ticks = "Object.fromEntries(m.data.number.map((n, i) => [n, m.data.price[i]]))"
    seen, other = one.value("ticks", ticks), two.value("ticks", ticks)
    both = seen.keys() & other.keys()
    assert len(both) > 4
    assert {number: seen[number] for number in both} == {number: other[number] for number in both}
    numbers = sorted(map(int, other))
    assert numbers == list(range(numbers[0], numbers[-1] + 1))

    with urlopen(Request(f"{feed.url}/announce", data=b"Lunch & <rest>")) as answer:
        assert answer.read() == b"told 2 viewers\n"
    for page in (one, two):
        page.until("notice", "m.text == 'Lunch &amp; &lt;rest&gt;'")
