"""What goes on during a reload, what ends with it, and what is left behind."""

import gc
import inspect
import sys
import weakref

import pytest
import trio

from docsync_trio.base.events import ApplicationTaskFailed, Reloaded, ReloadFailed, SessionEnded
from docsync_trio.protocol.close_codes import CloseCode
from tests.reload.a_reloading_site import a_page, reloading

COUNTING = """
import trio
from bokeh.io import curdoc
from bokeh.models import Div

count = Div(text="0", name="count")

def step():
    count.text = str(int(count.text) + 1)

curdoc().add_root(count)
curdoc().add_periodic_callback(step, 10)
"""

STUCK = """
import trio

async def make(document):
    await trio.sleep_forever()
"""

HOOKS = """
import trio
from journal import JOURNAL
WORD = "{word}"

async def on_server_loaded(context):
    JOURNAL.append("loaded " + WORD)
    context.start_soon(work)

async def work():
    try:
        await trio.sleep_forever()
    finally:
        JOURNAL.append("work ended " + WORD)

def on_session_destroyed(context):
    if context.id != "docsync-trial":
        JOURNAL.append("session ended " + WORD)

async def on_server_unloaded(context):
    {unload}
    JOURNAL.append("unloaded " + WORD)
"""


@pytest.fixture
def hooked(folder):
    site_file = folder.site(("/a", '{ file = "a.py" }'))
    folder.write("site.toml", site_file.read_text() + 'hooks = "the_hooks"\n')
    folder.script("a.py", "a")
    folder.write("journal.py", "JOURNAL = []\n")
    folder.write("the_hooks.py", HOOKS.format(word="one", unload="pass"))
    return folder


def make_of(name):
    """The function of the module called *name*, if it is there just now."""
    return getattr(sys.modules.get(name), "make", None)


async def until(condition):
    with trio.fail_after(10):
        while not condition():  # noqa: ASYNC110 - threads are at work
            await trio.sleep(0.01)


async def test_a_session_of_another_application_goes_on(folder):
    folder.site(("/a", '{ file = "a.py" }'), ("/b", '{ file = "b.py" }'))
    folder.script("a.py", "a")
    folder.write("b.py", COUNTING)
    async with reloading(folder) as site, a_page(site, "/b") as page:
        for word in "xyz":
            before = int(page.model("count").text)
            folder.script("a.py", word)
            (told,) = await site.reload()
            assert isinstance(told, Reloaded)
            await page.until(lambda before=before: int(page.model("count").text) > before)
        assert page.closed is None


async def test_open_pages_are_told_that_their_application_was_exchanged(folder):
    folder.site(("/a", '{ file = "a.py" }'))
    folder.script("a.py", "a")
    async with reloading(folder) as site, a_page(site, "/a") as page:
        folder.script("a.py", "aa")
        await site.reload()
        await page.until(lambda: page.closed is not None)
        assert page.closed.code == CloseCode.RELOADED
        assert page.closed.reason == "the application was reloaded"
        await until(lambda: site.told(SessionEnded))
        (ended,) = site.told(SessionEnded)
        assert ended.reason == "the application was reloaded"


async def test_open_pages_of_an_application_that_is_gone_are_told_so(folder):
    folder.site(("/a", '{ file = "a.py" }'), ("/b", '{ file = "a.py" }'))
    folder.script("a.py", "a")
    async with reloading(folder) as site, a_page(site, "/b") as page:
        folder.site(("/a", '{ file = "a.py" }'))
        await site.reload()
        await page.until(lambda: page.closed is not None)
        assert page.closed.code == CloseCode.SESSION_ENDED


async def test_what_is_carried_over_is_carried_while_both_are_open(folder):
    folder.site(("/a", '{ file = "a.py" }'), ("/b", '{ file = "b.py" }'))
    folder.script("a.py", "a")
    folder.script("b.py", "b")
    carried = []

    def carry_over(old, new):
        carried.append((old, new, [one.lifetime.is_over() for one in old.sessions.values()]))

    async with reloading(folder, carry_over=carry_over) as site:
        before = site.context("/a")
        await site.text("/a")
        folder.script("a.py", "aa")
        await site.reload()
        assert carried == [(before, site.context("/a"), [False])]


async def test_each_application_is_prepared_before_it_is_opened(folder):
    folder.site(("/a", '{ file = "a.py" }'))
    folder.script("a.py", "a")
    prepared = []

    def prepare(application):
        prepared.append(application)
        return application

    async with reloading(folder, prepare=prepare) as site:
        folder.script("a.py", "aa")
        await site.reload()
        assert len(prepared) == 2
        assert site.context("/a").application is prepared[-1]


async def test_the_new_one_is_open_before_the_old_one_ends(hooked):
    async with reloading(hooked) as site:
        journal = sys.modules["journal"].JOURNAL
        await site.text("/a")
        hooked.write("the_hooks.py", HOOKS.format(word="two", unload="pass"))
        (told,) = await site.reload()
        assert told.replaced == ("/a",)
        await until(lambda: "work ended one" in journal)
        assert journal == [
            "loaded one", "loaded two", "session ended one", "unloaded one", "work ended one",
        ]  # fmt: skip
    assert journal[5:] == ["unloaded two", "work ended two"]


async def test_one_that_fails_its_trial_is_closed_again(hooked):
    async with reloading(hooked) as site:
        journal = sys.modules["journal"].JOURNAL
        hooked.write("a.py", "1 / 0")
        hooked.write("the_hooks.py", HOOKS.format(word="two", unload="pass"))
        (told,) = await site.reload()
        assert isinstance(told, ReloadFailed)
        await until(lambda: "work ended two" in journal)
        assert journal == ["loaded one", "loaded two", "unloaded two", "work ended two"]


async def test_a_hook_that_hangs_keeps_nobody_waiting(hooked):
    hang = "await trio.sleep_forever()"
    hooked.write("the_hooks.py", HOOKS.format(word="one", unload=hang))
    async with reloading(hooked) as site:
        for word in ("two", "three"):
            hooked.write(
                "the_hooks.py", HOOKS.format(word=word, unload="await trio.sleep_forever()")
            )
            (told,) = await site.reload()
            assert isinstance(told, Reloaded)
            assert await site.text("/a") == "a"
        await site.site.drain(1012, "the server restarts", within=0.3)
    assert "hook on_server_unloaded" in {one.what for one in site.told(ApplicationTaskFailed)}


async def test_a_hook_that_raises_is_told_and_changes_nothing(hooked):
    hooked.write("the_hooks.py", HOOKS.format(word="one", unload="1 / 0"))
    async with reloading(hooked) as site:
        hooked.write("the_hooks.py", HOOKS.format(word="two", unload="pass"))
        (told,) = await site.reload()
        assert isinstance(told, Reloaded)
        await until(lambda: site.told(ApplicationTaskFailed))
        (failed,) = site.told(ApplicationTaskFailed)
        assert isinstance(failed.error, ZeroDivisionError)


async def test_who_waits_for_a_document_meanwhile_gets_the_new_one(folder):
    folder.site(("/a", '{ function = "slow:make" }'))
    folder.write("slow.py", STUCK)
    async with reloading(folder) as site, trio.open_nursery() as nursery:
        answers = []

        async def visit():
            answers.append(await site.page("/a"))

        nursery.start_soon(visit)
        await until(lambda: site.context("/a")._makings)
        folder.function("slow.py", "", "'quick'")
        (told,) = await site.reload()
        assert isinstance(told, Reloaded)
        await until(lambda: answers)
        assert answers[0].status == 200
        assert len(site.context("/a").sessions) >= 1


async def test_an_attempt_that_is_out_of_date_is_given_up(folder):
    folder.site(("/a", '{ function = "stuck:make" }'))
    folder.function("stuck.py", "", "'first'")
    async with reloading(folder) as site, trio.open_nursery() as nursery:
        folder.write("stuck.py", STUCK)
        nursery.start_soon(site.site.reload)
        await until(lambda: inspect.iscoroutinefunction(make_of("stuck")))
        folder.function("stuck.py", "", "'mended'")
        (told,) = await site.reload()
        assert isinstance(told, Reloaded)
        assert await site.text("/a") == "mended"


async def test_after_many_reloads_nothing_of_the_old_ones_is_left(folder):
    folder.site(("/a", '{ directory = "app" }'), ("/b", '{ function = "leaky:make" }'))
    folder.write("app/__init__.py", "import trio\n")
    folder.script("app/main.py", "first")
    folder.write("app/app_hooks.py", "from .more import NUMBER\ndef on_session_created(c): ...\n")
    folder.write("app/more.py", "NUMBER = 0\n")
    folder.function("leaky.py", "from leaky_words import WORD", "WORD")
    folder.write("leaky_words.py", "WORD = 0\n")
    old = []
    async with reloading(folder) as site:
        await site.text("/a")
        await site.text("/b")
        for number in range(50):
            old += [weakref.ref(site.context(path)) for path in ("/a", "/b")]
            old += [weakref.ref(site.context(path).application) for path in ("/a", "/b")]
            old += [weakref.ref(sys.modules[name]) for name in ("leaky", "leaky_words")]
            old.append(weakref.ref(site.site.current))
            folder.write("app/more.py", f"NUMBER = {number}\n")
            folder.write("leaky_words.py", f"WORD = {number}\n")
            (told,) = await site.reload()
            assert told.replaced == ("/a", "/b")
        assert await site.text("/b") == "49"
        # The folder's package, its hooks and the module that these import.
        await until(lambda: sum(name.startswith("bokeh_app_") for name in sys.modules) == 3)
        site.events.clear()
        gc.collect()
        assert [one() for one in old if one() is not None] == []
