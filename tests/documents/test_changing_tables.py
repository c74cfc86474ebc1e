"""Tables given to data sources: what Bokeh's own functions do with them, ours do, too."""

import numpy as np
import pandas as pd
import pytest
from bokeh.document import Document
from bokeh.models import ColumnDataSource, Div
from hypothesis import given, settings
from hypothesis import strategies as st

from docsync_trio.documents.speedups import switch

NUMBERS = st.sampled_from([0, 1, 2**53, 2**53 + 1, -1])
FLOATS = st.sampled_from([0.0, -0.0, 1.0, float("nan"), float("inf"), 2.0**53])
ARRAYS = st.one_of(
    st.lists(FLOATS, max_size=3).map(lambda v: np.array(v, dtype=float)),
    st.lists(FLOATS, max_size=3).map(lambda v: np.array(v, dtype=">f8")),
    st.lists(NUMBERS, max_size=3).map(lambda v: np.array(v, dtype="int64")),
    st.lists(st.booleans(), max_size=3).map(np.array),
    st.lists(st.text("ab", max_size=2), max_size=3).map(np.array),
    st.lists(FLOATS, min_size=2, max_size=2).map(lambda v: np.array([v, v])),
    st.lists(FLOATS, max_size=3).map(lambda v: np.array(v, dtype=object)),
    st.just(np.array(1.0)),
)
COLUMNS = st.one_of(
    ARRAYS,
    st.lists(st.one_of(NUMBERS, FLOATS, st.text("ab", max_size=2)), max_size=3),
    st.lists(FLOATS, max_size=3).map(tuple),
    st.lists(FLOATS, max_size=3).map(lambda v: pd.Series(v, dtype=float)),
    st.sampled_from([None, 1, "ab", {"a": 1}, {1, 2}]),
)
TABLES = st.one_of(
    st.dictionaries(st.sampled_from(["x", "y", "z"]), COLUMNS, max_size=3),
    st.dictionaries(st.sampled_from(["x", 1, None]), COLUMNS, max_size=2),
    st.sampled_from([None, 1, [1], pd.DataFrame({"x": [1, 2]})]),
)


def told(tables):
    """All that can be seen of a source that is given *tables*, one after the other."""
    seen = []
    source, document = ColumnDataSource(), Document()
    document.add_root(Div(text="", tags=[source]))
    document.on_change(lambda event: seen.append((event.kind, event.cols, event.setter)))
    source.on_change("data", lambda attr, old, new: seen.append((attr, repr(old), repr(new))))
    for table in tables:
        try:
            source.data = table
        except Exception as error:  # noqa: BLE001 - whatever it is has to be the same
            seen.append((type(error), str(error).replace(source.id, "")))
        seen.append((type(source.data), repr(source.data)))
    return seen


@pytest.fixture(autouse=True)
def as_it_was():
    yield
    switch.slow_down()


@pytest.mark.filterwarnings("ignore::bokeh.util.warnings.BokehUserWarning")
@settings(max_examples=60)
@given(st.lists(TABLES, min_size=1, max_size=4))
def test_tables_are_taken_refused_and_told_of_as_by_stock_bokeh(tables):
    switch.slow_down()
    stock = told(tables)
    switch.speed_up()
    assert told(tables) == stock


def test_a_table_that_cannot_be_compared_is_new():
    class Sulky:
        def __eq__(self, other):
            raise ValueError("no")

        __hash__ = None

    tables = [{"x": [Sulky()]}, {"x": [Sulky()]}, {"x": np.array([1.0])}, {"x": [Sulky()]}]
    switch.speed_up()
    assert [kind for kind, *_ in told(tables) if kind == "data"] == ["data"] * 4
