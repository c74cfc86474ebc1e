"""A site, open."""

import attrs
import bokeh
import pytest
import trio
from bokeh.core.has_props import HasProps
from starlette.testclient import TestClient

from docsync_trio.base.errors import ConfigError, ServerError
from docsync_trio.base.events import ModelsNotFaster, SessionEnded, SessionOpened
from docsync_trio.config.load import load_site
from docsync_trio.config.schema import (
    FdBind,
    ServerSettings,
    SessionSettings,
    SiteSettings,
    TcpBind,
    UnixBind,
)
from docsync_trio.documents.speedups import switch, values
from docsync_trio.documents.speedups.switch import slow_down
from docsync_trio.server.mountable import create_asgi
from docsync_trio.server.site import is_private, open_site, token_settings
from tests.server.a_site import PLOT, a_site, application
from tests.server.memory_client import ask

SITE = """
[[applications]]
path = "/app"
handlers = [{ file = "app.py" }]
"""


async def test_a_site_drains_all_sessions_of_all_applications(tmp_path):
    applications = [application(tmp_path, f"/{name}") for name in "abc"]
    async with a_site(*applications) as site:
        for name in "aabc":
            await ask(site.asgi, f"/{name}")
        with trio.fail_after(5):
            await site.site.drain(1012, "the server is restarting", within=30.0)
        assert len(site.seen(SessionEnded)) == 4
        assert not any(context.sessions for context in site.site.applications)


async def test_leaving_the_site_ends_its_sessions(tmp_path):
    async with a_site(application(tmp_path, "/app")) as site:
        await ask(site.asgi, "/app")
    assert len(site.seen(SessionEnded)) == 1


async def test_asyncio_and_trio_applications_live_side_by_side(tmp_path):
    source = """
import asyncio
from bokeh.io import curdoc

async def later():
    await asyncio.sleep(0)

curdoc().add_next_tick_callback(later)
"""
    applications = [application(tmp_path, "/a", source), application(tmp_path, "/t")]
    async with a_site(*applications) as site:
        assert (await ask(site.asgi, "/a")).status == 200
        assert (await ask(site.asgi, "/t")).status == 200
        assert len(site.seen(SessionOpened)) == 2


async def test_everything_that_cannot_be_loaded_is_told_at_once_with_its_place(tmp_path):
    (tmp_path / "bad.py").write_text("def f(:\n")
    (tmp_path / "site.toml").write_text("""
[[applications]]
path = "/one"
handlers = [{ file = "bad.py" }]

[[applications]]
path = "/two"
handlers = [{ function = "no_such_module_anywhere:f" }]

[[routes]]
path = "/three"
endpoint = "no_such_module_anywhere:g"
""")
    loaded = load_site(tmp_path / "site.toml", environ={})
    with pytest.raises(ConfigError) as wrong:
        async with open_site(loaded, observe=lambda event: None):
            pass
    lines = wrong.value.lines
    assert len(lines) == 3
    assert [line.split("site.toml:")[1].split(":")[0] for line in lines] == ["4", "8", "12"]


async def test_without_a_key_one_is_made_for_this_run(tmp_path):
    keyless = attrs.evolve(application(tmp_path, "/app"), sessions=SessionSettings())
    async with a_site(keyless) as first, a_site(keyless) as second:
        one, two = first.site.tokens["/app"], second.site.tokens["/app"]
        assert one.signed
        assert one.secret_key != two.secret_key


def test_the_settings_say_how_tokens_are_signed():
    given = SessionSettings(secret_key="ä", token_expiration=7.0)
    tokens = token_settings(given, b"made")
    assert (tokens.secret_key, tokens.signed, tokens.expiration) == ("ä".encode(), True, 7.0)
    assert token_settings(SessionSettings(sign=False), b"made").secret_key is None
    assert "ä" not in repr(tokens)


@pytest.mark.parametrize(
    ("bind", "private"),
    [
        (TcpBind("127.0.0.1", 1), True),
        (TcpBind("127.9.9.9", 1), True),
        (TcpBind("::1", 1), True),
        (TcpBind("localhost", 1), True),
        (TcpBind("", 1), False),
        (TcpBind("0.0.0.0", 1), False),
        (TcpBind("::", 1), False),
        (TcpBind("desk.example.org", 1), False),
        (UnixBind("/run/x"), False),
        (FdBind(3), False),
    ],
)
def test_errors_are_shown_only_where_nobody_else_can_come(bind, private):
    assert is_private(bind) == private


@pytest.fixture
def site_file(tmp_path):
    (tmp_path / "app.py").write_text(PLOT)
    (tmp_path / "site.toml").write_text(SITE)
    return tmp_path / "site.toml"


def test_a_site_file_is_an_asgi_application(site_file):
    asgi = create_asgi(site_file, environ={})
    with TestClient(asgi, backend="trio") as client:
        assert "render_items" in client.get("/app").text
        assert client.get("/app/metadata").json() == {"url": "/app", "data": {}}
        assert client.get("/").url.path == "/app"
        assert client.head("/app").status_code == 200
        with pytest.raises(Exception), client.websocket_connect("/app/ws"):  # noqa: B017, PT011
            pass


async def test_a_site_file_that_is_wrong_fails_the_startup(site_file):
    site_file.write_text(SITE + "tpyo = 1\n")
    sent = []

    async def receive():
        return {"type": "lifespan.startup"}

    async def send(message):
        sent.append(message)

    await create_asgi(site_file, environ={})({"type": "lifespan"}, receive, send)
    (message,) = sent
    assert message["type"] == "lifespan.startup.failed"
    assert "site.toml:5:1: applications[0].tpyo" in message["message"]


async def test_a_framework_that_passes_no_lifespan_on_opens_the_site_itself(site_file):
    asgi = create_asgi(site_file, environ={})
    async with asgi.opened() as site:
        assert (await ask(asgi, "/app")).status == 200
        assert [c.application.path for c in site.applications] == ["/app"]
    assert (await ask(asgi, "/app")).status == 503


async def test_before_its_lifespan_a_site_says_that_it_is_not_open(site_file):
    reply = await ask(create_asgi(site_file, environ={}), "/app")
    assert reply.status == 503


async def test_a_bokeh_that_we_do_not_know_is_said_before_anything_runs(monkeypatch, tmp_path):
    def differs():
        raise ServerError("bokeh 99 differs", status=1)

    monkeypatch.setattr("docsync_trio.server.site.check_bokeh", differs)
    with pytest.raises(ServerError, match="bokeh 99"):
        async with open_site(SiteSettings(), observe=lambda _: None):
            pass


@pytest.mark.parametrize("speedups", [True, False])
async def test_models_are_faster_unless_the_operator_does_not_want_it(tmp_path, speedups):
    slow_down()
    server = ServerSettings(speedups=speedups)
    settings = SiteSettings(server=server, applications=(application(tmp_path, "/app"),))
    seen = []
    async with open_site(settings, observe=seen.append):
        assert (HasProps.__init__ is values.init) is speedups
    slow_down()
    assert seen == []


async def test_a_bokeh_that_is_new_to_us_is_told_and_left_as_it_is(tmp_path, monkeypatch):
    slow_down()
    monkeypatch.setattr(switch, "is_known", lambda function: False)
    settings = SiteSettings(applications=(application(tmp_path, "/app"),))
    seen = []
    async with open_site(settings, observe=seen.append):
        pass
    slow_down()
    assert [type(event) for event in seen] == [ModelsNotFaster]
    assert bokeh.__version__ in seen[0].reason
