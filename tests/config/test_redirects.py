"""Where a route may send its visitors."""

import pytest

from docsync_trio.base.errors import Problem
from docsync_trio.config.checks import check
from docsync_trio.config.kind import KindError, Surroundings
from docsync_trio.config.redirects import RedirectStatus, RedirectTarget


def read(kind, value):
    return kind.read(value, Surroundings(folder=None, environ={}))


@pytest.mark.parametrize(
    "target",
    ["/", "/app", "/app?n=1#end", "/new/{name}", "https://example.org", "http://a.b:80/{rest}?x"],
)
def test_a_target_is_a_path_or_a_url(target):
    assert read(RedirectTarget(), target) == target


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("app", 'a path such as "/sliders"'),
        ("", 'a path such as "/sliders"'),
        (7, 'a path such as "/sliders"'),
        ("ftp://example.org", 'a path such as "/sliders"'),
        ("https://{name}.example.org/", 'a path such as "/sliders"'),
        ("//example.org", 'write "https://example.org"'),
        ("/a b", '" " cannot stand in a URL'),
        ("/a\r\nset-cookie:x", "cannot stand in a URL"),
        ("/{name:path}", "a parameter is repeated as {name}"),
    ],
)
def test_anything_else_is_refused(target, why):
    with pytest.raises(KindError) as refused:
        read(RedirectTarget(), target)
    assert why in refused.value.text


def test_a_status_is_one_that_redirects():
    assert read(RedirectStatus(), 308) == 308
    for wrong in (200, True, "moved", 307.0):
        with pytest.raises(KindError, match="301 or 308"):
            read(RedirectStatus(), wrong)
    with pytest.raises(KindError, match="write 307, without quotes"):
        read(RedirectStatus(), "307")


def test_a_target_repeats_only_what_its_path_has():
    routes = [
        {"path": "/old/{name}/{rest:path}", "redirect": "/{rest}/{name}"},
        {"path": "/old2/{name}", "redirect": "/{nane}"},
    ]
    (problem,) = check({"routes": routes})
    assert isinstance(problem, Problem)
    assert problem.path == ("routes", 1, "redirect")
    assert "\"/{nane}\" repeats 'nane'" in problem.text
    assert "did you mean" in problem.text


def test_a_route_leads_elsewhere_or_answers():
    routes = [
        {"path": "/a", "redirect": "/b", "endpoint": "x:y"},
        {"path": "/c", "static": "public", "status": 301},
    ]
    problems = [problem.text for problem in check({"routes": routes})]
    assert len(problems) == 2
    assert "cannot stand beside" in problems[0]
    assert "redirect" in problems[1]
