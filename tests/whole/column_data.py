"""An application that gives data sources new tables, and beside each what a page must have then.

A page writes "name:step:turn" into the field. The source of that name is given the table
of that step; the mirror, a source that the page does not know yet, is sent it whole.
"""

import numpy as np
from bokeh.io import curdoc
from bokeh.layouts import column
from bokeh.models import (
    BooleanFilter,
    CDSView,
    ColumnDataSource,
    DataTable,
    Div,
    TableColumn,
    TextInput,
)
from bokeh.plotting import figure

N = 2000
x = np.linspace(0, 1, N)
words = [f"word {i}" for i in range(N)]
days = np.datetime64("2024-01-01") + np.arange(N)
reused = np.zeros(N)


def but(values, *changes):
    """A copy of *values* with some (row, value) changed."""
    values = values.copy()
    for row, value in changes:
        values[row] = value
    return values


def in_place(value):
    reused[:] = value
    return {"x": x, "y": reused}


HALF = N // 2
LISTS = {"x": x.tolist(), "y": words, "z": [None, 1, 2.5, float("nan"), True] * (N // 5)}
TABLES = {
    "same": [{"x": x, "y": words}, {"x": x.copy(), "y": list(words)}],
    "one_column": [{"x": x, "y": x, "z": words}, {"x": x, "y": -x, "z": words}],
    "in_place": [lambda: in_place(1), lambda: in_place(2)],
    "more_columns": [{"x": x, "y": x}, {"x": x, "y": -x, "z": words}],
    "fewer_columns": [{"x": x, "y": x}, {"x": x}],
    "rows_of_arrays": [{"x": x[:HALF], "y": x[:HALF]}, {"x": x, "y": x}],
    "rows_of_lists": [{n: c[:HALF] for n, c in LISTS.items()}, LISTS],
    "rows_of_both": [{"x": x[:HALF], "y": words[:HALF]}, {"x": x, "y": words}],
    "rows_of_objects": [
        {"x": np.array(words[:HALF], dtype=object), "y": np.array(words[:HALF])},
        {"x": np.array(words, dtype=object), "y": np.array(words)},
    ],
    "rows_of_integers": [
        {"x": np.arange(HALF), "y": np.arange(HALF) % 2 == 0},
        {"x": np.arange(N), "y": np.arange(N) % 2 == 0},
    ],
    "rows_of_days": [{"x": days[:HALF], "y": x[:HALF]}, {"x": days, "y": x}],
    "rows_of_dates": [
        {"x": [date.item() for date in days[:HALF]]},
        {"x": [date.item() for date in days]},
    ],
    "larger_integers": [
        {"x": np.arange(HALF)},
        {"x": np.append(np.arange(HALF), [2**40] * HALF)},
    ],
    "fewer_rows": [{"x": x, "y": words}, {"x": x[:HALF], "y": words[:HALF]}],
    "few_rows": [
        {"x": x, "y": words, "z": x},
        {"x": but(x, (0, np.nan), (700, np.inf)), "y": but(words, (1999, "last")), "z": x},
    ],
    "few_rows_of_lists": [LISTS, {**LISTS, "z": but(LISTS["z"], (5, None), (1000, 7))}],
    "few_rows_of_objects": [
        {"x": np.array(words, dtype=object)},
        {"x": but(np.array(words, dtype=object), (3, None))},
    ],
    "kind_of_number": [{"x": x, "y": x}, {"x": x, "y": x.astype("float32")}],
    "array_to_list": [{"x": x, "y": x}, {"x": x, "y": x.tolist()}],
    "nan_to_none": [{"x": LISTS["z"], "y": x}, {"x": but(LISTS["z"], (3, None)), "y": x}],
    "square": [
        {"x": np.zeros((300, 3)), "y": x[:300]},
        {"x": np.ones((300, 3)), "y": x[:300]},
    ],
    "square_rows": [
        {"x": np.zeros((300, 3)), "y": x[:300]},
        {"x": np.zeros((600, 3)), "y": x[:600]},
    ],
    "lines": [
        {"x": [[1.0, 2.0], [3.0]] * 300, "y": [np.zeros(3), np.ones(2)] * 300},
        {"x": [[1.0, 2.0], [3.0, 4.0]] * 300, "y": [np.zeros(3), np.ones(2)] * 300},
    ],
    "held_by_the_page": [{"x": x, "y": x}, {"x": x, "y": but(x, (9, 9.0))}],
    "edited_in_the_page": [{"x": x, "y": x}, {"x": x, "y": x}],
    "drawn": [
        {"x": x[:HALF], "y": x[:HALF]},
        {"x": x, "y": x},
        {"x": x, "y": but(x, (5, 0.5))},
        {"x": x, "y": 1 - x},
    ],
}


def serve():
    sources = {name: ColumnDataSource(name=name, data={"x": [], "y": []}) for name in TABLES}
    shelf = Div(tags=[*sources.values()])
    mirror = Div()
    field = TextInput(name="field")

    def give(attr, old, new):
        name, step, _ = new.split(":")
        table = TABLES[name][int(step)]
        table = table() if callable(table) else table
        sources[name].data = dict(table)
        mirror.tags = [ColumnDataSource(name=new, data=dict(table))]

    field.on_change("value", give)
    drawn = sources["drawn"]
    even = CDSView(filter=BooleanFilter(booleans=[i % 2 == 0 for i in range(N)]))
    plot = figure(name="plot", height=200, tools="")
    plot.scatter("x", "y", source=drawn, view=even, name="points")
    table = DataTable(
        source=drawn, view=even, columns=[TableColumn(field=each) for each in "xy"], height=100
    )
    curdoc().add_root(column(field, plot, table, shelf, mirror))


if __name__.startswith("bokeh_app"):
    serve()
