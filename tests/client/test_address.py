"""What people write for where a session is, and what they pass to it."""

import pytest

from docsync_trio.client.address import address_of


@pytest.mark.parametrize(
    ("url", "page", "websocket"),
    [
        ("http://a:5006/app", "http://a:5006/app", "ws://a:5006/app/ws"),
        ("http://a:5006/app/", "http://a:5006/app", "ws://a:5006/app/ws"),
        ("http://a:5006", "http://a:5006/", "ws://a:5006/ws"),
        ("http://a:5006/", "http://a:5006/", "ws://a:5006/ws"),
        ("https://a/desk/app", "https://a/desk/app", "wss://a/desk/app/ws"),
        ("ws://a:5006/ws", "http://a:5006/", "ws://a:5006/ws"),
        ("wss://a/app/ws", "https://a/app", "wss://a/app/ws"),
        ("http://a/app?N=1", "http://a/app?N=1", "ws://a/app/ws?N=1"),
    ],
)
def test_the_address_of_a_page_or_of_a_websocket_means_both(url, page, websocket):
    address = address_of(url)
    assert (address.page, address.websocket) == (page, websocket)


@pytest.mark.parametrize("url", ["localhost:5006/app", "ftp://a/app", "http:///app", "/app"])
def test_what_is_no_address_is_refused_with_one_that_is(url):
    with pytest.raises(ValueError, match="write http://host:port/path"):
        address_of(url)


def test_an_address_of_a_websocket_ends_with_ws():
    with pytest.raises(ValueError, match="ends with /ws"):
        address_of("ws://a/app")


def test_arguments_follow_the_query_of_the_address():
    address = address_of("http://a/app?M=1", {"N": "10", "of": [b"1 2", b"\xff"]})
    assert address.page == "http://a/app?M=1&N=10&of=1+2&of=%FF"
    assert address.name == "http://a/app"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"N": 10}, r"arguments\['N'\] must be text.* it is 10"),
        ({"N": None}, "it is None"),
        ({"N": b"10"}, r"it is b'10'"),
        ({"N": ["10"]}, r"it is \['10'\]"),
        ({"N": [10]}, r"it is \[10\]"),
        ({"N": {"a": "b"}}, "must be text"),
        ({1: "10"}, "the name of an argument must be text; 1 is not"),
        ([("N", "10")], "must be a mapping"),
    ],
)
def test_arguments_of_any_other_shape_are_refused_by_name(arguments, told):
    with pytest.raises(TypeError, match=told):
        address_of("http://a/app", arguments)
