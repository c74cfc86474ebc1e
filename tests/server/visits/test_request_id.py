"""Which numbers are taken from a proxy, and which are made."""

import pytest

from docsync_trio.server.visits.request_id import identified
from tests.server.memory_client import http_scope

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


def given(name, value, *, by_trusted=True):
    scope = http_scope("/", headers={name: value})
    return identified(scope, by_trusted=by_trusted)


@pytest.mark.parametrize("value", ["1", "7f3a-b.c:d/e+f=@_g", "a" * 128])
def test_a_trusted_proxys_id_is_taken(value):
    assert given("X-Request-ID", value).id == value


@pytest.mark.parametrize("value", ["", "a" * 129, "a b", 'a"b', "-a", "a\tb", "ä", "a,b", "<b>"])
def test_what_is_no_id_is_replaced(value):
    made = given("X-Request-ID", value).id

    assert len(made) == 32
    assert made.isalnum()


def test_a_visitor_gives_no_ids_and_tells_of_no_trace():
    assert given("X-Request-ID", "mine", by_trusted=False).id != "mine"
    assert given("traceparent", f"00-{TRACE}-00f067aa0ba902b7-01", by_trusted=False).trace == ""


@pytest.mark.parametrize(
    ("value", "trace"),
    [
        (f"00-{TRACE}-00f067aa0ba902b7-01", TRACE),
        (f"cc-{TRACE}-00f067aa0ba902b7-01-what-comes-later", TRACE),
        (f"ff-{TRACE}-00f067aa0ba902b7-01", ""),
        (f"00-{'0' * 32}-00f067aa0ba902b7-01", ""),
        (f"00-{TRACE.upper()}-00f067aa0ba902b7-01", ""),
        (f"00-{TRACE}", ""),
    ],
)
def test_the_trace_of_w3c_is_taken_where_it_is_one(value, trace):
    assert given("traceparent", value).trace == trace
