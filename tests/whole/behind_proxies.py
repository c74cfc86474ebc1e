"""A site below a prefix that tells what it knows of its visitor, in documents and by HTTP."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bokeh.models import Div, Slider
from starlette.requests import Request
from starlette.responses import JSONResponse

from tests.whole.processes import ROOT, Server, docsync

SITE = f"""
[server]
prefix = "/desk"
trusted_proxies = ["127.0.0.1"]
allow_origins = ["{{origin}}"]
keep_alive = {{{{ http = "2s", ping = "400ms", pong = "2s" }}}}

[sessions]
build_timeout = "4s"

[[applications]]
path = "/sliders"
handlers = [{{{{ file = "{ROOT}/examples/sliders/sliders.py" }}}}]

[[applications]]
path = "/visitor"
handlers = [{{{{ function = "tests.whole.behind_proxies:show" }}}}]

[[routes]]
path = "/who"
endpoint = "tests.whole.behind_proxies:who"
methods = ["GET", "POST"]

[[routes]]
path = "/old"
redirect = "/sliders"
"""


def show(document):
    """Fill *document* with what it was told; its slider makes the server answer."""
    request = document.session_context.request
    told = {
        "url": request.full_url(),
        "ip": request.remote_ip,
        "cookies": len(request.headers.get("Cookie", "")),
    }
    slider = Slider(name="speed", title="Speed", value=0, start=0, end=100)
    answer = Div(name="answer", text="0")
    slider.on_change("value", lambda _name, _old, new: answer.update(text=str(new)))
    document.add_root(Div(name="seen", text=json.dumps(told)))
    document.add_root(slider)
    document.add_root(answer)


async def who(request: Request) -> JSONResponse:
    return JSONResponse({"url": str(request.url), "ip": request.client and request.client.host})


@contextmanager
def site_behind_proxies(
    folder: Path, origin: str, *arguments: str
) -> Iterator[tuple[Path, Server]]:
    """Serve it, for itself and for the pages of *origin* (``host:port``)."""
    site = folder / "site.toml"
    site.write_text(SITE.format(origin=origin), encoding="utf-8")
    with docsync(site, *arguments, env={"PYTHONPATH": str(ROOT)}) as server:
        yield site, server
