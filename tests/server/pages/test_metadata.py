"""What applications say about themselves."""

import json

import pytest

from docsync_trio.base.events import RequestFailed, SessionOpened
from docsync_trio.config.schema import MetadataFunction, TcpBind
from tests.server.a_site import a_site, application
from tests.server.memory_client import ask


async def test_metadata_is_what_bokeh_answers(tmp_path):
    table = {"hi": "hi", "there": ["there", 1]}
    async with a_site(
        application(tmp_path, "/app", metadata=table), application(tmp_path, "/bare")
    ) as site:
        reply = await ask(site.asgi, "/app/metadata")
        assert reply.headers["content-type"] == "application/json"
        assert reply.text == '{"url": "/app", "data": {"hi": "hi", "there": ["there", 1]}}'
        assert (await ask(site.asgi, "/bare/metadata")).text == '{"url": "/bare", "data": {}}'
        assert (await ask(site.asgi, "/bare/metadata", method="HEAD")).status == 200
        assert site.seen(SessionOpened) == []


@pytest.mark.parametrize(
    ("source", "data"),
    [
        ("def about():\n    return {'a': 1}", {"a": 1}),
        ("async def about():\n    return {'a': 2}", {"a": 2}),
        ("def about():\n    return None", {}),
    ],
)
async def test_metadata_can_be_a_function(tmp_path, monkeypatch, source, data):
    name = f"about_{abs(hash(source))}"
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / f"{name}.py").write_text(source)
    function = MetadataFunction(f"{name}:about")
    async with a_site(application(tmp_path, "/app", metadata=function)) as site:
        assert json.loads((await ask(site.asgi, "/app/metadata")).body)["data"] == data


@pytest.mark.parametrize(
    "source", ["def about():\n    return 1 / 0", "def about():\n    return {'a': object()}"]
)
async def test_a_function_that_fails_is_the_authors_to_mend(tmp_path, monkeypatch, source):
    name = f"failing_{abs(hash(source))}"
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / f"{name}.py").write_text(source)
    function = MetadataFunction(f"{name}:about")
    public = (TcpBind("", 80),)
    async with a_site(application(tmp_path, "/app", metadata=function), bind=public) as site:
        reply = await ask(site.asgi, "/app/metadata")
        assert reply.status == 500
        (failed,) = site.seen(RequestFailed)
        assert failed.target == "/app/metadata"
        assert failed.incident in reply.text


async def test_a_function_that_needs_an_argument_gets_the_parameters_in_the_path(
    tmp_path, monkeypatch
):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "about_buoys.py").write_text("def about(path_params):\n    return path_params\n")
    function = MetadataFunction("about_buoys:about")
    buoys = application(tmp_path, "/buoys/{station:int}", metadata=function)
    async with a_site(buoys, prefix="/desk") as site:
        reply = await ask(site.asgi, "/docs/desk/buoys/7/metadata", root_path="/docs")
        assert json.loads(reply.body) == {"url": "/buoys/7", "data": {"station": 7}}
        assert (await ask(site.asgi, "/desk/buoys/x/metadata")).status == 404
