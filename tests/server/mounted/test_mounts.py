"""Whole web applications in a site: where they answer, and what they are told."""

import json
from contextlib import asynccontextmanager

import pytest

from docsync_trio.base.errors import ConfigError, Problem, ServerError
from docsync_trio.base.events import RequestFailed
from docsync_trio.config.schema import RouteSettings
from docsync_trio.server.mounted.mounts import load_mounts
from tests.server.a_site import a_site, application
from tests.server.memory_client import ask, http_scope

WSGI = """
import json, threading

def app(environ, start_response):
    if environ["PATH_INFO"] == "/broken":
        raise KeyError("x")
    told = {key: environ[key] for key in ("SCRIPT_NAME", "PATH_INFO", "REQUEST_METHOD")}
    told["thread"] = threading.current_thread() is not threading.main_thread()
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(told).encode()]

async def asgi(scope, receive, send):
    pass
"""
STARLETTE = """
import trio
from contextlib import asynccontextmanager
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route, WebSocketRoute

seen = []

@asynccontextmanager
async def lifespan(app):
    seen.append("up")
    async with trio.open_nursery():
        yield {"kept": 7}
    seen.append("down")

async def where(request):
    await trio.sleep(0)
    return JSONResponse({
        "url": str(request.url_for("where", item="y").path),
        "item": request.path_params,
        "kept": request.state.kept,
    })

async def chat(websocket):
    await websocket.accept()
    await websocket.send_text(await websocket.receive_text() * 2)
    await websocket.close()

app = Starlette(
    lifespan=lifespan,
    routes=[Route("/where/{item}", where, name="where"), WebSocketRoute("/chat", chat)],
)

def wsgi(environ, start_response):
    pass
"""
ASYNCIO = """
import asyncio
from contextlib import asynccontextmanager

seen = []

async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        ticking = asyncio.create_task(asyncio.sleep(1000))
        await send({"type": "lifespan.startup.complete"})
        await receive()
        ticking.cancel()
        seen.append("down")
        await send({"type": "lifespan.shutdown.complete"})
        return
    message = await receive()
    await asyncio.sleep(0)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"from asyncio"})
"""
FAILING = """
import trio

async def app(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.failed", "message": "no database"})

async def raising(scope, receive, send):
    await receive()
    raise KeyError("no key")

async def without(scope, receive, send):
    assert scope["type"] == "http"
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body"})

def create_app():
    return app
"""


@pytest.fixture
def module(tmp_path, monkeypatch):
    """Write a module under a name that no other test has imported."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)

    def write(source):
        name = f"mounted_{tmp_path.name}_{len(list(tmp_path.glob('*.py')))}".replace("-", "_")
        (tmp_path / f"{name}.py").write_text(source)
        return name

    return write


@pytest.fixture
def a_site_with(tmp_path):
    @asynccontextmanager
    async def open_it(*routes, at="/app", page="built", **server):
        served = application(tmp_path, at, page=page)
        async with a_site(served, routes=routes, **server) as site:
            yield site

    return open_it


async def test_a_wsgi_application_answers_below_its_path_in_a_thread(a_site_with, module):
    route = RouteSettings(path="/shop", wsgi=f"{module(WSGI)}:app")
    async with a_site_with(route, prefix="/desk") as site:
        reply = await ask(site.asgi, "/desk/shop/carts/7", method="DELETE")
        assert json.loads(reply.text) == {
            "SCRIPT_NAME": "/desk/shop",
            "PATH_INFO": "/carts/7",
            "REQUEST_METHOD": "DELETE",
            "thread": True,
        }
        assert (await ask(site.asgi, "/desk/shopping")).status == 404
        assert (await ask(site.asgi, "/shop/")).status == 404


async def test_the_path_alone_leads_to_the_path_with_a_slash(a_site_with, module):
    route = RouteSettings(path="/shop", wsgi=f"{module(WSGI)}:app")
    async with a_site_with(route) as site:
        reply = await ask(site.asgi, "/shop?a=1")
        assert reply.status == 307
        assert reply.headers["location"] == "shop/?a=1"


async def test_what_is_mounted_at_the_root_answers_where_nothing_else_does(a_site_with, module):
    name = module(WSGI)
    routes = [
        RouteSettings(path="/", wsgi=f"{name}:app"),
        RouteSettings(path="/shop", wsgi=f"{name}:app"),
    ]
    async with a_site_with(*routes, prefix="/desk") as site:
        for target in ("/desk/", "/desk/news", "/desk/static/site.css", "/desk/static/x/y"):
            told = json.loads((await ask(site.asgi, target)).text)
            assert (told["SCRIPT_NAME"], told["PATH_INFO"]) == ("/desk", target[5:])
        assert json.loads((await ask(site.asgi, "/desk/shop/x")).text)["PATH_INFO"] == "/x"
        assert "Bokeh App" in (await ask(site.asgi, "/desk/app")).text
        assert (await ask(site.asgi, "/desk/app", method="POST")).status == 405
        script = await ask(site.asgi, "/desk/static/js/bokeh.min.js")
        assert (script.status, "javascript" in script.headers["content-type"]) == (200, True)
        assert (await ask(site.asgi, "/elsewhere")).status == 404


async def test_an_application_with_parameters_does_not_hide_a_mounted_one(a_site_with, module):
    name = module(WSGI)
    routes = [
        RouteSettings(path="/", wsgi=f"{name}:app"),
        RouteSettings(path="/shop", wsgi=f"{name}:app"),
    ]
    async with a_site_with(*routes, at="/{name}") as site:
        assert (await ask(site.asgi, "/shop")).status == 307
        assert "Bokeh App" in (await ask(site.asgi, "/anything")).text
        assert json.loads((await ask(site.asgi, "/any/thing")).text)["PATH_INFO"] == "/any/thing"


async def test_an_application_without_a_page_leaves_its_path_to_what_is_mounted(
    a_site_with, module
):
    front = RouteSettings(path="/", wsgi=f"{module(WSGI)}:app")
    async with a_site_with(front, page="none") as site:
        for target in ("/app", "/app/"):
            assert json.loads((await ask(site.asgi, target)).text)["PATH_INFO"] == target
        assert (await ask(site.asgi, "/app/autoload.js?bokeh-autoload-element=x")).status == 200


async def test_the_index_does_not_lead_to_an_application_without_a_page(a_site_with):
    async with a_site_with(page="none") as site:
        assert (await ask(site.asgi, "/app")).status == 404
        assert "/app" not in (await ask(site.asgi, "/")).text


async def test_what_it_raises_is_logged_and_answered(a_site_with, module):
    route = RouteSettings(path="/shop", wsgi=f"{module(WSGI)}:app")
    async with a_site_with(route) as site:
        assert (await ask(site.asgi, "/shop/broken")).status == 500
        (failed,) = site.seen(RequestFailed)
        assert isinstance(failed.error, KeyError)


async def test_a_starlette_application_finds_its_own_routes_and_state(a_site_with, module):
    name = module(STARLETTE)
    route = RouteSettings(path="/club", asgi=f"{name}:app")
    async with a_site_with(route, prefix="/desk") as site:
        reply = await ask(site.asgi, "/front/desk/club/where/x", root_path="/front")
        assert json.loads(reply.text) == {
            "url": "/front/desk/club/where/y",
            "item": {"item": "x"},
            "kept": 7,
        }
        seen = __import__(name).seen
        assert seen == ["up"]
    assert seen == ["up", "down"]


async def test_a_server_that_takes_the_root_path_away_makes_no_difference(a_site_with, module):
    route = RouteSettings(path="/club", asgi=f"{module(STARLETTE)}:app")
    async with a_site_with(route) as site:
        reply = await ask(site.asgi, "/club/where/x", root_path="/front")
        assert json.loads(reply.text)["url"] == "/front/club/where/y"


async def websocket(asgi, path):
    """Open one, send "ab", and return what came."""
    sent = []
    messages = [{"type": "websocket.connect"}, {"type": "websocket.receive", "text": "ab"}]

    async def receive():
        return messages.pop(0)

    async def send(message):
        sent.append(message)

    await asgi(
        http_scope(path, scheme="ws") | {"type": "websocket", "subprotocols": []}, receive, send
    )
    return [message.get("text") for message in sent if message["type"] == "websocket.send"]


async def test_a_mounted_application_has_its_websockets(a_site_with, module):
    name = module(STARLETTE)
    routes = [
        RouteSettings(path="/", asgi=f"{name}:app"),
        RouteSettings(path="/club", asgi=f"{name}:app"),
        RouteSettings(path="/shop", wsgi=f"{name}:wsgi"),
    ]
    async with a_site_with(*routes) as site:
        assert await websocket(site.asgi, "/chat") == ["abab"]
        assert await websocket(site.asgi, "/club/chat") == ["abab"]
        passed_on = ["/chat", "/club/chat", "/club/app/ws", "/shop/ws", "/app/ws"]
        assert [site.site.passes_on(path) for path in passed_on] == [1, 1, 1, 0, 0]


async def test_an_application_for_asyncio_runs_on_an_asyncio_loop(a_site_with, module):
    name = module(ASYNCIO)
    route = RouteSettings(path="/other", asgi=f"{name}:app")
    async with a_site_with(route) as site:
        assert (await ask(site.asgi, "/other/x")).text == "from asyncio"
    assert __import__(name).seen == ["down"]


async def test_an_application_without_a_lifespan_is_served_all_the_same(a_site_with, module):
    route = RouteSettings(path="/x", asgi=f"{module(FAILING)}:without", async_="trio")
    async with a_site_with(route) as site:
        assert (await ask(site.asgi, "/x/")).status == 204


@pytest.mark.parametrize(("name", "why"), [("app", "no database"), ("raising", "no key")])
async def test_an_application_that_does_not_start_keeps_the_site_from_opening(
    a_site_with, module, name, why
):
    route = RouteSettings(path="/x", asgi=f"{module(FAILING)}:{name}")
    with pytest.raises(BaseException) as caught:  # noqa: PT011 - in a group or not
        async with a_site_with(route):
            pass
    (error,) = flattened(caught.value)
    assert isinstance(error, ServerError)
    assert why in str(error)


def flattened(error):
    if isinstance(error, BaseExceptionGroup):
        return [one for each in error.exceptions for one in flattened(each)]
    return [error]


def test_all_that_is_no_web_application_is_told_at_once(tmp_path, module):
    wsgi, asgi, failing = module(WSGI), module(STARLETTE), module(FAILING)
    routes = [
        RouteSettings(path="/a", wsgi=f"{wsgi}:ap"),
        RouteSettings(path="/b", wsgi=f"{asgi}:app"),
        RouteSettings(path="/c", asgi=f"{wsgi}:app"),
        RouteSettings(path="/d", asgi=f"{failing}:create_app"),
        RouteSettings(path="/e", wsgi=f"{failing}:create_app"),
        RouteSettings(path="/f", asgi=f"{asgi}:seen"),
        RouteSettings(path="/g", wsgi=f"{wsgi}:app"),
    ]
    problems: list[Problem] = []
    assert [mount.path for mount in load_mounts(routes, tmp_path, problems)] == ["/g"]
    assert [problem.path[1:] for problem in problems] == [
        (0, "wsgi"),
        (1, "wsgi"),
        (2, "asgi"),
        (3, "asgi"),
        (4, "wsgi"),
        (5, "asgi"),
    ]
    texts = [problem.text for problem in problems]
    assert "did you mean 'app'" in texts[0]
    assert texts[1] == f'{asgi}:app is an ASGI application; write asgi = "{asgi}:app"'
    assert texts[2] == f'{wsgi}:app is a WSGI application; write wsgi = "{wsgi}:app"'
    assert "name the application itself, not what makes it" in texts[3]
    assert "name the application itself, not what makes it" in texts[4]
    assert "is of type list" in texts[5]


async def test_a_site_with_such_a_problem_does_not_open(a_site_with, module):
    with pytest.raises(ConfigError, match=r"routes\[0\]\.wsgi: .*'ap'"):
        async with a_site_with(RouteSettings(path="/a", wsgi=f"{module(WSGI)}:ap")):
            pass


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("import trio\nasync def app(scope, receive, send): ...", "trio"),
        ("import asyncio\nasync def app(scope, receive, send): ...", "asyncio"),
        ("async def app(scope, receive, send): ...", "asyncio"),
        ("from starlette.applications import Starlette\napp = Starlette()", "trio"),
        (
            "import asyncio\nfrom starlette.applications import Starlette\napp = Starlette()",
            "asyncio",
        ),
        ("from fastapi import FastAPI\napp = FastAPI()", "asyncio"),
        ("from quart_trio import QuartTrio\napp = QuartTrio('x')", "trio"),
    ],
)
def test_what_an_asgi_application_is_written_for_is_told_by_itself(tmp_path, module, source, kind):
    problems: list[Problem] = []
    route = RouteSettings(path="/a", asgi=f"{module(source)}:app")
    (mount,) = load_mounts([route], tmp_path, problems)
    assert (mount.kind, problems) == (kind, [])
