"""What a visitor does with each application of the demonstration."""

from tests.whole.bokeh_page import BokehPage


def use_sliders(page: BokehPage) -> None:
    highest = page.value("wave", "Math.max(...m.data.y)")
    page.slide("amplitude", 0.8)
    page.until("amplitude", "Math.abs(m.value - 2.4) < 0.2")
    page.until("wave", f"Math.max(...m.data.y) > 2 * {highest}")
    page.step("offset", 5)
    page.until("wave", "Math.min(...m.data.base) > -2 && Math.max(...m.data.base) > 2.5")
    page.choose("shape", "Sine")
    page.until("wave", "m.data.y.every((y, i) => Math.abs(y - m.data.base[i]) < 1e-9)")
    highest = page.value("wave", "Math.max(...m.data.y)")
    page.until("readout", f"m.text.includes('highest <b>{highest:.2f}</b>, 400 points')")
    page.choose("shape", "Square")
    page.step("frequency", 4)
    page.until("wave", "m.data.y[100] != m.data.base[100]")


def use_streaming(page: BokehPage) -> None:
    page.slide("pace", 1.0)
    page.until("pace", "m.value == 20")
    page.until("walk", "m.data.step.at(-1) > 450")
    assert page.value("walk", "m.data.step.length") == 400
    page.click("running")
    page.until("running", "m.label == 'Go on'")
    page.settled()
    paused_at = page.value("walk", "m.data.step.at(-1)")
    steps = page.value("walk", "m.data.step")
    assert steps == list(range(paused_at - 399, paused_at + 1))
    page.click("running")
    page.until("walk", f"m.data.step.at(-1) > {paused_at}")


def use_tides(page: BokehPage) -> None:
    assert page.page.locator(".masthead h1").inner_text() == "Tides"
    assert page.page.evaluate("document.querySelector('#lighthouse').naturalWidth") > 0
    assert page.page.evaluate("getComputedStyle(document.body).backgroundColor") == (
        "rgb(13, 37, 56)"
    )
    assert page.value("plot", "m.background_fill_color") == "#12324a"
    page.choose("harbour", "Saint Elm")
    page.until("waters", "m.text.includes('<b>Saint Elm</b>')")
    page.slide("days", 0.5)
    page.until("days", "m.value > 5 && m.value < 10")
    page.until("curve", "m.data.hour.length > 5 * 240")
    days = page.value("days", "m.value")
    assert page.value("curve", "m.data.hour.length") == days * 240 + 1


def use_roses(page: BokehPage) -> None:
    before = page.value("rose", "m.data.x")
    page.step("numerator", 2)
    page.until("numerator", "m.value == 7")
    page.step("denominator", 1)
    page.until("denominator", "m.value == 4")
    after = page.value("rose", "m.data.x")
    assert len(after) == len(before) == 720
    assert after != before


def use_darts(page: BokehPage) -> None:
    page.click("throw")
    page.until("readout", "m.text.includes('<b>4000</b> darts')")
    page.until("throw", "!m.disabled")
    assert abs(page.value("estimates", "m.data.pi.at(-1)") - 3.14) < 0.1
    assert page.value("darts", "m.data.x.length") == 4000


def use_orders(page: BokehPage) -> None:
    row = page.element("table").locator(".slick-row").nth(1)
    row.locator(".slick-cell.l1").dblclick()
    field = row.locator("input")
    field.fill("100")
    field.press("Enter")
    page.until("goods", "m.data.quantity[1] == 100 && Math.abs(m.data.total[1] - 55) < 1e-9")
    page.until("invoice", "m.text.includes('<b>298.60</b>')")
    row.locator(".slick-cell.l3", has_text="55.00").wait_for()
    page.click("add")
    page.until("goods", "m.data.product.length == 7")
    page.until("plot", "m.x_range.factors.at(-1) == 'Product 7'")
    page.element("table").locator(".slick-row").nth(4).locator(".slick-cell.l0").click()
    page.until("goods", "m.selected.indices.length == 1")
    page.click("remove")
    page.until("goods", "m.data.product.length == 6 && !m.data.product.includes('Poppy cake')")


USAGES = {
    "sliders": use_sliders,
    "streaming": use_streaming,
    "tides": use_tides,
    "roses": use_roses,
    "darts": use_darts,
    "orders": use_orders,
}
