"""Fish counted at reefs: pages and data by Starlette, what moves in the pages by Bokeh."""

import html

import trio
from bokeh.embed import server_document
from bokeh.layouts import column
from bokeh.models import ColumnDataSource, Slider
from bokeh.plotting import figure
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, JSONResponse
from starlette.routing import Route

REEFS = {"north": [12, 7, 3], "south": [4, 15, 9]}
KINDS = ["wrasse", "goby", "blenny"]
PAGE = """<!doctype html>
<title>{name} reef</title>
<link rel="icon" href="data:,">
<h1>{name}</h1>
<p>{links}</p>
{script}
"""


async def page(request):
    name = request.path_params.get("name", "north")
    if name not in REEFS:
        return HTMLResponse(f"no reef is called {html.escape(name)}", status_code=404)
    # `root_path` is the prefix that a proxy puts in front, if there is one.
    prefix = request.scope.get("root_path", "")
    script = server_document(f"{prefix}/counts", relative_urls=True, arguments={"reef": name})
    links = " ".join(f'<a href="{prefix}/reefs/{reef}">{reef}</a>' for reef in REEFS)
    return HTMLResponse(PAGE.format(name=name, links=links, script=script))


async def data(request):
    await trio.sleep(0.01)  # where a database would be asked, with a library for Trio
    return JSONResponse(REEFS)


site = Starlette(
    routes=[Route("/", page), Route("/reefs/{name}", page), Route("/api/reefs", data)],
)


def counts(document):
    """Fill the document of one visitor, for the reef that the page has named."""
    named = document.session_context.request.arguments.get("reef", [b"north"])[0].decode()
    seen = REEFS.get(named, REEFS["north"])
    source = ColumnDataSource({"kind": KINDS, "count": seen}, name="counts")
    plot = figure(x_range=KINDS, height=300, sizing_mode="stretch_width", y_axis_label="fish")
    plot.vbar(x="kind", top="count", source=source, width=0.7, color="#d9784a")
    days = Slider(name="days", title="Days", start=1, end=30, value=1, step=1)

    def update(attr, old, new):
        source.data = {"kind": KINDS, "count": [each * new for each in seen]}

    days.on_change("value", update)
    document.add_root(column(days, plot, sizing_mode="stretch_width"))
    document.title = f"Fish at the {named} reef"
