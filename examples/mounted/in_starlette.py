"""A Starlette site with Bokeh's applications below /plots.

``hypercorn -k trio in_starlette:site`` serves it.
"""

from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.responses import HTMLResponse, RedirectResponse
from starlette.routing import Mount, Route

from docsync_trio import create_asgi
from docsync_trio.embed import server_document

plots = create_asgi(Path(__file__).with_name("site.toml"))


async def front(request):
    return HTMLResponse(
        "<!doctype html><title>Starlette</title><h1>Starlette</h1>"
        f"{server_document('/plots/sliders')}"
    )


async def icon(request):
    return RedirectResponse("/plots/favicon.ico")


@asynccontextmanager
async def lifespan(site):
    # Starlette does not tell what is mounted in it when the server starts and ends.
    async with plots.opened():
        yield


site = Starlette(
    routes=[Route("/", front), Route("/favicon.ico", icon), Mount("/plots", plots)],
    lifespan=lifespan,
)
