import attrs
import pytest

from docsync_trio.cli.checking.as_text import as_text, summary
from docsync_trio.cli.checking.report import Fault, SiteReport
from tests.cli.checking.reports import BEST, DOUBT, OPTION, TYPO, WORST


def test_what_to_mend_comes_first_then_the_applications_the_details_and_the_sum():
    lines = as_text(WORST).splitlines()

    assert lines[:8] == [
        "site.toml:3:1: applications[0].titel: no such key",
        "site.toml:7:9: applications[1].hooks: 1:2 broken",
        "--set: server.bnd: no such key",
        "warning: site.toml:2:5: sessions.secret_key: in plain sight",
        "/good: Good; file good.py; async trio; functions in threads; built in 0.50 s",
        "/bad: Bad; file bad.py, json b.json; panel; async asyncio; functions in the loop; FAILED",
        "/loud: no title; file loud.py; async asyncio; functions in threads; FAILED",
        "/gone: no title; function gone:x; not built, see its problems",
    ]
    failure = "the document cannot be built: ZeroDivisionError: division by zero at /srv/app.py:2"
    assert f"/bad: {failure}" in lines
    assert "/loud: hook on_server_loaded: KeyError: 'x'" in lines
    assert lines[-1] == "site.toml: 3 problems, 1 warning, 1 of 4 applications built"


@pytest.mark.parametrize(
    ("report", "text"),
    [
        (BEST, "1 application built, all is well"),
        (attrs.evolve(BEST, doubts=(DOUBT,)), "1 warning, 1 application built, all is well"),
        (SiteReport("site.toml", (TYPO, OPTION)), "2 problems"),
        (SiteReport("site.toml"), "all is well"),
        (SiteReport("site.toml", faults=(Fault("/x does not start", OSError()),)), "1 failure"),
    ],
)
def test_the_sum_says_what_there_was(report, text):
    assert summary(report) == text


def test_a_hint_stands_below_the_failure():
    bad = attrs.evolve(
        BEST.applications[0], faults=(Fault("callback", RuntimeError("no running event loop")),)
    )

    assert "  hint: this code is written for asyncio" in as_text(SiteReport("s", (), (), (bad,)))
