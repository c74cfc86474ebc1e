"""Our server on a free port, in the test's own Trio, with applications made of source text."""

from contextlib import asynccontextmanager

import attrs

from tests.server.a_site import a_site, application

SLIDER = """
from bokeh.models import ColumnDataSource, Div, Slider
from bokeh.plotting import curdoc

document = curdoc()
slider = Slider(name="slider", start=0, end=100, value=1)
label = Div(name="label", text="one")
asked = Div(name="asked", text=repr(document.session_context.request.arguments))
table = ColumnDataSource(name="table", data={"x": [1, 2, 3]})
heard = []

def moved(attr, old, new):
    heard.append(new)
    label.text = f"at {heard}"
    if new == 66:
        raise ValueError("not this one")

slider.on_change("value", moved)
document.title = "A slider"
for root in (slider, label, asked, table):
    document.add_root(root)
"""
BROKEN = "raise ValueError('broken by its author')"


@attrs.define(eq=False)
class OurServer:
    url: str
    site: object

    def sessions(self, path="/app"):
        return list(self.site.context(path).sessions.values())

    async def change(self, function, path="/app"):
        """Let the application's session change its document."""
        (session,) = self.sessions(path)
        await session.with_document(function)

    def cut(self, path="/app"):
        """Break all connections, as a proxy does that restarts."""
        for session in self.sessions(path):
            for connection in list(session._connections._here):
                connection._wire.drop("cut")


@asynccontextmanager
async def our_server(
    folder, applications=None, *, port=0, sessions=None, websocket_path="ws", **server
):
    sources = applications or {"/app": SLIDER}
    made = [
        application(
            folder, path, source, sessions=dict(sessions or {}), websocket_path=websocket_path
        )
        for path, source in sources.items()
    ]
    async with a_site(*made, port=port, **server) as site:
        yield OurServer(site.under_test.url(""), site)
