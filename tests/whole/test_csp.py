"""Pages under a content security policy, as a proxy in front of the server may set one.

Chromium enforces it, and tells the page of everything that it has not let through.
"""

import re
from collections.abc import Iterator

import attrs
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.whole.conftest import SIZE
from tests.whole.desk_site import BACK, LOST
from tests.whole.network import Line
from tests.whole.processes import Server

pytestmark = [pytest.mark.whole, pytest.mark.browser]

NONCE = "bm9uY2U"
POLICY = (
    f"default-src 'none'; script-src 'self' 'nonce-{NONCE}'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'"
)
"""The one in docs/reconnecting.md; the proxy puts the nonce into Bokeh's inline scripts."""

ALONE = '<!doctype html><title>Alone</title><script src="/static/docsync/page.js"></script>'
TELL = """addEventListener("securitypolicyviolation", (event) => (
    window.violated(`${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}`)
))"""


@attrs.define(eq=False, slots=False)
class Guarded:
    """A tab in which pages come with *policy*, and what of them did not conform to it."""

    page: Page
    policy: str
    violations: list[str] = attrs.field(factory=list)

    def __attrs_post_init__(self) -> None:
        self.page.expose_function("violated", lambda what: self.violations.append(str(what)))
        self.page.add_init_script(TELL)
        self.page.route(re.compile(r"/(desk|later)(\?|$)"), self.add_policy)
        self.page.route("**/alone", self.send_alone)

    def send_alone(self, route: Route) -> None:
        headers = {"content-type": "text/html", "content-security-policy": self.policy}
        route.fulfill(body=ALONE, headers=headers)

    def add_policy(self, route: Route) -> None:
        answer = route.fetch()
        html = answer.text().replace("<script>", f'<script nonce="{NONCE}">')
        headers = {**answer.headers, "content-security-policy": self.policy}
        route.fulfill(response=answer, body=html, headers=headers)


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    # To Chromium a page that the test hands over comes from nowhere near the server.
    context = browser.new_context(viewport=SIZE, permissions=["local-network-access"])
    yield context
    context.close()


@pytest.mark.parametrize("path", ["desk", "later"])
def test_under_a_strict_policy_a_page_does_all_that_it_does_without(
    context: BrowserContext, line: Line, path: str
) -> None:
    tab = Guarded(context.new_page(), POLICY)
    move_a_slider_before_and_after_a_cut(tab, line, path)
    assert tab.violations == []


def test_our_script_needs_nothing_but_to_be_loaded(context: BrowserContext, server: Server) -> None:
    tab = Guarded(context.new_page(), "default-src 'none'; script-src 'self'")
    tab.page.goto(f"{server.url}/alone")
    tab.page.evaluate("docsync.notice.say('Connection lost.', {reload: true})")
    host = tab.page.get_by_role("status").evaluate_handle("it => it.getRootNode().host")
    assert host.evaluate("it => getComputedStyle(it).position") == "fixed"
    tab.page.evaluate("docsync.spinner.give_way('<!doctype html><h1>There is none</h1>')")
    expect(tab.page.get_by_role("heading", name="There is none")).to_be_visible()
    assert tab.violations == []


def move_a_slider_before_and_after_a_cut(tab: Guarded, line: Line, path: str) -> None:
    page = tab.page
    page.goto(f"{line.url}/{path}")
    page.get_by_role("slider").nth(1).press("ArrowRight")
    expect(page.get_by_text("1 changes: 11")).to_be_visible()
    line.cut()
    expect(page.get_by_role("status").last).to_contain_text(LOST)
    line.mend()
    expect(page.get_by_role("status").last).to_contain_text(BACK, timeout=20_000)
    page.get_by_role("slider").nth(1).press("ArrowRight")
    expect(page.get_by_text("2 changes: 12")).to_be_visible()
