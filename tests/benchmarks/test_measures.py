import pytest

from benchmarks.measures import CPU, P99, RATE, Figure, percentile


def test_a_figure_is_the_median_of_all_turns():
    assert CPU.of([3.0, 1.0, 9.0, 2.0]) == 2.5


def test_the_99th_of_a_hundred_readings_leaves_one_out():
    assert P99.of([float(n) for n in range(1, 101)]) == 99


def test_the_p99_of_few_readings_is_the_largest():
    assert percentile([5.0, 7.0], 99) == 7


def test_a_worst_case_is_the_largest_reading():
    assert Figure("wait", "worst", "ms", "max").of([1.0, 30.0, 2.0]) == 30


def test_no_readings_give_no_number():
    assert CPU.of([]) is None


@pytest.mark.parametrize(("ours", "theirs"), [(None, 1.0), (1.0, None), (1.0, 0.0)])
def test_a_ratio_of_what_is_missing_is_none(ours, theirs):
    assert CPU.ratio(ours, theirs) is None


def test_the_best_has_the_least_and_of_rates_the_most():
    values = {"a": 1.0, "b": 2.0, "c": None}
    assert CPU.best(values) == "a"
    assert RATE.best(values) == "b"
    assert CPU.best({"c": None}) is None
