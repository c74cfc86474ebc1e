import json

import attrs

from docsync_trio.cli.build_report import ApplicationReport, SiteReport, as_json, as_text


def an_error():
    try:
        exec(compile("\n1 / 0", "/srv/app.py", "exec"), {"__name__": "app"})
    except ZeroDivisionError as error:
        return error


GOOD = ApplicationReport(
    path="/good", title="Good", handlers="file good.py", async_kind="trio", seconds=0.5
)
BAD = ApplicationReport(
    path="/bad",
    title="Bad",
    handlers="file bad.py",
    async_kind="asyncio",
    seconds=None,
    error=an_error(),
)
LOUD = ApplicationReport(
    path="/loud",
    title="Loud",
    handlers="file loud.py",
    async_kind="asyncio",
    seconds=0.1,
    faults=("hook on_server_loaded raised KeyError: 'x'",),
)


def test_all_applications_come_first_and_then_the_failures():
    lines = as_text(SiteReport("site.toml", (BAD, GOOD), ("beware",))).splitlines()

    assert lines[:4] == [
        "site.toml: the file and all imports are good",
        "warning: beware",
        "/bad: Bad; file bad.py; async asyncio; FAILED",
        "/good: Good; file good.py; async trio; built in 0.50 s",
    ]
    assert "/bad: ZeroDivisionError: division by zero at /srv/app.py:2" in lines


def test_a_failing_hook_is_a_failure_although_the_document_was_built():
    report = SiteReport("site.toml", (LOUD,), ())

    assert report.failed
    assert "/loud: hook on_server_loaded raised KeyError: 'x'" in as_text(report)


def test_a_path_is_no_title():
    untitled = attrs.evolve(GOOD, title="/good")

    assert "/good: no title; " in as_text(SiteReport("site.toml", (untitled,), ()))


def test_nothing_wrong_is_no_failure():
    assert not SiteReport("site.toml", (GOOD,), ()).failed


def test_programs_get_the_same():
    data = json.loads(as_json(SiteReport("site.toml", (BAD, GOOD), ())))

    assert data["failed"] is True
    bad, good = data["applications"]
    assert bad["error"] == "ZeroDivisionError: division by zero"
    assert bad["at"] == "/srv/app.py:2"
    assert "error" not in good
    assert good["seconds"] == 0.5
