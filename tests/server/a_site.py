"""A site of the testing kit's with applications made of source text, and a way inside."""

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
from docsync_trio.testing import SiteUnderTest, open_site

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
class OpenSite:
    """A site of the testing kit's, and what it is inside."""

    under_test: SiteUnderTest

    @property
    def site(self):
        return self.under_test._site

    @property
    def events(self):
        return self.under_test.events

    @property
    def asgi(self):
        return self.site.asgi

    def seen(self, kind):
        return self.under_test.observed(kind)

    def document(self, path):
        """The document of the only session of the application at *path*."""
        return self.under_test.session(path).document

    def context(self, path):
        return next(c for c in self.site.applications if c.application.path == path)


@asynccontextmanager
async def a_site(*applications, title="", icon=None, routes=(), port=None, **server):
    """What fails in it is what its tests are about; they look at its events."""
    settings = SiteSettings(
        title=title,
        icon=icon,
        applications=applications,
        routes=tuple(routes),
        server=ServerSettings(**server),
    )
    async with open_site(settings, port=port, allow_errors=True) as site:
        yield OpenSite(site)
