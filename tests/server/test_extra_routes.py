"""What a site serves besides applications."""

import pathlib

import pytest
import trio
from starlette.applications import Starlette
from starlette.routing import Mount

from docsync_trio.base.errors import ConfigError, Problem
from docsync_trio.base.events import RequestFailed
from docsync_trio.config.schema import RouteSettings
from docsync_trio.server.extra_routes import load_endpoints
from docsync_trio.sessions.request import Request
from tests.server.a_site import a_site, application
from tests.server.memory_client import ask

SOURCE = """
import threading
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, PlainTextResponse

async def health(request):
    return JSONResponse({"method": request.method, "id": request.path_params.get("id")})

def plain(request):
    return PlainTextResponse(str(threading.current_thread() is threading.main_thread()))

def teapot(request):
    raise HTTPException(418, "short and stout")

def broken(request):
    return 1 / 0

def set_text(text):
    def change(document):
        document.roots[0].text = text
    return change

async def publish(request):
    application = request.app.state.docsync.applications["/app"]
    updated = await application.update_sessions(set_text(request.query_params["text"]))
    return JSONResponse({"updated": list(updated.updated), "sessions": len(application.sessions)})

def publish_from_thread(request):
    application = request.app.state.docsync.applications["/app"]
    application.update_sessions(set_text("from a thread"))
    application.groups.send("harbor", "from a thread")
    return JSONResponse([member.info for member in application.groups.members("harbor")])
"""


@pytest.fixture
def module(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    name = f"endpoints_of_{tmp_path.name}".replace("-", "_")
    (tmp_path / f"{name}.py").write_text(SOURCE)
    return name


async def test_an_endpoint_answers_its_methods(tmp_path, module):
    route = RouteSettings(path="/api/{id:int}", endpoint=f"{module}:health", methods=("POST",))
    async with a_site(application(tmp_path, "/app"), routes=[route], prefix="/desk") as site:
        reply = await ask(site.asgi, "/desk/api/7", method="POST")
        assert reply.text == '{"method":"POST","id":7}'
        refused = await ask(site.asgi, "/desk/api/7")
        assert refused.status == 405
        assert "POST" in refused.headers["allow"]
        assert (await ask(site.asgi, "/api/7", method="POST")).status == 404


async def test_a_plain_function_runs_in_a_thread(tmp_path, module):
    route = RouteSettings(path="/plain", endpoint=f"{module}:plain")
    async with a_site(application(tmp_path, "/app"), routes=[route]) as site:
        assert (await ask(site.asgi, "/plain")).text == "False"


async def test_an_endpoint_may_answer_with_an_http_error(tmp_path, module):
    route = RouteSettings(path="/tea", endpoint=f"{module}:teapot")
    async with a_site(application(tmp_path, "/app"), routes=[route]) as site:
        reply = await ask(site.asgi, "/tea")
        assert reply.status == 418
        assert "short and stout" in reply.text
        assert site.events == []


async def test_an_endpoint_that_fails_is_logged(tmp_path, module):
    route = RouteSettings(path="/broken", endpoint=f"{module}:broken")
    async with a_site(application(tmp_path, "/app"), routes=[route]) as site:
        assert (await ask(site.asgi, "/broken")).status == 500
        (failed,) = site.seen(RequestFailed)
        assert failed.target == "/broken"
        assert isinstance(failed.error, ZeroDivisionError)


async def test_an_endpoint_reaches_the_sessions_of_an_application(tmp_path, module):
    route = RouteSettings(path="/publish", endpoint=f"{module}:publish")
    app = application(tmp_path, "/app")
    async with a_site(app, application(tmp_path, "/other"), routes=[route]) as site:
        await site.context("/app").session("one", Request(path="/app"))
        await site.context("/other").session("two", Request(path="/other"))
        reply = await ask(site.asgi, "/publish?text=new")
        assert reply.text == '{"updated":["one"],"sessions":1}'
        assert site.document("/app").roots[0].text == "new"
        assert site.document("/other").roots[0].text == "hello"


async def test_so_does_a_plain_function_in_its_thread(tmp_path, module):
    route = RouteSettings(path="/publish", endpoint=f"{module}:publish_from_thread")
    async with a_site(application(tmp_path, "/app"), routes=[route]) as site:
        done = trio.Event()

        async def hear(message, sender):
            assert (message, sender) == ("from a thread", None)
            done.set()

        async def join():
            session = await site.context("/app").session("one", Request(path="/app"))
            session.context.groups.join("harbor", "one")
            session.context.groups.on_group_message("harbor", hear)

        await join()
        assert (await ask(site.asgi, "/publish")).text == '["one"]'
        with trio.fail_after(5):
            await done.wait()
        assert site.document("/app").roots[0].text == "from a thread"


async def test_in_a_site_that_is_mounted_an_endpoint_finds_that_site(tmp_path, module):
    route = RouteSettings(path="/publish", endpoint=f"{module}:publish")
    async with a_site(application(tmp_path, "/app"), routes=[route]) as site:
        outer = Starlette(routes=[Mount("/desk", site.asgi)])
        reply = await ask(outer, "/desk/publish?text=new")
        assert reply.text == '{"updated":[],"sessions":0}'


async def test_a_folder_is_served(tmp_path, module):
    (tmp_path / "public" / "deep").mkdir(parents=True)
    (tmp_path / "public" / "deep" / "a.txt").write_text("hello")
    (tmp_path / "public" / "deep" / "index.html").write_text("the front")
    route = RouteSettings(path="/files", static=tmp_path / "public")
    async with a_site(application(tmp_path, "/app"), routes=[route]) as site:
        reply = await ask(site.asgi, "/files/deep/a.txt")
        assert reply.text == "hello"
        assert reply.headers["content-type"] == "text/plain; charset=utf-8"
        for target in ("/files/../app.py", "/files/deep/../../-app.py", "/files/", "/files"):
            assert (await ask(site.asgi, target)).status == 404
        assert (await ask(site.asgi, "/files/deep/")).text == "the front"


@pytest.mark.parametrize(
    ("asked", "target", "led"),
    [
        ("/old/a", "/app", "/desk/app"),
        ("/old/a?n=1&m=%C3%A9", "/app", "/desk/app?n=1&m=%C3%A9"),
        ("/old/a?n=1", "/app?m=2", "/desk/app?m=2"),
        ("/old/a?n=1", "/app#end", "/desk/app?n=1#end"),
        ("/old/a/b c", "/new/{rest}", "/desk/new/a/b%20c"),
        ("/old/a?b", "https://example.com/{rest}/", "https://example.com/a/?b"),
    ],
)
async def test_a_redirect_leads_on(tmp_path, asked, target, led):
    route = RouteSettings(path="/old/{rest:path}", redirect=target)
    async with a_site(application(tmp_path, "/app"), routes=[route], prefix="/desk") as site:
        reply = await ask(site.asgi, f"/desk{asked}")
        assert (reply.status, reply.headers["location"]) == (307, led)


@pytest.mark.parametrize("rest", ["/evil.example", "//evil.example", "\\evil.example"])
async def test_no_visitor_can_be_led_to_another_server(tmp_path, rest):
    route = RouteSettings(path="/old/{rest:path}", redirect="/{rest}", status=308)
    async with a_site(application(tmp_path, "/app"), routes=[route]) as site:
        reply = await ask(site.asgi, f"/old/{rest}", method="POST")
        assert reply.status == 308
        assert reply.headers["location"] in {"/evil.example", "/%5Cevil.example"}


async def test_a_redirect_of_a_site_that_is_mounted_stays_in_it(tmp_path):
    route = RouteSettings(path="/old", redirect="/app", status=301)
    async with a_site(application(tmp_path, "/app"), routes=[route]) as site:
        outer = Starlette(routes=[Mount("/desk", site.asgi)])
        reply = await ask(outer, "/desk/old")
        assert (reply.status, reply.headers["location"]) == (301, "/desk/app")


def test_every_endpoint_that_cannot_be_imported_is_a_problem(tmp_path, module):
    routes = [
        RouteSettings(path="/a", endpoint=f"{module}:helth"),
        RouteSettings(path="/b", static=pathlib.Path("/")),
        RouteSettings(path="/c", endpoint="no_such_module_here:x"),
        RouteSettings(path="/d", endpoint=f"{module}:health"),
    ]
    problems: list[Problem] = []
    endpoints = load_endpoints(routes, tmp_path, problems)
    assert list(endpoints) == ["/d"]
    assert [problem.path for problem in problems] == [
        ("routes", 0, "endpoint"),
        ("routes", 2, "endpoint"),
    ]
    assert "did you mean 'health'" in problems[0].text


async def test_a_site_with_such_a_problem_does_not_open(tmp_path, module):
    route = RouteSettings(path="/a", endpoint=f"{module}:helth")
    with pytest.raises(ConfigError, match=r"routes\[0\]\.endpoint: .*'helth'"):
        async with a_site(application(tmp_path, "/app"), routes=[route]):
            pass
