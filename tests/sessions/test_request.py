"""The request as application code sees it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docsync_trio.sessions.request import Headers, Request, parse_arguments, parse_cookies


def test_header_names_know_no_case_and_are_listed_in_title_case():
    headers = Headers([("user-AGENT", "a"), ("x-one", "1")])
    assert headers["User-Agent"] == headers["user-agent"] == "a"
    assert dict(headers) == {"User-Agent": "a", "X-One": "1"}
    assert "X-ONE" in headers
    assert "missing" not in headers
    assert 7 not in headers
    assert len(headers) == 2


def test_headers_of_one_name_are_joined_and_cookies_with_a_semicolon():
    headers = Headers([("accept", "a"), ("Accept", "b"), ("cookie", "x=1"), ("Cookie", "y=2")])
    assert headers["Accept"] == "a, b"
    assert headers.get_list("ACCEPT") == ["a", "b"]
    assert headers["cookie"] == "x=1; y=2"
    assert headers.get_list("none") == []


def test_a_missing_header_is_a_key_error_or_the_default():
    with pytest.raises(KeyError):
        Headers()["Host"]
    assert Headers().get("Host", "x") == "x"


def test_malformed_cookies_do_not_hide_the_good_ones():
    cookies = parse_cookies('a=1; bad cookie; [x]={"y"; =empty; b="two words"; c=1=2;')
    assert cookies["a"] == "1"
    assert cookies["b"] == "two words"
    assert cookies["c"] == "1=2"
    assert "" not in cookies


def test_a_cookie_is_its_text_and_has_a_value_as_morsels_do():
    cookie = Request(path="/", headers=Headers([("cookie", "who=me")])).cookies["who"]
    assert cookie == "me"
    assert cookie.value == "me"
    assert json.dumps({"who": cookie}) == '{"who": "me"}'


def test_arguments_are_lists_of_the_bytes_that_were_sent():
    arguments = parse_arguments("a=1&a=2&empty=&%C3%A4=%C3%A4+b&raw=%ff")
    assert arguments == {
        "a": [b"1", b"2"],
        "empty": [b""],
        "ä": ["ä b".encode()],
        "raw": [b"\xff"],
    }


@given(st.text(max_size=60))
def test_no_query_and_no_cookie_header_can_break_a_request(text):
    request = Request(path="/", query=text, headers=Headers([("cookie", text)]))
    assert isinstance(request.arguments, dict)
    assert isinstance(request.cookies, dict)


def test_the_full_url_is_the_one_the_visitor_typed():
    request = Request(path="/a b", query="x=1", host="example.org:8000", protocol="https")
    assert request.uri == "/a%20b?x=1"
    assert request.full_url() == "https://example.org:8000/a%20b?x=1"


def test_path_parameters_become_arguments_and_beat_the_query():
    request = Request(path="/buoys/7", query="station=9&x=1")
    request.matched("/buoys/7", {"station": 7})
    assert request.app_path == "/buoys/7"
    assert request.path_params == {"station": 7}
    assert request.arguments == {"station": [b"7"], "x": [b"1"]}
