"""Applications that build a document before anybody visits them."""

from docsync_trio.base.events import BuildFailed
from docsync_trio.testing import open_site

SITE = """
[server]
prefix = "/desk"

[[applications]]
path = "/buoys/{station:int}"
warm = true
handlers = [{ file = "app.py" }]

[[applications]]
path = "/cold"
handlers = [{ file = "app.py" }]
"""
APP = """
from bokeh.io import curdoc
from pathlib import Path

request = curdoc().session_context.request
with Path(__file__).with_name("built").open("a") as built:
    built.write(f"{request.path} {request.path_params}|")
"""


async def test_a_warm_application_has_built_a_document_when_the_site_is_open(tmp_path):
    (tmp_path / "site.toml").write_text(SITE)
    (tmp_path / "app.py").write_text(APP)
    async with open_site(tmp_path) as site:
        assert (tmp_path / "built").read_text() == "/desk/buoys/1 {'station': 1}|"
        await site.settled()
        assert site.sessions() == []


async def test_one_that_cannot_build_is_told_and_served_all_the_same(tmp_path):
    (tmp_path / "site.toml").write_text(SITE)
    (tmp_path / "app.py").write_text("1 / 0")
    async with open_site(tmp_path, allow_errors=True) as site:
        (failed,) = site.observed(BuildFailed)
        assert failed.application == "/buoys/{station:int}"
        assert (await site.get("/desk/buoys/7")).status == 500
