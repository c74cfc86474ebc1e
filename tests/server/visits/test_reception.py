"""Each request is told of once, whichever way it came, and knows its id meanwhile."""

import contextlib
import ipaddress

import pytest
import trio
from starlette.responses import PlainTextResponse

from docsync_trio.base.request_in_hand import RequestInHand, in_hand, request_in_hand
from docsync_trio.config.schema import MonitoringSettings, ServerSettings
from docsync_trio.server.monitored_site import MonitoredSite
from docsync_trio.server.monitoring.open_monitoring import make_monitoring
from docsync_trio.server.mounted.ending_websockets import EndingWebsockets
from docsync_trio.server.mounted.open_mounts import OpenMount
from docsync_trio.server.visits.reception import Reception
from docsync_trio.testing.memory_network import answer_to
from tests.server import signing_in
from tests.server.a_site import a_site, application
from tests.server.memory_client import ask, http_scope
from tests.server.network_fakes import FakeSite, served

ID = "x-request-id"


@contextlib.asynccontextmanager
async def listed(site=None):
    """A server that keeps a list of visits."""
    async with served(site or FakeSite()) as server:
        yield server, server.answered


async def see(peer, target="/page", method="GET", **headers):
    fields = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    await peer.send(f"{method} {target} HTTP/1.1\r\nHost: here\r\n{fields}\r\n".encode())
    return await peer.response()


@pytest.mark.parametrize("plain", [True, False])
async def test_a_request_is_told_of_once_and_its_id_is_given_back(plain):
    site = FakeSite()
    site.is_ours = lambda path: plain
    async with listed(site) as (server, answered):
        peer = await server.connect()
        await see(peer, "/page?token=x&n=1", User_Agent="me", Referer="http://there/")
        given_back = peer.headers[ID]
        await see(peer, "/page", X_Request_ID="not from a proxy")

    assert len(answered) == 2
    first = answered[0]
    assert first.request == given_back
    told = (first.peer, first.method, first.target, first.status, first.size, first.whole)
    assert told == ("127.0.0.1", "GET", "/page?token=***&n=1", 200, 5, True)
    assert (first.agent, first.referer, first.version) == ("me", "http://there/", "1.1")
    assert first.traffic is None
    assert len({first.request, answered[1].request, "not from a proxy"}) == 3
    assert 0 < first.seconds < 60


async def test_a_proxy_tells_whose_request_it_is_and_its_id():
    site = FakeSite(trusted_proxies=(ipaddress.ip_network("127.0.0.0/8"),))
    async with listed(site) as (server, answered):
        peer = await server.connect()
        await see(peer, X_Forwarded_For="203.0.113.9", X_Request_ID="from-the-proxy")
        assert peer.headers[ID] == "from-the-proxy"

    assert (answered[0].peer, answered[0].request) == ("203.0.113.9", "from-the-proxy")


async def test_a_websocket_is_told_of_when_it_ends():
    async with listed() as (server, answered):
        peer = await server.connect()
        assert await peer.upgrade() == 101
        assert len(peer.headers[ID]) == 32
        await peer.hear()
        assert not answered
        await peer.say("end")
        await peer.hear_end()

    assert [(one.status, one.target) for one in answered] == [(101, "/app/ws")]
    assert answered[0].request == peer.headers[ID]


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"path": "/elsewhere"}, 404),
        ({"token": "broken"}, 500),
        ({"token": "full"}, 503),
        ({"Origin": "http://evil.example"}, 403),
    ],
)
async def test_a_websocket_that_is_turned_away_is_told_of_once(asked, status):
    async with listed() as (server, answered):
        peer = await server.connect()
        assert await peer.upgrade(**asked) == status

    assert [one.status for one in answered] == [status]
    assert answered[0].request == peer.headers[ID]


async def test_who_is_turned_away_before_there_is_a_request_is_told_of():
    async with listed() as (server, answered):
        peer = await server.connect()
        await peer.send(b"\x16\x03\x01")
        status, _ = await peer.response()

    assert [(one.peer, one.status, one.target) for one in answered] == [("127.0.0.1", status, "")]


async def raising(scope, receive, send):
    raise ValueError("on purpose")


async def half(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"half", "more_body": True})
    raise ValueError("on purpose")


async def without_answer(scope, receive, send):
    pass


async def with_own_id(scope, receive, send):
    fields = [(b"X-Request-Id", b"own")]
    await send({"type": "http.response.start", "status": 204, "headers": fields})
    await send({"type": "http.response.body"})


@pytest.mark.parametrize(
    ("app", "status", "size", "whole"),
    [
        (raising, 500, 0, False),
        (half, 200, 4, False),
        (without_answer, 0, 0, False),
        (with_own_id, 204, 0, True),
    ],
)
async def test_what_becomes_of_an_answer_is_told(app, status, size, whole):
    answered = []
    met = Reception.of(ServerSettings(), answered.append).around(app)
    sent = []

    async def send(message):
        sent.append(message)

    with contextlib.suppress(ValueError):
        await met(http_scope("/"), None, send)

    assert [(one.status, one.size, one.whole) for one in answered] == [(status, size, whole)]
    if app is with_own_id:
        assert sent[0]["headers"] == [(b"X-Request-Id", b"own")]


async def test_a_body_that_head_does_not_get_is_not_counted():
    answered = []

    async def hello(scope, receive, send):
        await PlainTextResponse("hello")(scope, receive, send)

    async def send(message):
        pass

    met = Reception.of(ServerSettings(), answered.append).around(hello)
    await met(http_scope("/", method="HEAD"), None, send)

    assert answered[0].size == 0


async def test_frames_of_websockets_of_others_are_counted():
    answered, incoming = [], [
        {"type": "websocket.connect"},
        {"type": "websocket.receive", "text": "hé"},
        {"type": "websocket.receive", "bytes": b"1234"},
        {"type": "websocket.disconnect", "code": 1001},
    ]  # fmt: skip

    async def receive():
        return incoming.pop(0)

    async def send(message):
        pass

    async def talking(scope, receive, send):
        await receive()
        await send({"type": "websocket.accept"})
        while (await receive())["type"] != "websocket.disconnect":
            await send({"type": "websocket.send", "text": "yes"})

    met = Reception.of(ServerSettings(), answered.append).around(talking)
    await met(http_scope("/w") | {"type": "websocket"}, receive, send)

    (one,) = answered
    assert (one.status, one.close_code) == (101, 1001)
    carried = one.traffic
    assert (carried.messages_in, carried.bytes_in) == (2, 7)
    assert (carried.messages_out, carried.bytes_out) == (2, 6)


KNOWING = """
import trio
from bokeh.models import Div
from bokeh.plotting import curdoc

from docsync_trio.base.request_in_hand import request_in_hand

def say():
    label.text = str(request_in_hand())

label = Div(text=request_in_hand().id)
curdoc().add_root(label)
curdoc().add_timeout_callback(say, 1000)
"""


async def test_a_page_says_whose_session_it_is_for_and_its_document_for_which_request(
    tmp_path, autojump_clock
):
    async with a_site(application(tmp_path, "/app", KNOWING)) as site:
        answered = []
        met = Reception.of(ServerSettings(), answered.append).around(site.asgi)
        await ask(met, "/app")
        (session,) = site.context("/app").sessions
        label = site.document("/app").roots[0]
        assert label.text == answered[0].request
        await trio.sleep(2)
        assert label.text == "None", "what comes later is not of the request"

    assert [(one.application, one.session) for one in answered] == [("/app", session)]


async def test_a_mounted_application_is_given_the_id_as_by_a_proxy():
    seen = []

    async def mounted(scope, receive, send):
        seen.extend(value.decode() for name, value in scope["headers"] if name == ID.encode())
        await PlainTextResponse("hello")(scope, receive, send)

    mount = OpenMount(
        url="/w",
        is_rest=False,
        public=False,
        asgi=mounted,
        websockets=True,
        state={},
        open_websockets=EndingWebsockets(),
    )
    met = Reception.of(ServerSettings(), None).around(mount)
    reply = await answer_to(met, http_scope("/w/x", headers={ID: "a visitor's own"}))

    assert seen == [reply.headers[ID]]


async def test_who_has_signed_in_is_told(tmp_path):
    async with signing_in.a_site(tmp_path, '[sign_in]\nusers = "users.toml"') as site:
        browser = signing_in.Browser(site)
        await browser.sign_in()
        request = RequestInHand("r1")
        with in_hand(request):
            await browser.get("/app")

    assert request.user == "alice"


async def test_health_checks_are_not_told_of(tmp_path):
    async with a_site(application(tmp_path, "/app")) as site:
        monitored = MonitoredSite(site.site, make_monitoring(MonitoringSettings(), trio.Event()))
        answered = []
        met = Reception.of(ServerSettings(), answered.append).around(monitored.asgi)
        assert (await ask(met, "/livez")).status == 200
        assert not answered
        await ask(met, "/nothing")

    assert [one.status for one in answered] == [404]


async def test_a_request_is_in_hand_until_it_is_answered_and_what_it_started_forgets_it():
    seen = []
    go_on = trio.Event()

    async def later():
        seen.append(request_in_hand())
        await go_on.wait()
        seen.append(request_in_hand())

    async with trio.open_nursery() as nursery:

        async def starts(scope, receive, send):
            nursery.start_soon(later)
            await trio.testing.wait_all_tasks_blocked()
            await PlainTextResponse("hello")(scope, receive, send)

        met = Reception.of(ServerSettings(), None).around(starts)
        answer = await answer_to(met, http_scope("/"))
        go_on.set()

    assert seen[0].id == answer.headers[ID]
    assert seen[1] is None
    assert request_in_hand() is None
