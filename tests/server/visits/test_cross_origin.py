"""Which pages of other origins may talk to a site."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docsync_trio.server.visits.cross_origin import may_talk, parse_origin, refusal_hint

SAME = [
    ("http://example.org", "example.org"),
    ("http://example.org", "example.org:80"),
    ("https://example.org", "example.org"),
    ("https://example.org", "example.org:443"),
    ("http://EXAMPLE.org:5006", "example.ORG:5006"),
    ("http://[::1]:5006", "[::1]:5006"),
    ("http://[2001:DB8::1]", "[2001:db8::1]"),
    # The proxy ends TLS: the page is https, the request we see is not.
    ("https://desk.example.org", "desk.example.org"),
]
FOREIGN = [
    ("http://evil.org", "example.org"),
    ("http://example.org:8000", "example.org"),
    ("http://example.org", "example.org:5006"),
    ("https://example.org", "example.org:80"),
    ("http://example.org.evil.org", "example.org"),
    ("http://evilexample.org", "example.org"),
    ("http://[::2]:5006", "[::1]:5006"),
    ("null", "example.org"),
    ("null", "null"),
    ("", "example.org"),
    ("", ""),
    ("http://", ""),
    ("file://", ""),
    ("chrome-extension://example.org", "example.org"),
    ("file://example.org", "example.org"),
    ("ws://example.org", "example.org"),
    ("http://user@example.org", "example.org"),
    ("http://example.org/path", "example.org"),
    ("http://example.org:99999", "example.org:99999"),
    ("http://example.org:x", "example.org:x"),
    ("http://[::1", "[::1"),
    ("example.org", "example.org"),
]
ALLOWED = [
    ("http://a.org", "a.org"),
    ("https://a.org", "a.org"),
    ("http://A.org", "a.ORG"),
    ("http://a.org:8000", "a.org:8000"),
    ("https://a.org", "a.org:443"),
    ("http://x.a.org", "*.a.org"),
    ("http://x.y.a.org:81", "*.a.org:81"),
    ("http://[::1]:5", "[::1]:5"),
    ("http://anything:1", "*"),
]
NOT_ALLOWED = [
    ("http://a.org:8000", "a.org"),
    ("http://a.org", "a.org:8000"),
    ("http://a.org", "*.a.org"),
    ("http://xa.org", "*.a.org"),
    ("http://a.org.b", "a.org"),
    ("http://.a.org", "*.a.org"),
    ("http://a.org", "a.org:nonsense"),
    ("http://a.org", "a.org:*"),
    ("http://a.org", ""),
    ("null", "*"),
    ("file://a.org", "*"),
    ("http://a.org", "a.*"),
]


@pytest.mark.parametrize(("origin", "host"), SAME)
def test_a_page_of_the_same_host_may_talk(origin, host):
    assert may_talk(origin, host, ())


@pytest.mark.parametrize(("origin", "host"), FOREIGN)
def test_a_page_of_another_host_may_not(origin, host):
    assert not may_talk(origin, host, ())


@pytest.mark.parametrize(("origin", "pattern"), ALLOWED)
def test_a_page_the_operator_named_may_talk(origin, pattern):
    assert may_talk(origin, "own.org", ("other.org", pattern))


@pytest.mark.parametrize(("origin", "pattern"), NOT_ALLOWED)
def test_a_page_the_operator_did_not_name_may_not(origin, pattern):
    assert not may_talk(origin, "own.org", (pattern,))


def test_a_program_that_is_no_page_may_talk():
    assert may_talk(None, "own.org", ())


def test_the_hint_names_the_key_and_the_value():
    assert refusal_hint("http://Example.org:8000") == (
        'add "example.org:8000" to server.allow_origins'
    )
    assert refusal_hint("https://[::1]") == 'add "[::1]" to server.allow_origins'
    assert "cannot be allowed" in refusal_hint("null")


names = st.from_regex(r"[a-z][a-z0-9-]{0,8}(\.[a-z][a-z0-9]{0,5}){0,3}", fullmatch=True)
ports = st.integers(1, 65535)
schemes = st.sampled_from(["http", "https"])


@given(schemes, names, ports, names, ports)
def test_only_the_very_same_host_and_port_match(scheme, name, port, other, other_port):
    origin = f"{scheme}://{name}:{port}"
    assert may_talk(origin, f"{other}:{other_port}", ()) == ((name, port) == (other, other_port))


@given(schemes, names, ports)
def test_what_the_hint_says_to_add_lets_the_origin_in(scheme, name, port):
    origin = f"{scheme}://{name}:{port}"
    added = refusal_hint(origin).split('"')[1]
    assert not may_talk(origin, "somewhere.else:1", ())
    assert may_talk(origin, "somewhere.else:1", (added,))


@given(schemes, names, names)
def test_a_wildcard_lets_in_names_below_it_and_no_others(scheme, name, other):
    pattern = f"*.{name}"
    assert may_talk(f"{scheme}://{other}.{name}", "own:1", (pattern,))
    assert not may_talk(f"{scheme}://{name}", "own:1", (pattern,))
    assert may_talk(f"{scheme}://{other}", "own:1", (pattern,)) == other.endswith("." + name)


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=20))
def test_no_text_can_break_the_check(origin, host, pattern):
    assert may_talk(origin, host, (pattern,)) in (True, False)
    assert isinstance(refusal_hint(origin), str)


@given(st.text(alphabet="htps:/[]@.-0123456789ab?#\\ \t\n%", max_size=30))
def test_an_origin_that_is_understood_is_written_back_the_same(text):
    origin = parse_origin(text)
    if origin is not None:
        assert parse_origin(f"{origin.scheme}://{origin}") == origin
