"""Virtual time and real threads."""

import threading
import time

import trio
from bokeh.models import Div

from docsync_trio.base.events import SessionEnded
from docsync_trio.testing import open_site


def computing(document):
    """What takes a moment, in a thread."""

    def compute():
        document.add_next_tick_callback(finish)
        time.sleep(0.05)

    def finish():
        said.text = threading.current_thread().name

    said = Div(name="said", text="")
    document.add_root(said)
    document.add_timeout_callback(compute, 1000)


async def test_no_time_passes_while_a_thread_works(autojump_clock):
    async with open_site(computing) as site, site.open() as page:
        with trio.move_on_after(1.001) as scope:
            await page.changed()
        assert not scope.cancelled_caught
        assert trio.current_time() == 1.0
        assert page.model("said").text != threading.current_thread().name


async def test_settled_waits_for_threads_and_for_what_they_started(autojump_clock):
    async with open_site(computing) as site, site.open() as page:
        await trio.sleep(1.0)
        await page.settled()
        assert page.model("said").text


async def test_two_sites_share_one_clock(autojump_clock):
    async with open_site(computing) as one:
        async with open_site(computing) as two:
            await one.get()
            await two.get()
            await trio.sleep(100)
            assert two.observed(SessionEnded)
        async with one.open() as page:
            await page.changed()
            assert trio.current_time() == 101.0
