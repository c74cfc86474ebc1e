"""A real site for tests of what it answers: applications made of source text."""

from contextlib import asynccontextmanager
from pathlib import Path

import attrs

from docsync_trio.config.schema import (
    ApplicationSettings,
    HandlerSettings,
    ServerSettings,
    SessionSettings,
    SiteSettings,
)
from docsync_trio.server.site import open_site

EMPTY = "import trio\n"
PLOT = """
import trio
from bokeh.models import Div
from bokeh.plotting import curdoc

curdoc().add_root(Div(text="hello"))
"""
BROKEN = """
import trio

def half(whole):
    secret_of_the_author = "hunter2"
    return whole / 0

half("<b>3</b>" and 3)
"""
KEY = "a key for tests"


def application(folder, path, source=PLOT, **more):
    name = "".join(c if c.isalnum() else "-" for c in path) + ".py"
    (folder / name).write_text(source)
    sessions = SessionSettings(secret_key=KEY, **more.pop("sessions", {}))
    handlers = (HandlerSettings(file=Path(folder / name)),)
    return ApplicationSettings(path=path, handlers=handlers, sessions=sessions, **more)


@attrs.frozen
class TestSite:
    __test__ = False
    site: object
    events: list

    @property
    def asgi(self):
        return self.site.asgi

    def seen(self, kind):
        return [event for event in self.events if isinstance(event, kind)]

    def context(self, path):
        return next(c for c in self.site.applications if c.application.path == path)


@asynccontextmanager
async def a_site(*applications, title="", routes=(), **server):
    settings = SiteSettings(
        title=title,
        applications=applications,
        routes=tuple(routes),
        server=ServerSettings(**server),
    )
    events = []
    async with open_site(settings, observe=events.append) as site:
        yield TestSite(site, events)
