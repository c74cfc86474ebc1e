"""The example with members, as its visitors see it."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.whole.bokeh_page import SCREENSHOTS, BokehPage
from tests.whole.processes import ROOT, Server, docsync

pytestmark = [pytest.mark.whole, pytest.mark.browser]

SITE = ROOT / "examples" / "members" / "site.toml"
PASSWORD = "tide-and-time"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with docsync(SITE) as server:
        yield server


def signs_in(page: Page, name: str, password: str) -> None:
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_a_member_signs_in_sees_their_own_and_signs_out(
    server: Server, faulty_tab: BokehPage
) -> None:
    tab = faulty_tab
    page = tab.page
    tab.open(f"{server.url}/welcome")
    page.get_by_text("Notes are for members").wait_for()
    page.get_by_role("link", name="Notes").click()
    page.get_by_role("heading", name="Sign in").wait_for()
    assert page.evaluate("document.activeElement.id") == "name"
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.screenshot(path=SCREENSHOTS / f"sign-in-{scheme}.png")
    signs_in(page, "alice", "wrong")
    page.get_by_role("alert").get_by_text("The name or the password is wrong.").wait_for()
    assert page.get_by_label("Name").input_value() == "alice"
    page.screenshot(path=SCREENSHOTS / "sign-in-failed.png")
    signs_in(page, "alice", PASSWORD)
    page.get_by_role("heading", name="Notes of alice").wait_for()
    assert page.url == f"{server.url}/notes"
    page.get_by_placeholder("A note").fill("oars")
    page.get_by_placeholder("A note").press("Enter")
    page.get_by_role("listitem").get_by_text("oars").wait_for()
    page.screenshot(path=SCREENSHOTS / "sign-in-notes.png")
    assert page.evaluate("document.cookie") == ""

    page.goto(f"{server.url}/keys")
    page.get_by_role("heading", name="This is not allowed").wait_for()
    second = page.context.new_page()
    second.goto(f"{server.url}/notes")
    second.get_by_text("oars").wait_for()
    page.goto(f"{server.url}/logout")
    page.get_by_role("heading", name="You have signed out").wait_for()
    # Its session is over, and so it asks who is there.
    second.get_by_role("heading", name="Sign in").wait_for()
    signs_in(second, "bob", PASSWORD)
    second.get_by_role("heading", name="Notes of bob").wait_for()
    assert second.get_by_text("oars").count() == 0
    second.goto(f"{server.url}/keys")
    second.get_by_text("4711").wait_for()
    said = re.findall(r"(\w+) signed (in|out) from", server.log.text)
    assert said == [("alice", "in"), ("alice", "out"), ("bob", "in")]
