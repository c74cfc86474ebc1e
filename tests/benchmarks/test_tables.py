from benchmarks.measures import CPU, RATE, Row
from benchmarks.tables import lines, markdown, numbers_table, ratios_table, short
from benchmarks.turns import Cell

ROW = Row("patch", "a slider", (CPU, RATE), measure=lambda server, times: {})
TABLE = {
    "patch": {
        "ours": Cell({"cpu": [1.0, 3.0], "rate": [600.0]}),
        "a": Cell({"cpu": [4.0], "rate": [200.0]}),
        "b": Cell({"cpu": [8.0], "rate": [300.0]}),
        "gone": Cell(trouble="it fell over"),
    }
}


def test_each_figure_has_a_line_with_a_number_for_every_server():
    cpu, rate = lines([ROW], TABLE)
    assert cpu.numbers == {"ours": 2.0, "a": 4.0, "b": 8.0, "gone": None}
    assert rate.label == "patch: rate, /s"


def test_ratios_name_the_best_peer_by_what_is_better():
    text = ratios_table(lines([ROW], TABLE), "ours", peers=["a", "b", "gone"])
    assert "0.50 (a)" in text
    assert "2.00 (b)" in text


def test_a_revision_is_no_peer():
    text = ratios_table(lines([ROW], TABLE), "ours", peers=[], revisions=["a"])
    assert "best" not in text
    assert "0.50" in text


def test_who_gave_nothing_has_a_dash():
    assert "–" in numbers_table(lines([ROW], TABLE), ["ours", "gone"])


def test_numbers_have_the_digits_that_mean_something():
    assert [short(n) for n in (None, 0.01234, 12.345, 123456.7)] == [
        "–",
        "0.0123",
        "12.3",
        "123,457",
    ]


def test_columns_are_lined_up():
    expected = ["|      |    x |", "| ---- | ---: |", "| long |    1 |", "| b    | 1000 |"]
    assert markdown(["", "x"], [["long", "1"], ["b", "1000"]]).splitlines() == expected
