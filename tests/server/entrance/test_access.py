"""Who may have which session."""

from contextlib import suppress

import attrs
import pytest
from bokeh.util.token import generate_jwt_token, generate_session_id
from hypothesis import given
from hypothesis import strategies as st

from docsync_trio.base.errors import Refusal
from docsync_trio.config.schema import (
    ApplicationSettings,
    HandlerSettings,
    ServerSettings,
    SiteSettings,
)
from docsync_trio.protocol.token import TokenSettings, make_session_id, make_token
from docsync_trio.server.entrance.access import admit_websocket, ticket_of
from docsync_trio.server.entrance.served_applications import ServedApplications
from docsync_trio.sessions.request import Headers, Request

NOW = 1_700_000_000.0
TOKENS = TokenSettings(b"key", signed=True, expiration=300.0)
UNSIGNED = TokenSettings(None, signed=False, expiration=300.0)
ID = make_session_id(TOKENS)
TOKEN = make_token(ID, TOKENS, NOW)


@attrs.frozen
class FakeApplication:
    path: str


@attrs.frozen(eq=False)
class FakeContext:
    application: FakeApplication
    sessions: dict = attrs.field(factory=dict)

    def living(self, session_id):
        return self.sessions.get(session_id)


def fake_site(*paths, tokens=TOKENS, **server):
    paths = paths or ("/sliders",)
    return ServedApplications(
        settings=SiteSettings(server=ServerSettings(**server)),
        applications=[FakeContext(FakeApplication(path)) for path in paths],
        tokens=dict.fromkeys(paths, tokens),
        observe=lambda event: None,
        show_errors=False,
    )


def request(path="/sliders/ws", query="", root_path="", **headers):
    fields = [(name.replace("_", "-"), value) for name, value in headers.items()]
    return Request(
        path=path, query=query, host="own.org", root_path=root_path, headers=Headers(fields)
    )


def admit(site, asked, *, token=TOKEN, now=NOW):
    return admit_websocket(site, asked, ["bokeh", token], now)


def test_a_token_lets_its_websocket_in():
    site, asked = fake_site(), request()
    admission = admit(site, asked)
    assert admission.context is site.applications[0]
    assert admission.session_id == admission.claims.session_id == ID
    assert asked.app_path == "/sliders"


@pytest.mark.parametrize("path", ["/other/ws", "/sliders", "/sliders/ws/", "/ws", "/slidersx/ws"])
def test_there_is_no_websocket_elsewhere(path):
    with pytest.raises(Refusal) as refused:
        admit(fake_site(), request(path))
    assert refused.value.status == 404


def test_the_paths_parameters_are_in_the_request():
    site = fake_site("/buoys/{station:int}", "/buoys/all", "/", "/deep/{rest:path}")
    asked = request("/buoys/46042/ws")
    assert admit(site, asked).context is site.applications[0]
    assert asked.path_params == {"station": 46042}
    assert asked.arguments["station"] == [b"46042"]
    assert asked.app_path == "/buoys/46042"
    assert admit(site, request("/buoys/all/ws")).context is site.applications[1]
    assert admit(site, request("/ws")).context is site.applications[2]
    asked = request("/deep/a/b/ws")
    assert admit(site, asked).context is site.applications[3]
    assert asked.path_params == {"rest": "a/b"}
    with pytest.raises(Refusal):
        admit(site, request("/buoys/{station:int}/ws"))


def test_a_websocket_is_found_where_the_operator_put_it_and_at_the_usual_place():
    site = attrs.evolve(
        fake_site("/sliders", "/buoys/{station:int}"),
        settings=SiteSettings(
            server=ServerSettings(prefix="/desk"),
            applications=(
                settings_of("/sliders", "live"),
                settings_of("/buoys/{station:int}", "/sockets/{station:int}"),
            ),
        ),
    )
    for path in ("/desk/sliders/live", "/desk/sliders/ws"):
        asked = request(path)
        assert admit(site, asked).context is site.applications[0]
        assert asked.app_path == "/desk/sliders"
    for path in ("/docs/desk/sockets/7", "/docs/desk/buoys/7/ws"):
        asked = request(path, root_path="/docs")
        assert admit(site, asked).context is site.applications[1]
        assert asked.path_params == {"station": 7}
        assert asked.app_path == "/docs/desk/buoys/7"
    with pytest.raises(Refusal):
        admit(site, request("/sockets/7"))


def settings_of(path, websocket_path):
    handlers = (HandlerSettings(function="app:build"),)
    return ApplicationSettings(path=path, websocket_path=websocket_path, handlers=handlers)


def test_prefix_and_mount_path_are_part_of_the_address():
    site = fake_site("/sliders", "/", prefix="/desk")
    assert admit(site, request("/desk/sliders/ws")).context is site.applications[0]
    assert admit(site, request("/desk/ws")).context is site.applications[1]
    mounted = request("/docs/desk/sliders/ws", root_path="/docs")
    assert admit(site, mounted).context is site.applications[0]
    assert mounted.app_path == "/docs/desk/sliders"
    with pytest.raises(Refusal):
        admit(site, request("/sliders/ws"))


@pytest.mark.parametrize("offered", [[], ["bokeh"], [TOKEN], ["x", TOKEN], ["bokeh", TOKEN, "y"]])
def test_the_subprotocols_are_bokeh_and_a_token(offered):
    with pytest.raises(Refusal) as refused:
        admit_websocket(fake_site(), request(), offered, NOW)
    assert refused.value.status == 400


@pytest.mark.parametrize("token", ["", "x", "é", TOKEN[:-1], TOKEN + "x", "a.b.c", "[]", "bnVsbA"])
def test_a_malformed_token_is_refused_and_not_a_fault(token):
    with pytest.raises(Refusal) as refused:
        admit(fake_site(), request(), token=token)
    assert refused.value.status == 403


def test_a_token_of_another_key_is_refused_with_a_hint():
    other = make_token(ID, TokenSettings(b"other", signed=True, expiration=300.0), NOW)
    with pytest.raises(Refusal) as refused:
        admit(fake_site(), request(), token=other)
    assert "sessions.secret_key" in refused.value.hint


def test_an_expired_token_joins_a_living_session_and_makes_none():
    site = fake_site()
    with pytest.raises(Refusal) as refused:
        admit(site, request(), now=NOW + 301)
    assert refused.value.status == 403
    assert "sessions.token_expiration" in refused.value.hint
    site.applications[0].sessions[ID] = object()
    assert admit(site, request(), now=NOW + 301).session_id == ID


def test_a_page_of_another_origin_is_refused_with_the_key_to_change():
    asked = request(Origin="http://example.org:8000")
    with pytest.raises(Refusal) as refused:
        admit(fake_site(), asked)
    assert refused.value.status == 403
    assert refused.value.hint == 'add "example.org:8000" to server.allow_origins'
    assert "example.org" not in str(refused.value)
    assert admit(fake_site(allow_origins=("example.org:8000",)), asked)
    assert admit(fake_site(), request(Origin="http://own.org"))


def test_the_payload_of_a_token_that_bokeh_made_comes_along():
    theirs = generate_session_id(secret_key=b"key", signed=True)
    token = generate_jwt_token(
        theirs, secret_key=b"key", signed=True, extra_payload={"user": "me"}, expiration=9**9
    )
    asked = request()
    assert admit(fake_site(), asked, token=token).session_id == theirs
    assert asked.token_payload == {"user": "me"}


def test_a_visitor_who_names_no_session_gets_a_new_one():
    ticket = ticket_of(request(), TOKENS)
    assert ticket.claims is None
    assert ticket.session_id != ticket_of(request(), TOKENS).session_id
    assert ticket_of(request(query=f"bokeh-session-id={ticket.session_id}"), TOKENS)


@pytest.mark.parametrize(
    "asked",
    [
        request(query=f"bokeh-session-id={ID}"),
        request(query=f"bokeh-token={TOKEN}"),
        request(query="bokeh-session-id=", Bokeh_Session_Id=ID),
    ],
)
def test_a_session_is_named_by_id_token_or_header(asked):
    assert ticket_of(asked, TOKENS).session_id == ID


@pytest.mark.parametrize(
    "asked",
    [
        request(query=f"bokeh-session-id={ID}&bokeh-token={TOKEN}"),
        request(query=f"bokeh-session-id={ID}", Bokeh_Session_Id=ID),
        request(query=f"bokeh-token={TOKEN}", Bokeh_Session_Id=ID),
        request(query="bokeh-session-id=unsigned"),
        request(query="bokeh-token=unsigned"),
        request(query="bokeh-token="),
        request(Bokeh_Session_Id="unsigned"),
    ],
)
def test_naming_it_twice_or_without_a_signature_is_refused(asked):
    with pytest.raises(Refusal) as refused:
        ticket_of(asked, TOKENS)
    assert refused.value.status == 403


def test_the_refusal_of_an_id_says_how_to_sign_it():
    with pytest.raises(Refusal) as refused:
        ticket_of(request(query="bokeh-session-id=mine"), TOKENS)
    assert "sessions.secret_key" in refused.value.hint
    assert "sessions.sign" in refused.value.hint
    assert ticket_of(request(query="bokeh-session-id=mine"), UNSIGNED).session_id == "mine"


@given(st.binary(max_size=60), st.sampled_from(["bokeh-token", "bokeh-session-id"]))
def test_no_bytes_in_the_address_are_a_fault(value, name):
    asked = request(query=f"{name}=" + "".join(f"%{byte:02x}" for byte in value))
    for tokens in (TOKENS, UNSIGNED):
        with suppress(Refusal):
            assert ticket_of(asked, tokens).session_id
