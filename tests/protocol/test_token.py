import base64
import json
import time
import traceback
import zlib

import pytest
from bokeh.util import token as bokeh
from hypothesis import given
from hypothesis import strategies as st

from docsync_trio.base.errors import Refusal
from docsync_trio.protocol.token import (
    Claims,
    TokenSettings,
    check_session_id,
    is_expired,
    make_session_id,
    make_token,
    read_token,
)

KEY = b"a key for tests"
NOW = 1_700_000_000.0
SIGNED = TokenSettings(KEY, signed=True, expiration=300.0)
UNSIGNED = TokenSettings(None, signed=False, expiration=300.0)
BOTH = pytest.mark.parametrize("settings", [SIGNED, UNSIGNED], ids=["signed", "unsigned"])


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def bare(claims):
    """An unsigned token of *claims*: a dict, or text as it is."""
    return b64((claims if isinstance(claims, str) else json.dumps(claims)).encode())


def compressed(payload):
    text = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return bare({"session_id": "a", "__bk__zlib_": b64(zlib.compress(text, 9))})


def status_of(token, settings):
    """The status of the refusal, or None for a token that is read."""
    try:
        read_token(token, settings)
    except Refusal as refusal:
        return refusal.status
    return None


def refused(token, settings=UNSIGNED):
    with pytest.raises(Refusal) as caught:
        read_token(token, settings)
    return caught.value


@BOTH
def test_a_token_of_ours_says_its_session_and_when_it_expires(settings):
    session_id = make_session_id(settings)

    claims = read_token(make_token(session_id, settings, NOW), settings)

    assert claims == Claims(session_id, int(NOW) + 300, {})


@BOTH
def test_a_token_of_ours_is_short(settings):
    assert len(make_token(make_session_id(settings), settings, NOW)) < 300


def test_session_ids_are_all_different():
    assert len({make_session_id(UNSIGNED) for _ in range(1000)}) == 1000


@BOTH
def test_bokeh_reads_our_tokens(settings):
    session_id = make_session_id(settings)
    token = make_token(session_id, settings, NOW)

    assert bokeh.get_session_id(token) == session_id
    assert bokeh.get_token_payload(token) == {"session_expiry": int(NOW) + 300}
    assert bokeh.check_token_signature(token, settings.secret_key, settings.signed)
    assert bokeh.check_session_id_signature(session_id, settings.secret_key, settings.signed)


@BOTH
def test_we_read_bokehs_tokens(settings):
    session_id = bokeh.generate_session_id(settings.secret_key, settings.signed)
    payload = {
        "headers": {"Accept": "text/html"},
        "cookies": {"user": "é"},
        "arguments": {"a": [b"1", b"\xff"]},
        "app": [{"bytes": 1, "more": 2}, None, 0.5],
    }
    token = bokeh.generate_jwt_token(
        session_id, settings.secret_key, settings.signed, extra_payload=payload, expiration=50
    )

    claims = read_token(token, settings)

    assert claims.session_id == session_id
    assert claims.payload == payload
    assert claims.expires_at == bokeh.get_token_payload(token)["session_expiry"]
    assert not is_expired(claims, time.time())
    assert check_session_id(session_id, settings)


@BOTH
def test_we_read_bokehs_tokens_without_a_payload(settings):
    session_id = bokeh.generate_session_id(settings.secret_key, settings.signed)
    token = bokeh.generate_jwt_token(session_id, settings.secret_key, settings.signed)

    assert read_token(token, settings).payload == {}


@given(
    st.dictionaries(
        st.text().filter("session_id".__ne__), st.text() | st.binary() | st.lists(st.binary())
    )
)
def test_any_payload_of_bokehs_arrives_as_bokeh_reads_it(payload):
    token = bokeh.generate_jwt_token("a", KEY, signed=False, extra_payload=payload)
    expected = bokeh.get_token_payload(token)

    if "session_expiry" not in payload:
        del expected["session_expiry"]
        assert read_token(token, UNSIGNED).payload == expected


def test_any_name_of_a_session_survives_the_way_through_a_browser():
    token = make_token("süß ~?> 😀", UNSIGNED, NOW)

    # what BokehJS does: atob gives one character for each byte
    text = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode("latin-1")
    assert json.loads(text)["session_id"] == "süß ~?> 😀"
    assert read_token(token, UNSIGNED).session_id == "süß ~?> 😀"


def test_a_token_of_another_key_is_refused_and_the_log_learns_which_key_to_look_at():
    other = TokenSettings(b"another", signed=True, expiration=300.0)
    token = make_token(make_session_id(other), other, NOW)

    assert "sessions.secret_key" in refused(token, SIGNED).hint


def test_an_unsigned_token_is_refused_where_signed_ones_are_wanted():
    assert refused(make_token("a", UNSIGNED, NOW), SIGNED).status == 403


def test_a_signed_token_with_an_id_of_another_key_is_refused():
    other = TokenSettings(b"another", signed=True, expiration=300.0)

    assert refused(make_token(make_session_id(other), SIGNED, NOW), SIGNED).status == 403


def test_a_signed_token_with_an_unsigned_id_is_refused():
    assert refused(make_token("a", SIGNED, NOW), SIGNED).status == 403


def test_every_changed_character_of_a_signed_token_is_noticed():
    token = make_token(make_session_id(SIGNED), SIGNED, NOW)

    for place, char in enumerate(token):
        other = "A" if char != "A" else "B"
        refused(token[:place] + other + token[place + 1 :], SIGNED)


@pytest.mark.parametrize(
    "token",
    [
        "",
        ".",
        "..",
        "!",
        "a",
        "ä",
        "\ud800",
        "é.é",
        bare("{}"),
        bare("[]"),
        bare("null"),
        bare("nothing"),
        bare("{" * 100),
        bare('{"session_id":' + "[" * 2000 + "]" * 2000 + "}"),
        b64(b"\xff\xfe"),
        bare({"session_id": None}),
        bare({"session_id": ["a"]}),
        bare({"session_id": ""}),
        bare({"session_id": "a" * 201}),
        bare({"session_id": "a\nb"}),
        bare({"session_id": "a", "session_expiry": "soon"}),
        bare({"session_id": "a", "session_expiry": True}),
        bare({"session_id": "a", "session_expiry": [1]}),
        bare({"session_id": "a", "__bk__zlib_": 7}),
        bare({"session_id": "a", "__bk__zlib_": "!!"}),
        bare({"session_id": "a", "__bk__zlib_": b64(b"not zlib")}),
        bare({"session_id": "a", "__bk__zlib_": b64(zlib.compress(b'{"a":1}')[:-5])}),
        compressed([]),
        compressed(b"\xff"),
        compressed({"a": {"bytes": 7}}),
        compressed({"a": {"bytes": "!"}}),
        bare({"session_id": "a", "x": "x" * 100_000}),
    ],
)
def test_a_malformed_token_is_refused(token):
    assert refused(token).status == 403
    assert refused(token, SIGNED).status == 403


def test_a_payload_that_inflates_without_end_is_refused():
    assert refused(compressed(b'{"a":"' + b"x" * 30_000_000 + b'"}')).status == 403


@given(st.text(st.characters(exclude_categories=[])) | st.text("abcdefghijkl.=-_"))
def test_any_text_is_a_token_or_refused(text):
    assert status_of(text, SIGNED) == 403
    assert status_of(text, UNSIGNED) in {None, 403}


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.just("bytes") | st.text(), inner),
        max_leaves=8,
    )
)
def test_any_json_within_a_token_is_read_or_refused(value):
    for token in (
        bare({"session_id": "a", "x": value}),
        compressed({"x": value}),
        bare(json.dumps(value)),
    ):
        assert status_of(token, UNSIGNED) in {None, 403}


@pytest.mark.parametrize(
    ("token", "settings"),
    [
        (bare("secret nothing"), UNSIGNED),
        ("secret!", UNSIGNED),
        (b64(b"\xffsecret"), UNSIGNED),
        (compressed(b"secret nothing"), UNSIGNED),
        (bare({"session_id": "secret"}) + ".secret", SIGNED),
    ],
)
def test_no_error_repeats_any_of_the_token(token, settings):
    refusal = refused(token, settings)
    shown = "".join(traceback.format_exception(refusal)) + refusal.hint

    assert refusal.__cause__ is None
    assert refusal.__context__ is None
    assert token not in shown
    assert "secret " not in shown


def test_settings_and_claims_do_not_show_their_secrets():
    assert "a key for tests" not in repr(SIGNED)
    assert "cookie" not in repr(Claims("a", None, {"cookies": {"a": "cookie"}}))


@pytest.mark.parametrize("key", [None, b""])
def test_signing_needs_a_key(key):
    with pytest.raises(ValueError, match="need a secret key"):
        TokenSettings(key, signed=True, expiration=300.0)


def test_a_token_expires_at_its_second():
    claims = read_token(make_token("a", UNSIGNED, NOW), UNSIGNED)

    assert not is_expired(claims, NOW + 299.9)
    assert is_expired(claims, NOW + 300)


def test_a_token_may_live_for_ever():
    settings = TokenSettings(None, signed=False, expiration=float("inf"))
    claims = read_token(make_token("a", settings, NOW), settings)

    assert claims.expires_at is None
    assert not is_expired(claims, 1e300)


def test_an_expired_token_is_read_all_the_same():
    claims = read_token(make_token("a", UNSIGNED, 0.0), UNSIGNED)

    assert is_expired(claims, NOW)


def test_the_id_of_a_session_is_checked_alone_too():
    assert check_session_id(make_session_id(SIGNED), SIGNED)
    assert not check_session_id("a", SIGNED)
    assert not check_session_id("a.b", SIGNED)
    assert not check_session_id(make_session_id(SIGNED) + "x", SIGNED)
    assert check_session_id("chosen by the page", UNSIGNED)


@given(st.text(st.characters(exclude_categories=[])))
def test_checking_any_id_is_a_yes_or_a_no(session_id):
    assert check_session_id(session_id, SIGNED) is False
    assert check_session_id(session_id, UNSIGNED) in {True, False}
