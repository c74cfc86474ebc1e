"""Rows of an earlier run beside those of this one."""

import attrs
import pytest

from benchmarks.kept import Kept, OtherResultsError, kept_rows
from benchmarks.measures import CPU, RATE, Row
from benchmarks.reports import Report
from benchmarks.tables import lines
from benchmarks.turns import Cell

ROWS = [
    Row(name, name, (CPU, RATE), measure=lambda server, times: {}) for name in ("patch", "page")
]
MACHINE = {"processor": "one", "load": "0.10 before the run"}
VERSIONS = {"ours": "docsync run; Python 3.11", "a": "bokeh serve; Python 3.11"}


def report(table, **others):
    about = {"machine": MACHINE, "versions": VERSIONS, "left_out": {}, **others}
    return Report(lines(ROWS, table), table, ["ours", "a"], ["ours"], [], **about)


@pytest.fixture
def results(tmp_path):
    table = {
        "patch": {"ours": Cell({"cpu": [1.0, 3.0], "rate": [7.0]}), "a": Cell({"cpu": [4.0]})},
        "page": {"ours": Cell({"cpu": [5.0]}), "a": Cell({"cpu": [6.0]})},
    }
    (tmp_path / "numbers.json").write_text(report(table).as_json())
    return tmp_path


def kept(results, measured=("page",), **others):
    about = {"machine": {**MACHINE, "load": "2.00 before the run"}, "versions": VERSIONS}
    return kept_rows(results, ROWS, measured, **{**about, **others})


def test_rows_that_are_not_measured_stay_with_all_their_readings(results):
    found = kept(results)

    assert list(found.table) == ["patch"]
    assert found.table["patch"]["ours"].readings == {"cpu": [1.0, 3.0], "rate": [7.0]}
    assert found.versions == VERSIONS


def test_the_report_says_of_which_run_a_row_is_however_often_it_is_kept(results):
    first = kept(results)
    again = report(first.table, kept=first.runs)
    (results / "numbers.json").write_text(again.as_json())
    second = kept(results)

    assert "load 0.10 before the run" in second.runs["patch"]
    assert second.runs == first.runs
    assert f"- patch: patch (of an earlier run: {first.runs['patch']})" in again.text()


@pytest.mark.parametrize(
    ("what", "others"),
    [
        ("processor", {"machine": {**MACHINE, "processor": "another"}}),
        ("ours", {"versions": {**VERSIONS, "ours": "docsync run; Python 3.13"}}),
    ],
)
def test_rows_of_another_machine_or_of_other_versions_are_refused(results, what, others):
    with pytest.raises(OtherResultsError, match=what):
        kept(results, **others)


def test_without_results_nothing_is_kept(tmp_path):
    assert attrs.asdict(kept(tmp_path)) == attrs.asdict(Kept())
