"""What can be opened, how it is judged at the end, and what comes out of the block."""

import threading
import time
from pathlib import Path

import pytest
import trio
import trio.testing
from bokeh.models import Div

import docsync_trio.testing
from docsync_trio.applications.application import Application
from docsync_trio.base.errors import ConfigError
from docsync_trio.base.events import CallbackFailed
from docsync_trio.config.load import load_site
from docsync_trio.config.schema import SiteSettings
from docsync_trio.testing import Leaked, UnexpectedError, events, open_site, run, standstill
from docsync_trio.testing.leftovers import Leftovers
from tests.testing.applications import SCRIPT, broken, desk, failing

SITE = """
title = "Desk"
[[applications]]
path = "/said"
handlers = [{ file = "app.py" }]
"""
pytestmark = pytest.mark.usefixtures("autojump_clock")


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "app.py").write_text(SCRIPT)
    (tmp_path / "site.toml").write_text(SITE)
    return tmp_path


async def paths(*what, **options):
    """Where the applications are served of a site made of *what*; each has a document."""
    async with open_site(*what, **options) as site:
        served = [context.url for context in site._site.applications]
        for path in served:
            async with site.open(path) as page:
                assert page.document.roots
        return served


@pytest.mark.parametrize(
    ("what", "served"),
    [
        (lambda folder: folder / "site.toml", ["/said"]),
        (lambda folder: folder, ["/said"]),
        (lambda folder: "site.toml", ["/said"]),
        (lambda folder: "app.py", ["/app"]),
        (lambda folder: SITE, ["/said"]),
        (
            lambda folder: {"applications": [{"path": "/b", "handlers": [{"file": "app.py"}]}]},
            ["/b"],
        ),
        (lambda folder: load_site(folder / "site.toml", environ={}).settings, ["/said"]),
        (lambda folder: Application("/mine", [desk]), ["/mine"]),
        (lambda folder: desk, ["/desk"]),
        (lambda folder: lambda document: document.add_root(Div()), ["/lambda"]),
        (lambda folder: {"/one": desk, "/two": "app.py"}, ["/one", "/two"]),
    ],
    ids=[
        "file",
        "folder",
        "name",
        "script",
        "text",
        "tables",
        "settings",
        "Application",
        "function",
        "lambda",
        "by-path",
    ],
)
async def test_whatever_describes_a_site_can_be_opened(folder, what, served, autojump_clock):
    assert await paths(what(folder), folder=folder) == served


async def test_several_applications_make_a_site(folder, autojump_clock):
    assert await paths(desk, "app.py", folder=folder) == ["/desk", "/app"]


async def test_what_is_wrong_with_a_site_is_said_with_its_place(folder, autojump_clock):
    with pytest.raises(ConfigError, match=r"site.toml:3:1: .*lingr"):
        await paths(SITE.replace("[[", "\nlingr = 1\n[[", 1).lstrip(), folder=folder)
    with pytest.raises(TypeError, match="not 3"):
        await paths(3)
    with pytest.raises(TypeError, match="open_site wants"):
        await paths()
    with pytest.raises(TypeError, match="no overrides"):
        await paths(SiteSettings(), overrides=["server.prefix=/below"])


async def test_an_error_that_nobody_expected_fails_the_test_with_its_line(autojump_clock):
    async def test():
        async with open_site(failing) as site, site.open() as page:
            page.click("button")
            await page.settled()

    with pytest.raises(UnexpectedError, match="ZeroDivisionError") as told:
        await test()
    assert "applications.py:" in str(told.value)
    assert isinstance(told.value.__cause__, ZeroDivisionError)
    assert len(told.value.events) == 1


async def test_errors_can_be_expected_and_allowed(autojump_clock):
    async with open_site(failing) as site, site.open() as page:
        async with site.expect_error(ZeroDivisionError, match="division") as expected:
            page.click("button")
        assert isinstance(expected.error, ZeroDivisionError)
        assert isinstance(expected.event, CallbackFailed)
    async with open_site(failing, allow_errors=True) as site, site.open() as page:
        page.click("button")
        await page.settled()
        assert len(site.observed(events.CallbackFailed)) == 1


async def test_an_error_that_was_expected_and_did_not_come_fails_the_test(autojump_clock):
    async with open_site(failing) as site, site.open() as page:
        with pytest.raises(AssertionError, match="no KeyError was raised in the site"):
            async with site.expect_error(KeyError):
                page.model("slider").value = 1
        with pytest.raises(
            AssertionError, match=r"that matches 'x'; this was:\n  /failing: .*Zero"
        ):
            async with site.expect_error(match="x"):
                page.click("button")
        async with site.expect_error():
            page.click("button")
        site._observed.failures.unexpected.clear()


async def test_what_the_test_itself_raises_comes_out_as_it_was_with_a_note(autojump_clock):
    async def test():
        async with open_site(failing) as site, site.open() as page:
            page.click("button")
            await page.settled()
            raise KeyError("mine")

    with pytest.raises(KeyError) as raised:
        await test()
    assert any("ZeroDivisionError" in note for note in raised.value.__notes__)


async def test_a_cancelled_test_ends_its_site_and_no_more(autojump_clock):
    with trio.move_on_after(5) as scope:
        async with open_site(desk) as site, site.open():
            await trio.sleep(10)
    assert scope.cancelled_caught
    assert len(site.observed(events.SessionEnded)) == 1


async def test_errors_in_tasks_of_asyncio_are_seen(tmp_path, autojump_clock):
    (tmp_path / "app.py").write_text("""
import asyncio
from bokeh.io import curdoc

async def fail():
    raise ValueError("in a task")

async def later():
    asyncio.get_running_loop().create_task(fail())
    await asyncio.sleep(1)

curdoc().add_next_tick_callback(later)
""")
    with pytest.raises(UnexpectedError, match="in a task"):
        async with open_site(tmp_path / "app.py") as site, site.open():
            await trio.sleep(2)


async def test_a_document_that_is_kept_fails_the_test_and_says_who_keeps_it(autojump_clock):
    with pytest.raises(Leaked, match=r"kept by module tests\.testing.test_opening: KEPT"):
        async with open_site(keeping) as site:
            await site.get()
    KEPT.clear()
    async with open_site(keeping, allow_leaks=True) as site:
        await site.get()
    KEPT.clear()


KEPT = []


def keeping(document):
    KEPT.append(document)


async def test_a_document_that_the_test_looks_at_is_no_leak(autojump_clock):
    async with open_site(desk) as site:
        await site.get()
        session = site.session()
        document = session.document
    assert session.has_ended
    assert document is not None
    with pytest.raises(LookupError, match="has ended"):
        _ = session.document


async def test_a_failed_build_does_not_keep_its_document(autojump_clock):
    async with open_site(broken) as site, site.expect_error(ValueError):
        await site.get()


async def test_a_thread_that_goes_on_fails_the_test(monkeypatch, autojump_clock):
    monkeypatch.setattr("docsync_trio.testing.leftovers.THREAD_SECONDS", 0.01)
    enough = threading.Event()

    def app(document):
        threading.Thread(target=enough.wait, name="reads a sensor", daemon=True).start()

    with pytest.raises(Leaked, match="has started: reads a sensor"):
        async with open_site(app) as site:
            await site.get()
    enough.set()


async def test_a_thread_of_trio_that_ends_in_time_is_no_leak(monkeypatch):
    begun, enough, joined, before = threading.Event(), threading.Event(), [], Leftovers()
    # One that Trio has kept may be the thread of this call.
    before._threads = {each for each in before._threads if not each.name.startswith("Trio thread")}

    def work():
        begun.set()
        enough.wait(20)

    async def given_up():
        await trio.to_thread.run_sync(work, abandon_on_cancel=True)

    def join(thread, seconds):
        enough.set()
        while not thread.name.startswith("Trio thread"):
            time.sleep(0.001)
        joined.append(thread.is_alive())

    async with trio.open_nursery() as nursery:
        nursery.start_soon(given_up)
        await trio.to_thread.run_sync(begun.wait)
        nursery.cancel_scope.cancel()
    monkeypatch.setattr(threading.Thread, "join", join)
    before.check([])
    assert joined == [True]


async def test_a_callback_that_never_returns_is_named(monkeypatch, autojump_clock):
    monkeypatch.setattr(standstill, "LONGEST", 0.2)
    enough, hanging = threading.Event(), threading.Event()

    def hang():
        hanging.set()
        enough.wait()

    def app(document):
        document.add_next_tick_callback(hang)

    async def test():
        async with open_site(app) as site:
            await site.get()
            await trio.to_thread.run_sync(hanging.wait)
            with pytest.raises(AssertionError, match="not settled"):
                await site.settled()

    with pytest.raises(Leaked, match=r"a thread that runs .*hang"):
        await test()
    enough.set()


async def test_a_client_needs_a_network(autojump_clock):
    async with open_site(desk) as site:
        with pytest.raises(RuntimeError, match="port=0"):
            site.pull_session()


def test_a_synchronous_test_runs_its_scenario_in_virtual_time():
    async def scenario(seconds):
        async with open_site(desk) as site, site.open():
            await trio.sleep(seconds)
            return trio.current_time()

    assert run(scenario, 3600) == pytest.approx(3600)


async def test_a_site_opens_in_real_time_too():
    async with open_site(desk) as site, site.open() as page:
        page.model("slider").value = 2
        await page.settled()
        assert page.model("said").text == "moved to 2"


def test_the_public_names_are_what_we_promised():
    assert docsync_trio.testing.__all__ == [
        "Expectation",
        "Leaked",
        "Page",
        "Refused",
        "Reply",
        "SeenSession",
        "SiteUnderTest",
        "UnexpectedError",
        "events",
        "open_site",
        "run",
    ]
    for name in docsync_trio.testing.__all__:
        assert getattr(docsync_trio.testing, name).__name__.endswith(name)
    with pytest.raises(AttributeError):
        _ = docsync_trio.testing.no_such_name


def test_the_plugin_of_pytest_imports_nothing_heavy():
    text = (Path(docsync_trio.testing.__file__).parent / "pytest_plugin.py").read_text()
    head = text.partition("@pytest.fixture")[0]
    assert "    from docsync_trio.testing.site_under_test" in head
    assert "\nfrom docsync_trio" not in head
