import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docsync_trio.base.errors import ProtocolError
from docsync_trio.protocol.json_text import parse_object
from docsync_trio.protocol.json_values import has_more_values

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text('[]{}"\\,:é☃😀u')
    | st.just(0.5),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("[{a\\"), inner, max_size=4)
    ),
    max_leaves=20,
)


def depth_of(value):
    if isinstance(value, dict):
        return 1 + max(map(depth_of, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(depth_of, value), default=0)
    return 0


def separators_of(value):
    """Commas and opening brackets that belong to no string."""
    if not isinstance(value, dict | list):
        return 0
    inner = list(value.values() if isinstance(value, dict) else value)
    return 1 + max(len(inner) - 1, 0) + sum(map(separators_of, inner))


def parsed(text, depth=200, values=10_000):
    return parse_object(text, "content", depth, values=values)


def refused(text, **limits):
    with pytest.raises(ProtocolError) as caught:
        parsed(text, **limits)
    return caught.value


def close_code(text, depth=200):
    return refused(text, depth=depth, values=10_000_000).close_code


@given(st.dictionaries(st.text(), VALUES), st.booleans(), st.integers(1, 6))
def test_an_object_is_parsed_exactly_if_it_is_no_deeper_than_allowed(value, ascii_only, depth):
    text = json.dumps(value, ensure_ascii=ascii_only)

    if depth_of(value) > depth:
        assert close_code(text, depth) == 1009
    else:
        assert parsed(text, depth) == value


@pytest.mark.parametrize("text", ["[]", "1", '"a"', "null", "[{}]"])
def test_json_that_is_not_an_object_is_a_protocol_error(text):
    assert close_code(text) == 1002


@pytest.mark.parametrize(
    "text",
    ["", "{", "{}{}", "{'a':1}", '{"a":NaN}', '{"a":Infinity}', '{"a":1e999}', "\ufeff{}", "\x00"],
)
def test_what_is_not_json_is_invalid_data(text):
    assert close_code(text) == 1007


@pytest.mark.parametrize("depth", [201, 1000, 1024, 1025, 5000, 1_000_000])
def test_any_depth_beyond_the_limit_is_too_big(depth):
    assert close_code('{"a":' + "[" * (depth - 1) + "]" * (depth - 1) + "}") == 1009


def test_depth_that_never_ends_is_refused_as_well():
    assert close_code('{"a":' * 1_000_000) == 1009


def test_the_limit_itself_is_allowed():
    value = parsed('{"a":' + "[" * 199 + "]" * 199 + "}", 200)

    assert depth_of(value) == 200


def test_brackets_in_strings_are_not_depth():
    assert parsed('{"a":"[[[[[[[[{{{{"}', 1) == {"a": "[[[[[[[[{{{{"}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r'{"a":"\ud83d"}', "\ufffd"),
        (r'{"a":"x\uDE00y"}', "x\ufffdy"),
        (r'{"a":"\ud83d\ud83d\ude00"}', "\ufffd😀"),
        (r'{"a":"\ude00\ud83d"}', "\ufffd\ufffd"),
        (r'{"a":"\\ud83d \ud83d"}', "\\ud83d \ufffd"),
        (r'{"a":"\ud83d\u0041"}', "\ufffdA"),
    ],
)
def test_half_an_emoji_does_not_cost_the_page_its_connection(text, value):
    assert parsed(text, 200) == {"a": value}


def test_mending_does_not_let_broken_json_pass():
    assert close_code(r'{"a":"\ud83d"') == 1007


def test_the_error_does_not_repeat_what_was_sent():
    with pytest.raises(ProtocolError) as caught:
        parsed("{secret", 200)

    assert "secret" not in str(caught.value)


def test_so_many_values_are_allowed_and_no_more():
    text = json.dumps({"a": [0] * 100})  # two brackets, 99 commas

    assert parsed(text, 200, values=101)["a"] == [0] * 100
    fault = refused(text, values=100)
    assert fault.close_code == 1009
    assert fault.hint == "server.max_message_values allows 100 in the content"


@given(st.dictionaries(st.text('"\\,[{ab'), VALUES))
def test_what_stands_in_strings_is_no_value(content):
    text = json.dumps({"all": content})
    count = separators_of({"all": content})

    assert parsed(text, values=count) == {"all": content}
    assert "values" in str(refused(text, values=count - 1))


@pytest.mark.parametrize("filling", [",", "\\", '"', "[", "é,", "\\,", '",'])
def test_a_long_text_that_is_taken_apart_in_pieces_is_one_value(filling):
    for more in range(3):
        text = json.dumps({"a": filling * 150_000 + "x" * more, "b": [filling] * 3})
        assert not has_more_values(text, 5)
        assert has_more_values(text, 4)


@pytest.mark.parametrize("text", ['{"a":[[]]}', '{"a":' * 2000])
def test_too_deep_is_told_with_the_key(text):
    assert refused(text, depth=2).hint == "server.max_message_depth allows 2 levels"


@pytest.mark.parametrize("value", ["x" * 1000, "data:;base64," + "A" * 1000])
def test_a_long_text_is_one_value(value):
    text = json.dumps({"a": value})

    assert parsed(text, 200, values=2) == {"a": value}
