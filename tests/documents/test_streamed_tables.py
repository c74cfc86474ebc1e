"""Rows streamed to data sources: what Bokeh's own functions do with them, ours do, too."""

import warnings

import numpy as np
import pandas as pd
import pytest
from bokeh.document import Document
from bokeh.models import ColumnDataSource, Div
from hypothesis import given, settings
from hypothesis import strategies as st

from docsync_trio.documents.speedups import streaming, switch

LENGTHS = st.integers(0, 4)
MAKERS = {
    "floats": lambda n: np.arange(n) / 2,
    "big-endian": lambda n: np.arange(n).astype(">f8"),
    "whole": lambda n: np.arange(n, dtype="int32"),
    "small": lambda n: np.arange(n, dtype="uint8"),
    "complex": lambda n: np.arange(n) * 1j,
    "truths": lambda n: np.arange(n) % 2 == 0,
    "every other": lambda n: np.arange(2.0 * n)[::2],
    "two-dimensional": lambda n: np.zeros((n, 2)),
    "text": lambda n: np.array(list("abcd"[:n])),
    "objects": lambda n: np.array([None, 1, "a", 2.5][:n], dtype=object),
    "days": lambda n: np.arange(n).astype("datetime64[D]"),
    "spans": lambda n: np.arange(n).astype("timedelta64[s]"),
    "masked": lambda n: np.ma.masked_array(np.arange(n), mask=np.arange(n) % 2),
    "list": lambda n: [1, None, "a", float("nan")][:n],
    "tuple": lambda n: (1, 2.0, "a", None)[:n],
    "series": lambda n: pd.Series(range(n), dtype=float),
    "index": lambda n: pd.Index(range(n)),
    "word": lambda n: "abcd"[:n],
    "number": lambda n: n,
}
PLAIN = ("floats", "whole", "list")
ROLLOVERS = st.sampled_from([None] * 4 + [1, 2, 3, 5] * 3 + [0, -1, True, np.int64(2), 1.5, "a"])


@st.composite
def plays(draw):
    """A table and what is streamed to it, as plain data: mostly what fits together."""
    kinds = draw(st.sampled_from([("list", "list"), ("floats", "whole"), ("floats", "list")]))
    streams = draw(st.lists(st.tuples(tables(kinds), ROLLOVERS, BUT_RARELY), max_size=4))
    return draw(tables(kinds)), streams, draw(st.booleans()), draw(BUT_RARELY)


BUT_RARELY = st.sampled_from([False] * 7 + [True])


@st.composite
def tables(draw, kinds):
    """For each name the kind of column, mostly *kinds*, and its length."""
    length, usual = draw(LENGTHS), not draw(BUT_RARELY)
    if usual:
        return {name: (kind, length) for name, kind in zip("xy", kinds, strict=True)}
    names = draw(st.sampled_from([("x", "y")] * 4 + [("x",), (), ("x", "z"), ("x", 1)]))
    column = st.tuples(st.sampled_from(list(MAKERS)), st.sampled_from([length] * 5 + [1]))
    return {name: draw(column) for name in names}


def made(table):
    return {name: MAKERS[kind](length) for name, (kind, length) in table.items()}


def said(table):
    """All that can be seen of the columns of *table*."""
    return {
        name: (type(column), repr(column), getattr(column, "dtype", None), _flags(column))
        for name, column in table.items()
    }


def _flags(column):
    if isinstance(column, np.ndarray):
        return column.flags.c_contiguous, column.flags.writeable
    return ()


def told(table, streams, in_document, raising):
    """All that can be seen of a source to which *streams* are streamed, one after the other."""
    seen = []
    source, document = ColumnDataSource(), Document()
    if in_document:
        document.add_root(Div(text="", tags=[source]))

    def hear(event):
        seen.append((event.kind, event.attr, event.setter, getattr(event, "rollover", 0)))
        if event.kind == "ColumnsStreamed":
            seen.append(said(event.data))

    def changed(attr, old, new):
        seen.append((attr, said(old), said(new), new is source.data))
        if raising:
            raise ZeroDivisionError

    document.on_change(hear)
    source.on_change("data", changed)
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        seen.append(_error(lambda: setattr(source, "data", made(table))))
        for rows, rollover, is_frame in streams:
            before, given = dict(source.data), made(rows)
            frame = _frame(given) if is_frame else given
            stream = source.stream if rollover != 1 else lambda *a: source._stream(*a, setter=9)
            seen.append(_error(lambda stream=stream, new=frame, n=rollover: stream(new, n)))
            seen += (said(source.data), said(given))
            for name, column in source.data.items():
                seen.append([name, column is before.get(name), column is given.get(name)])
                if isinstance(column, np.ndarray):
                    others = [*before.items(), *given.items()]
                    seen.append([n for n, o in others if np.shares_memory(column, np.asarray(o))])
    return [*seen, *((each.category, str(each.message)) for each in warned)]


def _error(call):
    try:
        call()
    except Exception as error:  # noqa: BLE001 - whatever it is has to be the same
        return type(error), str(error).replace("ColumnDataSource", "")[:20]
    return None


def _frame(given):
    try:
        return pd.DataFrame(given)
    except Exception:  # noqa: BLE001 - then they are streamed as they are
        return given


@pytest.fixture(autouse=True)
def as_it_was():
    yield
    switch.slow_down()


@settings(max_examples=100)
@given(plays())
def test_rows_are_taken_refused_and_told_of_as_by_stock_bokeh(play):
    switch.slow_down()
    stock = told(*play)
    switch.install(*switch.REPLACEMENTS)
    assert told(*play) == stock


@pytest.mark.parametrize("kind", PLAIN)
@pytest.mark.parametrize("rollover", [None, 3])
def test_plain_rows_take_the_short_way(monkeypatch, kind, rollover):
    def long_way(*_args):
        raise AssertionError

    switch.speed_up()
    monkeypatch.setattr(streaming, "_stream", long_way)
    source = ColumnDataSource(data={"x": MAKERS[kind](2)})
    source.stream({"x": MAKERS[kind](2)}, rollover)
    assert len(source.data["x"]) == (rollover or 4)


def test_what_is_streamed_can_be_used_again_by_the_application():
    switch.speed_up()
    source, rows = ColumnDataSource(data={"x": np.zeros(2)}), np.ones(2)
    source.stream({"x": rows}, rollover=2)
    rows[:] = 7
    assert list(source.data["x"]) == [1, 1]
