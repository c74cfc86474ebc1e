"""Applications that are exchanged while their site is served."""

import sys

from docsync_trio.base.events import Reloaded, ReloadFailed, SessionEnded
from tests.reload.a_reloading_site import reloading


async def test_a_changed_script_is_what_its_next_page_shows(folder):
    folder.site(("/a", '{ file = "a.py" }'))
    folder.script("a.py", "before")
    async with reloading(folder) as site:
        assert await site.text("/a") == "before"
        folder.script("a.py", "after")
        (told,) = await site.reload()
        assert isinstance(told, Reloaded)
        assert told.replaced == ("/a",)
        assert told.because == ("a.py changed",)
        assert await site.text("/a") == "after"


async def test_what_has_not_changed_is_left_alone(folder):
    folder.site(("/a", '{ file = "a.py" }'), ("/b", '{ file = "b.py" }'))
    folder.script("a.py", "a")
    folder.script("b.py", "b")
    async with reloading(folder) as site:
        await site.text("/b")
        before = site.context("/b")
        folder.script("a.py", "aa")
        await site.reload()
        assert site.context("/b") is before
        assert len(before.sessions) == 1
        assert not [e for e in site.told(SessionEnded) if e.application == "/b"]
        assert await site.reload() == []


async def test_a_module_of_two_applications_changes_both_at_once(folder):
    folder.site(*((f"/{name}", f'{{ function = "{name}:make" }}') for name in "abc"))
    for name in "abc":
        folder.function(f"{name}.py", "" if name == "c" else "from words import WORD", "WORD")
    folder.write("words.py", "WORD = 'one'")
    async with reloading(folder) as site:
        assert await site.text("/b") == "one"
        folder.write("words.py", "WORD = 'two'")
        (told,) = await site.reload()
        assert told.replaced == ("/a", "/b")
        assert await site.text("/a") == "two"
        assert await site.text("/b") == "two"


async def test_what_cannot_be_loaded_changes_nothing_until_it_is_mended(folder):
    folder.site(("/a", '{ file = "a.py" }'))
    folder.script("a.py", "before")
    async with reloading(folder) as site:
        folder.write("a.py", "import trio\n\n1 +\n")
        (told,) = await site.reload()
        assert isinstance(told, ReloadFailed)
        assert told.applications == ("/a",)
        assert "a.py:3" in told.problems[0]
        assert isinstance(told.error, SyntaxError)
        assert await site.text("/a") == "before"
        assert await site.reload() == []
        folder.script("a.py", "mended")
        (told,) = await site.reload()
        assert isinstance(told, Reloaded)
        assert await site.text("/a") == "mended"


async def test_everything_is_loaded_anew_if_somebody_asks_for_it(folder):
    folder.site(*((f"/{name}", f'{{ function = "{name}:make" }}') for name in "ab"))
    folder.function("a.py", "from words import WORD", "WORD")
    folder.function("b.py", "", "'b'")
    folder.write("words.py", "WORD = 'one'")
    async with reloading(folder) as site:
        before = sys.modules["words"]
        (told,) = await site.reload(everything=True)
        assert told.replaced == ("/a", "/b")
        assert sys.modules["words"] is not before
