"""What pages are told of an application that somebody works on."""

import json

import pytest
import trio
from bokeh.document import Document
from bokeh.models import Button

from docsync_trio.applications.application import Application
from docsync_trio.base.events import (
    ApplicationTaskFailed,
    CallbackBlocks,
    CallbackFailed,
    NothingToShow,
    Reloaded,
    ReloadFailed,
    SessionEnded,
)
from docsync_trio.server.development.following import MOST_REMEMBERED, Following
from docsync_trio.sessions.lifetime import ENDED
from docsync_trio.testing import open_site
from tests.base.authored import module, raised_by
from tests.server.a_site import application
from tests.server.followed_sites import followed_site

ERROR = raised_by(module("def run():\n    1 / 0\n").run)
RELOADED = Reloaded((), ("/other",), (), 0.1, ("other.py changed",))


def fill(document):
    button = Button(name="bad")
    button.on_click(lambda: 1 / 0)
    document.add_root(button)


class Told:
    """A page's view of what it is told."""

    def __init__(self, page):
        self.page = page
        self.news = []
        page.document.on_message("docsync", lambda text: self.news.append(json.loads(text)))

    async def take(self):
        """All that has come since the last time."""
        await self.page.settled()
        news, self.news = self.news, []
        return news


@pytest.fixture
async def told():
    """A page, and what it is told."""
    seen = []
    following = Following(seen.append, show_errors=True, keep_state=True)
    followed = following.followed(Application("/app", handlers=[fill]))
    async with open_site(followed, allow_errors=True) as site, site.open("/app") as page:
        yield following, Told(page)


def failed(application="/app", session=""):
    return CallbackFailed(application, session, "callback update", ERROR)


async def test_a_callback_that_raised_is_told_to_the_pages_of_its_session(told):
    following, page = told
    following.observe(failed())
    (news,) = await page.take()
    (failure,) = news["failures"]
    assert failure["title"] == "Callback update raised an error"
    assert failure["error"] == "ZeroDivisionError: division by zero"
    assert failure["source"] == "run"


async def test_other_applications_and_sessions_are_told_nothing(told):
    following, page = told
    following.observe(failed(application="/other"))
    following.observe(failed(session="another"))
    assert await page.take() == []


async def test_a_task_of_the_application_is_told_to_all_its_pages(told):
    following, page = told
    following.observe(ApplicationTaskFailed("/app", "task poll", ERROR))
    (news,) = await page.take()
    assert news["failures"][0]["title"] == "Task poll raised an error"


async def test_what_blocks_is_told_with_where_it_is_and_what_to_do(told):
    following, page = told
    await trio.to_thread.run_sync(
        following.observe, CallbackBlocks("/app", "", "callback update", 6.0, "File app.py, line 3")
    )
    (news,) = await page.take()
    (failure,) = news["failures"]
    assert failure["title"] == "Callback update has been running for 6 s without a pause"
    assert failure["lines"] == ["File app.py, line 3"]
    assert "thread" in failure["hint"]


@pytest.mark.parametrize("whose", [("/app",), ()])
async def test_what_cannot_be_loaded_is_told_until_it_is_mended(told, whose):
    following, page = told
    following.observe(ReloadFailed(whose, ("site.toml:3: no such key",), None))
    (news,) = await page.take()
    assert news["mended"] is True
    assert news["failures"][0]["lines"] == ["site.toml:3: no such key"]
    assert following.failures("/app", "any") == [
        dict(one, lines=tuple(one["lines"]), places=()) for one in news["failures"]
    ]
    following.observe(RELOADED)
    assert await page.take() == [{"mended": True}]
    assert following.failures("/app", "any") == []


async def test_a_reload_after_which_nothing_has_to_be_mended_is_no_news(told):
    following, page = told
    following.observe(RELOADED)
    assert await page.take() == []


async def test_a_page_that_comes_later_is_told_the_latest_failures(tmp_path):
    async with followed_site(application(tmp_path, "/app")) as site:
        await site.ask("/app")
        session = site.session
        for number in range(MOST_REMEMBERED + 2):
            error = ValueError(f"number {number}")
            site.following.observe(CallbackFailed("/app", session.id, "callback", error))
            site.following.observe(CallbackFailed("/app", session.id, "callback", error))
        told = [one["error"] for one in site.following.failures("/app", session.id)]
        assert told == [f"ValueError: number {n}" for n in range(2, MOST_REMEMBERED + 2)]


async def test_nothing_is_remembered_of_a_session_that_has_ended(tmp_path):
    async with followed_site(application(tmp_path, "/app")) as site:
        await site.ask("/app")
        session = site.session.id
        site.following.observe(CallbackFailed("/app", session, "callback", ERROR))
        await site.context.end_sessions(ENDED, "it is over")
        assert site.following.failures("/app", session) == []


async def test_the_end_of_a_session_is_not_that_of_the_one_that_took_its_place(tmp_path):
    async with followed_site(application(tmp_path, "/app")) as site:
        await site.ask("/app")
        session = site.session.id
        site.following.observe(CallbackFailed("/app", session, "callback", ERROR))
        before = Document()
        site.following.observe(SessionEnded("/app", session, "reloaded", lambda: before))
        assert len(site.following.failures("/app", session)) == 1


async def test_who_is_not_to_see_the_source_gets_one_sentence(tmp_path):
    async with followed_site(application(tmp_path, "/app"), show_errors=False) as site:
        await site.ask("/app")
        session = site.session.id
        for event in (
            CallbackFailed("/app", session, "callback secret", ERROR),
            CallbackBlocks("/app", session, "callback secret", 6.0, "secret"),
            ReloadFailed(("/app",), ("secret",), ERROR),
        ):
            site.following.observe(event)
        told = json.dumps(site.following.failures("/app", session))
        assert "The application has raised an error" in told
        assert "secret" not in told
        assert "ZeroDivision" not in told


@pytest.mark.parametrize(
    ("line", "is_told"),
    [
        ("", True),
        ("curdoc().add_root(Div())", False),
        ("curdoc().add_next_tick_callback(lambda: None)", False),
    ],
)
async def test_a_document_that_will_stay_empty_is_told_once(tmp_path, line, is_told):
    source = f"import trio\nfrom bokeh.models import Div\nfrom bokeh.io import curdoc\n{line}\n"
    async with followed_site(application(tmp_path, "/app", source)) as site:
        await site.ask("/app")
        hints = [one["hint"] for one in site.following.failures("/app", site.session.id)]
        assert ["curdoc().add_root(plot)" in hint for hint in hints] == [True] * is_told
        await site.ask("/app")
        assert site.events.count(NothingToShow("/app")) == is_told


async def test_an_event_that_cannot_be_told_harms_nobody(told, caplog):
    following, page = told
    following.observe(ReloadFailed(None, (), RuntimeError))
    assert "pages could not be told of ReloadFailed" in caplog.text
    assert await page.take() == []
