"""Workflow commands, read back with the rules of GitHub's runner."""

import re

import attrs
from hypothesis import given
from hypothesis import strategies as st

from docsync_trio.base.errors import PlacedProblem
from docsync_trio.cli.checking.as_github import as_github
from docsync_trio.cli.checking.report import Fault, SiteReport
from tests.cli.checking.reports import BEST, GOOD, WORST, an_error


def read(line):
    """Return a command as the runner understands it; None where it sees none."""
    found = re.fullmatch(r"::(\w+)(?: ([^:]*))?::(.*)", line)
    if found is None:
        assert not line.lstrip().startswith("::")
        assert "##[" not in line
        return None
    properties = dict(pair.split("=", 1) for pair in (found[2] or "").split(",") if pair)
    return (
        found[1],
        {key: unescaped(value, property_=True) for key, value in properties.items()},
        unescaped(found[3], property_=False),
    )


def unescaped(text, *, property_):
    further = {"%3A": ":", "%2C": ","} if property_ else {}
    for code, character in {"%0D": "\r", "%0A": "\n", **further, "%25": "%"}.items():
        text = text.replace(code, character)
    return text


def commands(report, **environ):
    return [read(line) for line in as_github(report, environ).splitlines()]


def test_every_thing_to_mend_is_shown_at_its_line():
    found = [one for one in commands(WORST, GITHUB_WORKSPACE="/srv") if one is not None]
    here = found[0][1]["file"]

    assert here.endswith("site.toml")
    assert [(one[0], one[1]) for one in found] == [
        ("error", {"file": here, "line": "3", "col": "1"}),
        ("error", {"file": "app.py", "line": "2"}),
        ("error", {}),
        ("warning", {"file": here, "line": "2", "col": "5"}),
        ("error", {"file": "app.py", "line": "2"}),
        ("error", {}),
    ]
    assert found[0][2] == "applications[0].titel: no such key"
    assert found[1][2] == "site.toml:7:9: applications[1].hooks: 1:2 broken"
    assert found[4][2].splitlines()[-1] == "ZeroDivisionError: division by zero"


def test_files_are_named_from_the_root_of_the_repository(tmp_path, monkeypatch):
    (tmp_path / "sites").mkdir()
    monkeypatch.chdir(tmp_path / "sites")

    ((_, from_root, _), *_) = commands(WORST, GITHUB_WORKSPACE=str(tmp_path))
    ((_, from_here, _), *_) = commands(WORST)

    assert from_root["file"] == "sites/site.toml"
    assert from_here["file"] == "site.toml"


def test_what_is_well_is_no_command():
    assert commands(BEST) == [None, None]


TEXTS = st.text(st.sampled_from("a:%,=[]#\n\r 0AD25"), min_size=1, max_size=12)


@given(TEXTS, TEXTS, TEXTS)
def test_no_text_breaks_out_of_its_command(key, text, name):
    problem = PlacedProblem(f"x{name}", key, text, 1, 2)
    bad = attrs.evolve(GOOD, path=f"/{name}", faults=(Fault(text, an_error(message=text)),))
    report = SiteReport(name, (problem,), applications=(bad,))

    lines = as_github(report, {"GITHUB_WORKSPACE": "/srv"}).split("\n")

    first, second, *rest = map(read, lines)
    assert first[1]["file"].endswith(f"x{name}".rsplit("/", 1)[-1])
    assert first[2] == f"{key}: {text}"
    assert second[1] == {"file": "app.py", "line": "2"}
    assert second[2].startswith(f"/{name}: {text}: ZeroDivisionError")
    assert rest == [None, None]
