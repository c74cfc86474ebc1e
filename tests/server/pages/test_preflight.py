"""What a page would meet, told before it tries."""

import json

import pytest

from docsync_trio.base.events import ConnectionRefused, SessionOpened
from docsync_trio.config.schema import TcpBind
from docsync_trio.protocol.token import TokenSettings, make_session_id, make_token
from docsync_trio.server.entrance.access import now
from tests.server.a_site import KEY, a_site, application
from tests.server.memory_client import ask

TOKENS = TokenSettings(KEY.encode(), signed=True, expiration=300.0)
OTHERS = TokenSettings(b"another key", signed=True, expiration=300.0)


async def preflight(site, target="/app/preflight", **how):
    reply = await ask(site.asgi, target, **how)
    assert reply.status == 200
    assert reply.headers["cache-control"] == "no-store"
    assert reply.headers["access-control-allow-origin"] == "*"
    answer = json.loads(reply.body)
    return answer, {one["check"]: one for one in answer["checks"]}


def token_of(age=0.0, tokens=TOKENS):
    return make_token(make_session_id(tokens), tokens, now() - age)


async def test_a_page_that_would_get_in_is_told_so_and_nothing_is_made_for_it(tmp_path):
    async with a_site(application(tmp_path, "/app"), max_message_size=5_000_000) as site:
        query = "origin=http://example.org"
        answer, checks = await preflight(
            site, f"/app/preflight?{query}", headers={"Bokeh-Token": token_of()}
        )
        assert answer["good"]
        assert answer["application"] == "/app"
        assert answer["websocket"] == "ws"
        assert answer["limits"] == {"head": 65536, "message": 5_000_000}
        assert answer["request"]["host"] == "example.org"
        assert [(name, one["good"]) for name, one in checks.items()] == [
            ("origin", True),
            ("token", True),
            ("room", True),
            ("document", None),
            ("proxy", True),
        ]
        assert site.seen(SessionOpened) == []
        await ask(site.asgi, "/app")
        assert (await preflight(site))[1]["document"]["good"]
        assert (await preflight(site))[1]["token"]["good"] is None


@pytest.mark.parametrize("how", ["argument", "header"])
async def test_an_origin_that_is_refused_is_told_why_and_the_operator_what_to_do(tmp_path, how):
    async with a_site(application(tmp_path, "/app")) as site:
        if how == "header":
            headers = {"Origin": "https://elsewhere.org"}
            answer, checks = await preflight(site, headers=headers)
        else:
            answer, checks = await preflight(
                site, "/app/preflight?origin=https://elsewhere.org", headers={}
            )
        assert not answer["good"]
        assert "not allowed to show applications" in checks["origin"]["says"]
        assert checks["origin"]["instead"] == 'add "elsewhere.org" to server.allow_origins'


async def test_the_public_learns_nothing_of_the_operators_keys(tmp_path):
    async with a_site(application(tmp_path, "/app"), bind=(TcpBind("", 80),)) as site:
        answer, _ = await preflight(site, "/app/preflight?origin=https://elsewhere.org")
        assert not answer["good"]
        assert {one["instead"] for one in answer["checks"]} == {""}


@pytest.mark.parametrize(
    ("token", "says"),
    [
        (token_of(age=400.0), "too old to start a session"),
        (token_of(tokens=OTHERS), "oken"),
        ("x", "oken"),
    ],
)
async def test_a_token_that_opens_nothing_is_told_why(tmp_path, token, says):
    async with a_site(application(tmp_path, "/app")) as site:
        answer, checks = await preflight(site, headers={"Bokeh-Token": token})
        assert not answer["good"]
        assert checks["token"]["good"] is False
        assert says in checks["token"]["says"]


@pytest.mark.parametrize("where", ["application", "server"])
async def test_a_full_server_says_so_except_to_those_whose_session_lives(tmp_path, where):
    sessions = {"max_sessions": 1} if where == "application" else {}
    server = {"max_sessions": 1} if where == "server" else {}
    async with a_site(application(tmp_path, "/app", sessions=sessions), **server) as site:
        await ask(site.asgi, "/app")
        (session_id,) = site.context("/app").sessions
        _, checks = await preflight(site)
        assert checks["room"]["good"] is False
        assert "max_sessions" in checks["room"]["instead"]
        own = make_token(session_id, TOKENS, now() - 400.0)
        answer, _ = await preflight(site, headers={"Bokeh-Token": own})
        assert answer["good"]


async def test_a_proxy_that_cannot_carry_websockets_is_noticed(tmp_path):
    async with a_site(application(tmp_path, "/app")) as site:
        answer, checks = await preflight(site, scope={"http_version": "1.0"})
        assert not answer["good"]
        assert "proxy_http_version 1.1" in checks["proxy"]["instead"]


async def test_it_knows_of_paths_with_parameters_and_of_websockets_elsewhere(tmp_path):
    buoys = application(tmp_path, "/buoys/{n:int}", websocket_path="/sockets/{n:int}")
    async with a_site(buoys, prefix="/desk") as site:
        answer, _ = await preflight(site, "/docs/desk/buoys/7/preflight", root_path="/docs")
        assert answer["application"] == "/buoys/7"
        assert answer["websocket"] == "/docs/desk/sockets/7"
        assert (await ask(site.asgi, "/desk/buoys/x/preflight")).status == 404


async def test_pages_of_others_may_ask_with_their_token(tmp_path):
    async with a_site(application(tmp_path, "/app")) as site:
        headers = {
            "Origin": "https://elsewhere.org",
            "Access-Control-Request-Headers": "bokeh-token",
        }
        reply = await ask(site.asgi, "/app/preflight", method="OPTIONS", headers=headers)
        assert reply.status == 204
        assert reply.headers["access-control-allow-headers"] == "bokeh-token"
        assert reply.headers["access-control-allow-origin"] == "*"
        assert (await ask(site.asgi, "/app/preflight", method="HEAD")).status == 200


@pytest.mark.parametrize("path", ["/app/ws", "/app/live"])
async def test_a_websocket_that_lost_its_upgrade_on_the_way_is_in_the_log(tmp_path, path):
    async with a_site(application(tmp_path, "/app", websocket_path="live")) as site:
        reply = await ask(site.asgi, path, headers={"Sec-WebSocket-Key": "x"})
        assert reply.status == 400
        assert "proxy on the way" in reply.text
        (refused,) = site.seen(ConnectionRefused)
        assert "proxy_http_version 1.1" in refused.hint
        reply = await ask(site.asgi, path)
        assert reply.status == 400
        assert site.seen(ConnectionRefused)[-1].hint == ""
