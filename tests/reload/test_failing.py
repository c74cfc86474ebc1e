"""What cannot be taken over leaves everything as it was, until it is mended."""

import sys

import pytest

from docsync_trio.base.errors import ConfigError
from docsync_trio.base.events import Reloaded, ReloadFailed, RestartNeeded
from tests.reload.a_reloading_site import reloading


async def failed(site, *applications):
    (told,) = await site.reload()
    assert isinstance(told, ReloadFailed), told
    assert told.applications == applications
    return told


async def reloaded(site, **expected):
    (told,) = await site.reload()
    assert isinstance(told, Reloaded), told
    assert {name: getattr(told, name) for name in expected} == expected


async def test_a_document_that_cannot_be_built(folder):
    folder.site(("/a", '{ file = "a.py" }'))
    folder.script("a.py", "before")
    async with reloading(folder) as site:
        before = site.context("/a")
        folder.write("a.py", "import trio\n\nhalf = 1 / 0\n")
        told = await failed(site, "/a")
        assert told.problems == ("/a: a.py:3: ZeroDivisionError: division by zero",)
        assert isinstance(told.error, ZeroDivisionError)
        assert site.context("/a") is before
        assert await site.text("/a") == "before"


async def test_the_running_application_keeps_its_modules(folder):
    folder.site(("/a", '{ function = "keeps:make" }'))
    folder.function("keeps.py", "from keeps_words import WORD", "WORD")
    folder.write("keeps_words.py", "WORD = 'before'\n")
    async with reloading(folder) as site:
        before = sys.modules["keeps_words"]
        folder.write("keeps_words.py", "WORD = \n")
        told = await failed(site, "/a")
        assert "keeps_words.py:1" in told.problems[0]
        assert sys.modules["keeps_words"] is before
        folder.write("keeps_words.py", "WORD = 'after'\n")
        await reloaded(site, replaced=("/a",))
        assert await site.text("/a") == "after"


async def test_a_module_that_was_missing(folder):
    folder.site(("/a", '{ file = "a.py" }'))
    folder.script("a.py", "before")
    async with reloading(folder) as site:
        folder.write("a.py", "import not_yet_there\n" + (folder.path / "a.py").read_text())
        await failed(site, "/a")
        assert await site.reload() == []
        folder.write("not_yet_there.py", "")
        await reloaded(site, replaced=("/a",))


async def test_a_file_that_is_gone_and_comes_back(folder):
    folder.site(("/a", '{ file = "a.py" }'))
    folder.script("a.py", "before")
    async with reloading(folder) as site:
        (folder.path / "a.py").unlink()
        told = await failed(site, "/a")
        assert told.because == ("a.py is gone",)
        assert await site.text("/a") == "before"
        folder.script("a.py", "after")
        await reloaded(site, replaced=("/a",))


async def test_a_module_that_is_renamed(folder):
    folder.site(("/a", '{ function = "renamed:make" }'))
    folder.function("renamed.py", "from first_name import WORD", "WORD")
    words = folder.write("first_name.py", "WORD = 'one'\n")
    async with reloading(folder) as site:
        words.rename(folder.path / "second_name.py")
        await failed(site, "/a")
        assert await site.text("/a") == "one"
        folder.function("renamed.py", "from second_name import WORD", "WORD")
        await reloaded(site, replaced=("/a",))
        assert "first_name" not in sys.modules


async def test_one_that_is_broken_does_not_keep_others_back(folder):
    folder.site(("/a", '{ file = "a.py" }'), ("/b", '{ file = "b.py" }'))
    folder.script("a.py", "a")
    folder.script("b.py", "b")
    async with reloading(folder) as site:
        folder.write("a.py", "1 +")
        await failed(site, "/a")
        folder.script("b.py", "bb")
        done, still = await site.reload()
        assert done.replaced == ("/b",)
        assert still.applications == ("/a",)
        assert await site.text("/a") == "a"
        assert await site.text("/b") == "bb"
        folder.script("a.py", "aa")
        await reloaded(site, replaced=("/a",))


async def test_two_that_change_at_once_change_together_or_not_at_all(folder):
    folder.site(("/a", '{ file = "a.py" }'), ("/b", '{ file = "b.py" }'))
    folder.script("a.py", "a")
    folder.script("b.py", "b")
    async with reloading(folder) as site:
        folder.script("a.py", "aa")
        folder.write("b.py", "1 / 0")
        await failed(site, "/b")
        assert await site.text("/a") == "a"
        folder.script("b.py", "bb")
        await reloaded(site, replaced=("/a", "/b"))


async def test_what_is_our_own_fault_ends_nothing(folder):
    folder.site(("/a", '{ file = "a.py" }'))
    folder.script("a.py", "a")

    def carry_over(old, new):
        raise LookupError("lost")

    async with reloading(folder, carry_over=carry_over) as site:
        folder.script("a.py", "aa")
        told = await failed(site)
        assert "lost" in told.problems[0]
        assert await site.text("/a") == "a"


async def test_a_link_is_watched_where_it_leads(folder):
    folder.site(("/a", '{ file = "link.py" }'))
    file = folder.script("elsewhere/a.py", "one")
    (folder.path / "link.py").symlink_to(file)
    watched = []

    async def watch(folders, _tell):
        watched.append(folders)

    async with reloading(folder, watch=watch) as site:
        folder.script("elsewhere/a.py", "two")
        await reloaded(site, replaced=("/a",))
    assert folder.path / "elsewhere" in watched[0]


class TestTheSiteFile:
    async def test_broken_and_mended(self, folder):
        folder.site(("/a", '{ file = "a.py" }'))
        folder.script("a.py", "a")
        async with reloading(folder) as site:
            before = site.context("/a")
            folder.write("site.toml", "[[applications]\n")
            told = await failed(site)
            assert "site.toml:1:" in told.problems[0]
            folder.site(("/a", '{ file = "a.py" }'))
            await reloaded(site, added=(), replaced=(), retired=())
            assert site.context("/a") is before

    async def test_gone(self, folder):
        folder.site(("/a", '{ file = "a.py" }'))
        folder.script("a.py", "a")
        async with reloading(folder) as site:
            (folder.path / "site.toml").unlink()
            await failed(site)
            assert await site.text("/a") == "a"

    async def test_applications_that_come_go_and_move(self, folder):
        for name in "abc":
            folder.script(f"{name}.py", name)
        folder.site(("/a", '{ file = "a.py" }'), ("/b", '{ file = "b.py" }'))
        async with reloading(folder) as site:
            kept = site.context("/a")
            moved = ((f"/{path}", f'{{ file = "{path[0]}.py" }}') for path in ("c", "bb", "a"))
            folder.site(*moved)
            await reloaded(site, added=("/c", "/bb"), replaced=(), retired=("/b",))
            assert (await site.page("/b")).status == 404
            assert await site.text("/bb") == "b"
            assert [one.url for one in site.site.applications] == ["/c", "/bb", "/a"]
            assert site.context("/a") is kept

    async def test_a_new_application_that_fails_leaves_the_others_alone(self, folder):
        folder.script("a.py", "a")
        folder.site(("/a", '{ file = "a.py" }'))
        async with reloading(folder) as site:
            folder.write("c.py", "1 / 0")
            folder.site(("/moved", '{ file = "a.py" }'), ("/c", '{ file = "c.py" }'))
            await failed(site, "/c")
            assert await site.text("/a") == "a"
            folder.script("c.py", "c")
            await reloaded(site, added=("/moved", "/c"), retired=("/a",))

    async def test_keys_that_need_a_restart_are_named_once(self, folder):
        folder.script("a.py", "a")
        folder.site(("/a", '{ file = "a.py" }'))
        async with reloading(folder) as site:
            folder.site(("/a", '{ file = "a.py" }'), more='server.bind = "127.0.0.1:0"')
            assert [type(one) for one in await site.reload()] == [RestartNeeded]
            folder.script("a.py", "aa")
            await reloaded(site, replaced=("/a",))


class TestAtTheStart:
    async def test_a_broken_application_shows_why_and_heals(self, folder):
        folder.site(("/a", '{ file = "a.py" }'), ("/b", '{ file = "b.py" }'))
        folder.write("a.py", "import trio\nfrom start_words import WORD\n")
        folder.write("start_words.py", "\nWORD = nothing\n")
        folder.script("b.py", "b")
        async with reloading(folder) as site:
            assert await site.text("/b") == "b"
            assert (await site.page("/a")).status == 500
            folder.write("start_words.py", "\nWORD = 1\n")
            await site.reload()
            assert (await site.page("/a")).status == 200

    async def test_it_does_not_keep_others_back(self, folder):
        folder.site(("/a", '{ function = "broken_at_start:make" }'), ("/b", '{ file = "b.py" }'))
        folder.write("broken_at_start.py", "1 +")
        folder.script("b.py", "b")
        async with reloading(folder) as site:
            (told,) = site.told(ReloadFailed)
            assert told.applications == ("/a",)
            assert isinstance(told.error, SyntaxError)
            page = await site.page("/a")
            assert page.status == 500
            assert "broken_at_start.py" in page.text
            folder.script("b.py", "bb")
            done, _still = await site.reload()
            assert done.replaced == ("/b",)
            folder.function("broken_at_start.py", "", "'whole'")
            await reloaded(site, replaced=("/a",))
            assert await site.text("/a") == "whole"

    async def test_what_is_in_no_application_stops_it(self, folder):
        folder.script("a.py", "a")
        more = '[[routes]]\npath = "/health"\nendpoint = "nowhere:health"\n'
        folder.site(("/a", '{ file = "a.py" }'), more=more)
        with pytest.raises(ConfigError, match="nowhere"):
            async with reloading(folder):
                raise AssertionError("it was opened")
