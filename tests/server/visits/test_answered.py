"""What a list of visits says, and what it never says."""

import pytest

from docsync_trio.server.visits.answered import LONGEST, asked, without_secrets
from tests.server.memory_client import http_scope


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("bokeh-session-id=abc", "bokeh-session-id=***"),
        ("x=1&bokeh-token=a.b&y=2", "x=1&bokeh-token=***&y=2"),
        ("x=1;bokeh-token=a", "x=1;bokeh-token=***"),
        ("bokeh%2Dtoken=abc", "bokeh%2Dtoken=***"),
        ("BOKEH-TOKEN=abc=def", "BOKEH-TOKEN=***"),
        ("code=4711&state=xyz", "code=***&state=***"),
        ("api_key=1&password=2&x-signature=3", "api_key=***&password=***&x-signature=***"),
        ("next=%2Fapp%3Fbokeh-session-id%3Dabc&n=1", "next=***&n=1"),
        ("next=/login%3Fnext%3D%252Fapp%253Ftoken%253Dabc", "next=***"),
        ("next=%2Fapp%3Fn%3D1", "next=%2Fapp%3Fn%3D1"),
        ("token", "token"),
        ("token=", "token="),
        ("&&", "&&"),
        ("country=fr&n=3", "country=fr&n=3"),
    ],
)
def test_values_that_let_somebody_in_are_masked(query, told):
    assert without_secrets(f"/a?{query}") == f"/a?{told}"
    scope = http_scope(f"/a?{query}", headers={"Referer": f"http://x/?{query}"})
    facts = asked(scope, 1.0)
    assert facts.target == f"/a?{told}"
    assert facts.referer == f"http://x/?{told}"


def test_what_a_visitor_sends_is_told_as_it_was_sent_and_not_without_end():
    scope = http_scope("/a%20b", method="POST", headers={"User-Agent": "x" * 5000})
    facts = asked(scope | {"raw_path": b"/a%20b/\xff"}, 1.0)

    assert (facts.method, facts.target) == ("POST", "/a%20b/\\xff")
    assert facts.peer == "10.0.0.9"
    assert len(facts.agent) == LONGEST + 3


def test_a_unix_socket_has_no_address():
    assert asked(http_scope("/") | {"client": None}, 1.0).peer == "unix"
