"""Programs rely on every key here: what goes or changes its meaning is a new version."""

import json

from docsync_trio.cli.checking.as_json import as_json
from tests.cli.checking.reports import BEST, WORST


def test_the_object_has_these_keys_whatever_was_found():
    for report in (WORST, BEST):
        data = json.loads(as_json(report))
        assert list(data) == [
            "version",
            "site",
            "status",
            "problems",
            "warnings",
            "applications",
            "failures",
        ]
    assert (data["version"], data["site"], data["status"]) == (1, "site.toml", 0)


def test_a_problem_has_its_place_and_the_line_of_the_authors_code():
    typo, broken, option = json.loads(as_json(WORST))["problems"]

    assert typo == {
        "source": "site.toml",
        "line": 3,
        "column": 1,
        "key": "applications[0].titel",
        "message": "no such key",
        "code": None,
    }
    assert broken["code"] == {"file": "/srv/app.py", "line": 2}
    assert (option["source"], option["line"], option["column"]) == ("--set", None, None)


def test_an_application_has_what_was_detected_and_how_it_went():
    good, bad, loud, untried = json.loads(as_json(WORST))["applications"]

    assert good == {
        "path": "/good",
        "title": "Good",
        "handlers": ["file good.py"],
        "outcome": "built",
        "seconds": 0.5,
        "framework": "bokeh",
        "async": "trio",
        "run_callbacks_in": "thread",
        "failures": [],
    }
    (failure,) = bad["failures"]
    assert failure["message"] == "ZeroDivisionError: division by zero"
    assert failure["code"] == {"file": "/srv/app.py", "line": 2}
    assert failure["traceback"].endswith("ZeroDivisionError: division by zero")
    assert (failure["what"], failure["hint"]) == ("the document cannot be built", None)
    assert (loud["outcome"], loud["seconds"]) == ("failed", 0.1)
    assert (untried["outcome"], untried["async"]) == ("not tried", None)
