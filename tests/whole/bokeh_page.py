"""A page with Bokeh documents in a real browser, seen and moved as a person would.

It waits for conditions with a time limit, never for a while, and it remembers
everything that a developer's console would show in red.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
from playwright.sync_api import ConsoleMessage, Locator, Page, Response
from playwright.sync_api import Error as BrowserError

HERE = Path(__file__).resolve().parent
INSTRUMENTS = (HERE / "instruments.js").read_text(encoding="utf-8")
SCREENSHOTS = HERE / "screenshots"
PATIENCE = 20.0
"""Seconds that a condition may take to become true."""


# Playwright keeps its own attributes on the owner of a bound method.
@attrs.define(eq=False, slots=False)
class BokehPage:
    """One tab, with the Bokeh documents in it."""

    page: Page
    faults: list[str] = attrs.field(factory=list)

    def __attrs_post_init__(self) -> None:
        self.page.set_default_timeout(PATIENCE * 1000)
        self.page.add_init_script(INSTRUMENTS)
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.faults.append(f"page error: {error}"))
        self.page.on("response", self._response)
        self.page.on(
            "requestfailed", lambda it: self.faults.append(f"failed: {it.url} {it.failure}")
        )

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.faults.append(f"console: {message.text}")

    def _response(self, response: Response) -> None:
        if response.status >= 400:
            self.faults.append(f"status {response.status}: {response.url}")

    def open(self, url: str) -> "BokehPage":
        """Go there, and wait until every document in the page is drawn."""
        self.page.goto(url)
        self._wait("whole.ready()", None, f"{url}: the documents are ready")
        return self

    def _wait(self, expression: str, argument: Any, what: str) -> None:
        try:
            self.page.wait_for_function(expression, arg=argument, timeout=PATIENCE * 1000)
        except BrowserError as error:
            seen = "\n".join(self.faults) or "nothing in the console"
            raise AssertionError(f"not so: {what}\n{seen}\n{error}") from None

    def until(self, name: str, condition: str) -> None:
        """Wait until *condition*, JavaScript about the model ``m`` called *name*, holds."""
        self._wait("(about) => whole.holds(about)", [name, condition], f"{name}: {condition}")

    def answered(self) -> None:
        """Wait until the server has answered every change that this page has sent."""
        self._wait("whole.answered()", None, "all patches are answered")

    def disconnected(self) -> None:
        """Wait until no websocket of this page is open, or being opened."""
        self._wait("whole.disconnected()", None, "the websockets are closed")

    def attempted(self) -> None:
        """Wait until no websocket of this page is being opened: each is open, or has failed."""
        self._wait("whole.attempted()", None, "the websockets are open or have failed")

    def settled(self) -> None:
        """Wait until nothing is under way: to the server, in layout, or in painting."""
        self._wait("whole.settled()", None, "the documents are at rest")
        assert self.page.evaluate("whole.refused") == [], "the server answered ERROR"

    def value(self, name: str, code: str) -> Any:
        """What *code*, JavaScript about the model ``m`` called *name*, gives."""
        return self.page.evaluate("(about) => whole.value(about)", [name, code])

    def element(self, name: str) -> Locator:
        """The element in which the model called *name* is drawn."""
        self.page.evaluate("(name) => whole.element(name)", name)
        return self.page.locator(f'[data-whole="{name}"]')

    def click(self, name: str) -> None:
        self.element(name).locator("button").click()

    def choose(self, name: str, value: str) -> None:
        self.element(name).locator("select").select_option(value)

    def type(self, name: str, text: str) -> None:
        field = self.element(name).locator("input")
        field.fill(text)
        field.press("Enter")

    def step(self, name: str, times: int, *, handle: int = 0) -> None:
        """Move a slider by the keyboard: *times* steps up, or down where negative."""
        knob = self.element(name).locator(".noUi-handle").nth(handle)
        for _ in range(abs(times)):
            knob.press("ArrowRight" if times > 0 else "ArrowLeft")

    def slide(self, name: str, share: float) -> None:
        """Drag a slider's handle by the mouse to *share* (0 to 1) of its track."""
        slider = self.element(name)
        knob = slider.locator(".noUi-handle").bounding_box()
        track = slider.locator(".noUi-base").bounding_box()
        assert knob is not None
        assert track is not None
        y = knob["y"] + knob["height"] / 2
        self.page.mouse.move(knob["x"] + knob["width"] / 2, y)
        self.page.mouse.down()
        self.page.mouse.move(track["x"] + share * track["width"], y, steps=8)
        self.page.mouse.up()

    def point(self, name: str, across: float, down: float) -> tuple[float, float]:
        """Where a share of a plot's box is, in pixels of the page."""
        box = self.element(name).bounding_box()
        assert box is not None
        return box["x"] + across * box["width"], box["y"] + down * box["height"]

    def drag(self, name: str, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Drag the mouse over a plot, between two points given as shares of its box.

        A plot that is just being drawn does not hear of it.
        """
        self.settled()
        self.page.mouse.move(*self.point(name, *start))
        self.page.mouse.down()
        self.page.mouse.move(*self.point(name, *end), steps=8)
        self.page.mouse.up()

    def past_double_tap(self) -> None:
        """Wait until BokehJS takes the next tap for a first one: 300 ms after the last."""
        now = self.page.evaluate("performance.now()")
        self._wait("(start) => performance.now() > start + 350", now, "350 ms have passed")

    def documents(self) -> list[Any]:
        """The JSON of all documents in the page, once they are at rest."""
        self.settled()
        return json.loads(self.page.evaluate("whole.dump()"))

    def screenshot(self, name: str) -> None:
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png")


Visit = Callable[[str], BokehPage]
"""Opens an address in a tab of a fresh profile."""
