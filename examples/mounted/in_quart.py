"""A Quart-Trio site with Bokeh's applications below /plots.

``hypercorn -k trio in_quart:site`` serves it.
"""

from pathlib import Path

from quart import redirect
from quart_trio import QuartTrio
from starlette.routing import Mount, Router

from docsync_trio import create_asgi
from docsync_trio.embed import server_document

pages = QuartTrio(__name__)
plots = create_asgi(Path(__file__).with_name("site.toml"))
routes = Router([Mount("/plots", plots), Mount("/", pages)])


@pages.get("/")
async def front():
    return f"<!doctype html><title>Quart</title><h1>Quart</h1>{server_document('/plots/sliders')}"


@pages.get("/favicon.ico")
async def icon():
    return redirect("/plots/favicon.ico")


@pages.while_serving
async def open_plots():
    async with plots.opened():
        yield


async def site(scope, receive, send):
    """Leave the start and the end to Quart, all else to the routes."""
    await (pages if scope["type"] == "lifespan" else routes)(scope, receive, send)
