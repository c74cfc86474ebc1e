"""What a digest tells apart, and what it takes for the same."""

from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pytest
from bokeh.core.serialization import Serializer
from hypothesis import given
from hypothesis import strategies as st

from docsync_trio.documents.column_digests import BLOCK, column_of, digest_of

NAN = float("nan")
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.sampled_from([0.0, -0.0, 1.0, NAN, float("inf")]),
    st.sampled_from(["", "1", "nan", "é\ud800"]),
    st.sampled_from([np.float64(1), np.int64(1), np.bool_(1), np.str_("1")]),
    st.sampled_from([date(2024, 1, 1), datetime(2024, 1, 1, tzinfo=UTC)]),
)
lists = st.recursive(
    st.lists(scalars, max_size=4), lambda inner: st.lists(inner, max_size=3), max_leaves=8
)


def digest(value):
    return digest_of(column_of(value))


@given(lists, lists)
def test_lists_with_one_digest_are_written_alike(one, two):
    if digest(one) is not None and digest(one) == digest(two):
        assert repr(Serializer().encode(one)) == repr(Serializer().encode(two))


@given(lists)
def test_a_copy_has_the_digest_of_the_original(values):
    assert digest(values) == digest(list(values))


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ([1, None], [1, NAN]),
        ([1], [True]),
        ([1], [1.0]),
        (["1"], [1]),
        ([[1], [2, 3]], [[1, 2], [3]]),
        ([[1, 2]], [1, 2]),
        ([np.zeros(2)], [np.zeros(2, "float32")]),
        ([np.zeros(2), np.zeros(1)], [np.zeros(1), np.zeros(2)]),
        ([datetime(2024, 1, 1, tzinfo=UTC)], ["2024-01-01 00:00:00+00:00"]),
        (np.zeros(3), np.zeros(3, "float32")),
        (np.zeros(3), [0.0, 0.0, 0.0]),
        (np.zeros((2, 3)), np.zeros((3, 2))),
        (np.zeros((2, 3)), np.zeros(6)),
        (np.zeros((2, 0)), np.zeros((3, 0))),
        (np.array(["a"]), ["a"]),
        (np.array([1.0]), np.array([1])),
    ],
)
def test_what_a_page_would_hold_differently_is_told_apart(one, two):
    assert digest(one) is not None
    assert digest(two) is not None
    assert digest(one) != digest(two)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ([1, 2], (1, 2)),
        (pd.Series([1.5, 2.5]), np.array([1.5, 2.5])),
        (pd.Index(["a", "b"]), np.array(["a", "b"])),
        (np.arange(3), np.arange(3, dtype="int32")),
        (np.array(["2024-01-01"], "M8[D]"), np.array(["2024-01-01"], "M8[ns]")),
        (
            np.arange(6).reshape(2, 3),
            np.arange(12).reshape(2, 6)[:, :3] * 0 + [[0, 1, 2], [3, 4, 5]],
        ),
        ([NAN], [float("nan")]),
        ([np.float32(0.5)], [0.5]),
    ],
)
def test_what_is_written_alike_has_one_digest(one, two):
    assert digest(one) == digest(two) is not None


@pytest.mark.parametrize(
    "value",
    [range(3), np.array(3), np.array([1j]), [object()], [{}], [1j], [np.array([None])], [b"x"]],
)
def test_values_that_are_not_understood_have_no_digest(value):
    assert digest(value) is None


def test_a_column_goes_on_only_where_it_ended():
    values = np.arange(3.0 * BLOCK)
    before = digest(values[: BLOCK + 7])
    assert before.begins(column_of(values))
    assert not before.begins(column_of(values[: BLOCK + 7]))
    assert not before.begins(column_of(values[: BLOCK + 6]))
    assert not before.begins(column_of(values.astype("float32")))
    values[BLOCK + 6] += 1
    assert not before.begins(column_of(values))


def test_blocks_say_which_rows_may_differ():
    values = np.zeros(3 * BLOCK + 5)
    before = digest(values)
    for row in (0, BLOCK, 3 * BLOCK + 4):
        values[row] = 1
    assert before.changed(digest(values)) == [
        slice(0, 2 * BLOCK),
        slice(3 * BLOCK, 3 * BLOCK + 5),
    ]
    assert before.changed(digest(values[1:])) is None
