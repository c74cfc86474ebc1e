"""A server that is ended and started anew on the same socket, as its visitors see it."""

import asyncio
import contextlib
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import pytest
from playwright.sync_api import Browser

from tests.whole.bokeh_page import BokehPage
from tests.whole.conftest import new_tab
from tests.whole.desk_site import status
from tests.whole.fault_site import write_site
from tests.whole.kept_socket import address_of, kept_socket, serving_at
from tests.whole.many_pages import FakePage, Requests
from tests.whole.processes import Server

pytestmark = pytest.mark.whole

PAGES = 200
PATIENCE = 60.0
LIMIT = 30.0
"""Seconds until all are back; on a quiet machine it is less than four."""

ROUTES = """
from starlette.responses import PlainTextResponse

async def echo(request):
    return PlainTextResponse(await request.body())
"""
COUNTER = """
from bokeh.io import curdoc
from bokeh.models import Div, Slider
slider = Slider(name="slider", title="Count", start=0, end=10, value=1)
log = Div(name="log", text="untouched")
slider.on_change("value", lambda attr, old, new: log.update(text=str(new)))
curdoc().add_root(slider)
curdoc().add_root(log)
"""
ECHO = '[[routes]]\npath = "/echo"\nendpoint = "routes:echo"\nmethods = ["POST"]\n'


class Visitors:
    """Two hundred pages and three streams of requests, in a thread of their own."""

    def __init__(self, url: str) -> None:
        self.pages = [FakePage(f"{url}/quiet") for _ in range(PAGES)]
        self.streams = [
            Requests(f"{url}/quiet"),
            Requests(f"{url}/static/docsync/page.js"),
            Requests(f"{url}/echo", method="POST"),
        ]
        self._open = threading.Semaphore(0)
        self._loop = asyncio.new_event_loop()
        self._visiting = self._loop.create_task(self._visit())
        self._thread = threading.Thread(target=self._run)
        self._error: BaseException | None = None

    def _run(self) -> None:
        try:
            with contextlib.suppress(asyncio.CancelledError):
                self._loop.run_until_complete(self._visiting)
        except ExceptionGroup as error:
            self._error = error
        finally:
            self._loop.close()

    async def _visit(self) -> None:
        async with asyncio.TaskGroup() as group:
            for page in self.pages:
                group.create_task(page.live(self._open.release))
            for stream in self.streams:
                group.create_task(stream.run())

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.leave()

    def leave(self) -> None:
        """Let all of them go, whatever they do; harmless when repeated."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._visiting.cancel)
        self._thread.join()

    def all_are_there(self) -> None:
        """Wait until every page has an open websocket, and once more when called again."""
        deadline = time.monotonic() + PATIENCE
        for _ in self.pages:
            if not self._open.acquire(timeout=max(0.0, deadline - time.monotonic())):
                raise AssertionError({page.story for page in self.pages}) from self._error


def end(server: Server) -> None:
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(PATIENCE) == 0, server.log.text


def test_no_request_fails_and_every_page_comes_back_and_is_told_the_truth(tmp_path: Path) -> None:
    (tmp_path / "routes.py").write_text(ROUTES)
    site = write_site(tmp_path)
    site.write_text(f"{site.read_text()}\n{ECHO}")
    with (
        kept_socket() as kept,
        serving_at(kept, site) as first,
        Visitors(address_of(kept)) as visitors,
    ):
        visitors.all_are_there()
        end(first)
        with serving_at(kept, site):
            ready = time.monotonic()
            visitors.all_are_there()
            visitors.leave()
    took = max(page.when("back") for page in visitors.pages) - ready

    assert [stream.failed for stream in visitors.streams] == [[]] * 3
    assert min(stream.answered for stream in visitors.streams) > 1
    assert {page.story for page in visitors.pages} == {("open", "1012", "4000", "back")}
    assert {page.value for page in visitors.pages} == {1}
    assert took < LIMIT


@pytest.fixture
def page(browser: Browser) -> Iterator[BokehPage]:
    tab = new_tab(browser)
    yield tab
    tab.page.context.close()


@pytest.mark.browser
def test_a_page_in_a_browser_says_that_the_server_was_restarted(
    tmp_path: Path, page: BokehPage
) -> None:
    site = write_site(tmp_path, counter=COUNTER)
    with kept_socket() as kept:
        with serving_at(kept, site) as first:
            page.open(f"{address_of(kept)}/counter")
            page.step("slider", 4)
            page.until("log", "m.text == '5'")
            # It has been reloaded a moment ago, for another restart.
            page.page.evaluate("sessionStorage.setItem('docsync-reloaded-at', Date.now())")
            page.page.evaluate("window.old = true")
            end(first)
        with serving_at(kept, site):
            status(page, "The server was restarted. This session has ended. Reloading…")
            page.screenshot("restart-reloading")
            page.page.wait_for_function("!window.old && whole.ready()")
            status(page, "The server was restarted. Your session had ended. This is a new one.")
            page.screenshot("restart-back")
            assert page.value("log", "m.text") == "untouched"
            page.step("slider", 1)
            page.until("log", "m.text == '2'")
    assert [fault for fault in page.faults if "WebSocket" not in fault] == []
