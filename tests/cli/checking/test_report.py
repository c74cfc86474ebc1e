import attrs
import pytest

from docsync_trio.cli.checking.report import Fault, SiteReport
from tests.cli.checking.reports import (
    BAD,
    BEST,
    BROKEN,
    DOUBT,
    GOOD,
    LOUD,
    TYPO,
    UNTRIED,
    WORST,
    an_error,
)


@pytest.mark.parametrize(
    ("report", "status"),
    [
        (BEST, 0),
        (attrs.evolve(BEST, doubts=(DOUBT,)), 0),
        (attrs.evolve(BEST, applications=(GOOD, BAD)), 4),
        (attrs.evolve(BEST, applications=(LOUD,)), 4),
        (attrs.evolve(BEST, faults=(Fault("/flask does not start", an_error()),)), 4),
        (SiteReport("site.toml", (BROKEN,)), 4),
        (SiteReport("site.toml", (BROKEN, TYPO)), 2),
        (WORST, 2),
    ],
)
def test_the_status_says_what_has_to_be_mended_first(report, status):
    assert report.status == status


def test_a_failing_hook_is_a_failure_although_the_document_was_built():
    outcomes = [one.outcome for one in (GOOD, BAD, LOUD, UNTRIED)]

    assert outcomes == ["built", "failed", "failed", "not tried"]


def test_faults_know_their_application():
    assert [path for path, _ in WORST.all_faults()] == ["/bad", "/loud"]
