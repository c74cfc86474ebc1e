"""The site of the tests in which a page loses its line, and what its pages say then."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import expect

from tests.whole.bokeh_page import BokehPage
from tests.whole.processes import ROOT, Server, docsync

DESK = Path(__file__).with_name("desk.py")
SITE = f"""
[server]
allow_origins = ["127.0.0.1:{{port}}"]

[sessions]
sign = false

[[applications]]
path = "/desk"
handlers = [{{{{ file = "{DESK}" }}}}]

[[applications]]
path = "/brief"
handlers = [{{{{ file = "{DESK}" }}}}]
sessions = {{{{ lost_lifetime = "200ms" }}}}

[[applications]]
path = "/renewed"
handlers = [{{{{ file = "{DESK}" }}}}]
sessions = {{{{ lost_lifetime = "200ms", on_expired = "new" }}}}

[[applications]]
path = "/renewed-in-time"
handlers = [{{{{ file = "{DESK}" }}}}]
sessions = {{{{ lost_lifetime = "200ms", on_expired = "new", token_expiration = "1s" }}}}

[[applications]]
path = "/aged"
handlers = [{{{{ file = "{DESK}" }}}}]
sessions = {{{{ token_expiration = "1s" }}}}

[[applications]]
path = "/alone"
handlers = [{{{{ file = "{DESK}", argv = ["--alone"] }}}}]

[[applications]]
path = "/later"
page = "instant"
handlers = [{{{{ file = "{DESK}" }}}}]

[[applications]]
path = "/sliders"
handlers = [{{{{ file = "{ROOT}/examples/sliders/sliders.py" }}}}]

[[applications]]
path = "/mute"
handlers = [{{{{ file = "{DESK}", argv = ["--mute"] }}}}]
"""
LOST = "Connection lost. Reconnecting…"
BACK = "Connected again."
NOT_ALL_KEPT = "Not all that you did meanwhile could be kept"


@contextmanager
def desks(guest_house: Server, folder: Path) -> Iterator[Server]:
    """Serve the site, for itself and for the pages of *guest_house*."""
    site = folder / "site.toml"
    site.write_text(SITE.format(port=guest_house.url.rpartition(":")[2]), encoding="utf-8")
    with docsync(site) as server:
        yield server


def at(base: str, path: str, session: str) -> str:
    return f"{base}/{path}?bokeh-session-id={session}"


def status(page: BokehPage, text: str) -> None:
    expect(page.page.get_by_role("status")).to_contain_text(text, timeout=20_000)


def let_time_pass(page: BokehPage, text: str, *, gone: bool = False) -> None:
    """Let the page's clock run ahead, five seconds at a time, until it says *text*, or not."""
    words = expect(page.page.get_by_role("status"))
    check = words.not_to_contain_text if gone else words.to_contain_text
    for _ in range(60):
        page.page.clock.fast_forward("00:05")
        try:
            check(text, timeout=500)
        except AssertionError:
            continue
        return
    check(text)
