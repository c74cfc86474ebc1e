"""The answer to an ordinary handshake is that of the `websockets` package, to the letter."""

import base64
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docsync_trio.server.visits.head import Upgrade
from docsync_trio.server.websockets.handshake import ordinary_answer, shake_hands

KEY = b"MDEyMzQ1Njc4OTAxMjM0NQ=="
ORDINARY = {
    b"host": b"localhost",
    b"upgrade": b"websocket",
    b"connection": b"Upgrade",
    b"sec-websocket-version": b"13",
    b"sec-websocket-key": KEY,
    b"sec-websocket-protocol": b"bokeh, eyJ0.e-_~",
    b"sec-websocket-extensions": b"permessage-deflate; client_max_window_bits",
    b"origin": b"http://localhost",
}
DATE = re.compile(rb"Date: [^\r]+\r\n")


def upgrade(*more, **changes):
    fields = ORDINARY | {name.encode().replace(b"_", b"-"): v for name, v in changes.items()}
    headers = [(name, value) for name, value in fields.items() if value is not None]
    return Upgrade(b"/app/ws", (*headers, *more))


def dateless(answer):
    return DATE.sub(b"", answer)


def theirs(asked):
    return shake_hands(asked).serialize()


@given(key=st.binary(min_size=16, max_size=16))
def test_a_browsers_handshake_is_answered_as_by_the_package(key):
    asked = upgrade(sec_websocket_key=base64.b64encode(key), connection=b"keep-alive, Upgrade")
    answer = ordinary_answer(asked)
    assert DATE.search(answer)
    assert dateless(answer) == dateless(theirs(asked))


odd = st.text("bokeh,; =upgradeUPGRADE13/\x22-\xe9", max_size=8).map(lambda t: t.encode("latin-1"))


@given(name=st.sampled_from(sorted(ORDINARY)), value=st.none() | odd, again=st.none() | odd)
def test_whatever_is_odd_is_left_to_the_package_or_answered_the_same(name, value, again):
    more = [] if again is None else [(name, again)]
    asked = upgrade(*more, **{name.decode().replace("-", "_"): value})
    answer = ordinary_answer(asked)
    assert not answer or dateless(answer) == dateless(theirs(asked))


@pytest.mark.parametrize(
    "asked",
    [
        upgrade(sec_websocket_version=b"12"),
        upgrade(sec_websocket_key=b"short"),
        upgrade(sec_websocket_key=None),
        upgrade(sec_websocket_protocol=b"other"),
        upgrade(connection=b"close"),
        upgrade(content_length=b"3"),
        upgrade((b"sec-websocket-key", KEY)),
    ],
)
def test_what_is_not_as_browsers_do_it_gets_no_ordinary_answer(asked):
    assert ordinary_answer(asked) == b""
