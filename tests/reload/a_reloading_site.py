"""A site that is reloaded on demand, made of files in a folder."""

import os
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import attrs
import trio

from docsync_trio.base.events import Reloaded, ReloadFailed, RestartNeeded
from docsync_trio.config.load import load_site
from docsync_trio.reload.carry_over import nothing_carried_over
from docsync_trio.reload.imports import import_site
from docsync_trio.reload.open_site import open_reloading_site
from docsync_trio.reload.running_site import RunningSite
from docsync_trio.testing.memory_network import MemoryNetwork
from docsync_trio.testing.page import Page, open_page
from tests.server.memory_client import ask

SCRIPT = """
import trio
from bokeh.io import curdoc
from bokeh.models import Div

curdoc().add_root(Div(text="{word}"))
"""

FUNCTION = """
import trio
from bokeh.models import Div
{statement}

def make(document):
    document.add_root(Div(text=str({expression})))
"""

_numbers = iter(range(1, 10**9))


@attrs.define(eq=False)
class Folder:
    """Where the files of a site are.

    Each writing gives a file another time of change, and is done at once: those who look do
    so in a thread.
    """

    path: Path

    def write(self, name, text):
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        written = file.with_name(f".{file.name}")
        written.write_text(text)
        os.utime(written, ns=(0, 10**18 + next(_numbers)))
        return written.replace(file)

    def script(self, name, word):
        return self.write(name, SCRIPT.format(word=word))

    def function(self, name, statement, expression):
        """A module with a function `make`: *statement* at the top, *expression* is the text."""
        return self.write(name, FUNCTION.format(statement=statement, expression=expression))

    def site(self, *applications, more=""):
        """The site file: pairs of a path and a handler as TOML has it."""
        tables = (
            f'[[applications]]\npath = "{path}"\nhandlers = [{handler}]\n'
            for path, handler in applications
        )
        return self.write("site.toml", more + "\n" + "\n".join(tables))


@attrs.define(eq=False)
class ReloadingSite:
    site: RunningSite
    events: list

    def told(self, kind):
        return [event for event in self.events if isinstance(event, kind)]

    async def reload(self, *, everything=False):
        """Have the site look at its files; returns what it tells of it."""
        known = len(self.events)
        with trio.fail_after(20):
            await self.site.reload(everything=everything)
        kinds = Reloaded | ReloadFailed | RestartNeeded
        return [event for event in self.events[known:] if isinstance(event, kinds)]

    async def page(self, path):
        return await ask(self.site.asgi, path)

    def context(self, path):
        return next(c for c in self.site.applications if c.url == path)

    async def text(self, path):
        """What the document of a new session says: the text of its only Div."""
        assert (await self.page(path)).status == 200
        *_, session = self.context(path).sessions.values()
        (root,) = session.document.roots
        return root.text


async def nothing_noticed(_folders, _tell):
    await trio.sleep_forever()


@asynccontextmanager
async def reloading(folder, *, carry_over=nothing_carried_over, watch=nothing_noticed, **more):
    events = []
    load = partial(load_site, folder.path / "site.toml", environ={})
    loaded = load()
    opening = open_reloading_site(
        loaded,
        import_site(loaded),
        load=load,
        observe=events.append,
        carry_over=carry_over,
        watch=watch,
        **more,
    )
    async with opening as site:
        yield ReloadingSite(site, events)


@asynccontextmanager
async def a_page(site, path):
    """A tab with the application at *path*, kept in step as a browser's."""

    async def settled():
        await trio.lowlevel.checkpoint()

    async with trio.open_nursery() as nursery:
        network = MemoryNetwork(site.site.asgi, nursery)
        page = Page(path, network, {}, nursery, settled, site.events.append)
        async with open_page(page) as opened:
            yield opened
        nursery.cancel_scope.cancel()
