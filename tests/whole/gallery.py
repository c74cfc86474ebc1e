"""What a visitor does with each application of the gallery, whoever serves it."""

from collections.abc import Callable

import attrs

from tests.whole.bokeh_page import BokehPage


def use_widgets(page: BokehPage) -> None:
    page.choose("function", "cosine")
    page.until("summary", "m.text.startsWith('points 100') && m.text.includes('-0.186869')")
    page.step("scale", 4)
    page.until("source", "Math.max(...m.data.y) > 1.9")
    page.element("size").get_by_text("200").click()
    page.element("options").get_by_text("squared").click()
    page.until("summary", "m.text.startsWith('points 200') && m.text.includes('max    3.9')")
    page.step("span", -2, handle=1)
    page.until("source", "m.data.x.at(-1) == 3")
    page.type("title", "Cosine, squared")
    page.until("plot", "m.title.text == 'Cosine, squared'")


def use_crossfilter(page: BokehPage) -> None:
    page.choose("x", "hp")
    page.until("mpg over hp", "m.below[0].axis_label == 'hp'")
    page.drag("mpg over hp", (0.3, 0.3), (0.6, 0.7))
    page.until("stats", "m.text.includes('on average')")
    assert page.value("chosen", "m.data.name.length") == page.value(
        "cars", "m.selected.indices.length"
    )
    page.choose("y", "displ")
    page.until("displ over hp", "m.left[0].axis_label == 'displ'")


def use_rollover(page: BokehPage) -> None:
    page.until("state", "m.text == 'done'")
    assert page.value("candles", "m.data.time") == list(range(91, 151))


def use_patching(page: BokehPage) -> None:
    for times in range(1, 4):
        page.click("patch_points")
        page.until("points", f"m.data.y[{7 * times}] == 2.5 && m.data.y[0] == {times} / 10")
    page.click("patch_pixels")
    page.until("pixels", "m.data.image[0].includes(4) && m.data.image[0].includes(9)")
    assert page.value("points", "m.data.color[21]") == "crimson"


def use_holding(page: BokehPage) -> None:
    for policy in ("combine", "collect"):
        page.element("policy").get_by_text(policy).click()
        page.click("hold")
        page.until("state", "m.text == 'held'")
        before = page.value("spinner", "m.value")
        page.click("change")
        page.answered()
        assert page.value("spinner", "m.value") == before
        page.click("unhold")
        page.until("state", "m.text == 'free'")
        assert page.value("spinner", "m.value") == before + 3
    assert page.value("source", "m.data.x") == [1, 2, 3, 4, 5, 6, 7, 8, 9]


def use_events(page: BokehPage) -> None:
    page.until("ready", "m.text == 'ready'")
    page.click("button")
    page.until("python", "m.text.includes('Pressed')")
    for taps, place in enumerate([(0.4, 0.5), (0.7, 0.3)], start=1):
        page.page.mouse.click(*page.point("plot", *place))
        page.until("taps", f"m.data.x.length == {taps}")
        page.past_double_tap()
    page.page.mouse.dblclick(*page.point("plot", 0.5, 0.6))
    page.until("python", "m.text.includes('all gone')")
    page.drag("plot", (0.5, 0.5), (0.6, 0.6))
    page.until("python", "m.text.includes('panend')")
    page.until("javascript", "m.text.split('tap').length == 4 && m.text.includes('button_click')")


def use_callbacks(page: BokehPage) -> None:
    page.click("start")
    page.until("ticks", "m.text == ' 0 1 2 3 4'")
    page.until("pool", "m.text == ' 1 4 9 16 25'")
    page.until("loop", "m.text == ' 100 121 144 169 196'")
    page.until("periodic", "m.text == '5 times'")
    page.until("timeout", "m.text == 'came once'")
    page.until("where", "m.text == 'True'")


def use_themed(page: BokehPage) -> None:
    assert page.value("plot", "m.background_fill_color") == "#2f2f2f"
    page.choose("theme", "dark_minimal")
    page.until("plot", "m.background_fill_color == '#20262B'")
    page.choose("theme", "caliber")
    page.until("plot", "m.title.text.endsWith('caliber')")


def use_dashboard(page: BokehPage) -> None:
    assert page.page.locator("#masthead").inner_text() == "Sales in 4 regions"
    assert page.page.locator("#regions li").all_inner_texts() == ["North", "East", "South", "West"]
    assert page.page.locator("#right canvas").count() > 0
    before = page.value("sales", "m.data.sold")
    page.choose("region", "South")
    page.until("sales", f"m.data.sold[0] != {before[0]}")


def use_stations(page: BokehPage) -> None:
    assert "Utsira, 5 days" in page.value("heading", "m.text")
    assert page.value("payload", "m.text") == "asked for days+station"
    assert page.value("hooks", "m.text") == "server loaded, session created for uts"
    assert page.page.evaluate("getComputedStyle(document.body).backgroundColor") == (
        "rgb(232, 241, 247)"
    )
    assert page.page.evaluate("document.querySelector('#buoy').naturalWidth") > 0
    before = page.value("measured", "m.data.warmth[0]")
    page.click("warmer")
    page.until("measured", f"m.data.warmth[0] == {before} + 1")


@attrs.frozen
class Usage:
    """An address below the server's, and what is done there."""

    address: str
    use: Callable[[BokehPage], None]


USAGES = {
    "widgets": Usage("widgets", use_widgets),
    "crossfilter": Usage("crossfilter", use_crossfilter),
    "rollover": Usage("rollover", use_rollover),
    "patching": Usage("patching", use_patching),
    "holding": Usage("holding", use_holding),
    "events": Usage("events", use_events),
    "callbacks": Usage("callbacks", use_callbacks),
    "themed": Usage("themed", use_themed),
    "dashboard": Usage("dashboard", use_dashboard),
    "stations": Usage("stations?station=uts&days=5", use_stations),
}
