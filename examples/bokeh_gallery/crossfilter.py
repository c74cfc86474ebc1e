"""Cars compared by any two columns, with selections linked between two plots."""

from bokeh.io import curdoc
from bokeh.layouts import column, row
from bokeh.models import ColumnDataSource, DataTable, Div, Select, TableColumn
from bokeh.palettes import Spectral5
from bokeh.plotting import figure
from bokeh.sampledata.autompg import autompg_clean as cars

NUMBERS = ["mpg", "displ", "hp", "weight", "accel", "yr"]
cars = cars.sort_values(["name", "yr"]).reset_index(drop=True)

source = ColumnDataSource(
    {
        "name": cars["name"],
        "origin": cars["origin"],
        "color": [Spectral5[n % 5] for n in cars["cyl"]],
        **{name: cars[name] for name in NUMBERS},
    },
    name="cars",
)
chosen = ColumnDataSource({"name": [], "mpg": [], "hp": []}, name="chosen")

x = Select(name="x", title="X axis", value="displ", options=NUMBERS)
y = Select(name="y", title="Y axis", value="mpg", options=NUMBERS)
stats = Div(name="stats", text="Nothing selected")
table = DataTable(
    source=chosen,
    columns=[TableColumn(field=name, title=name) for name in ("name", "mpg", "hp")],
    width=400,
    height=200,
)


def scatter(across, up):
    plot = figure(
        name=f"{up} over {across}", height=350, width=450, tools="box_select,tap,reset",
        x_axis_label=across, y_axis_label=up,
    )  # fmt: skip
    plot.scatter(across, up, source=source, color="color", size=7, alpha=0.6, line_color="white")
    return plot


def rebuild(attr, old, new):
    plots.children = [scatter(x.value, y.value), plots.children[1]]


def selected(attr, old, new):
    rows = cars.iloc[sorted(new)]
    chosen.data = {name: rows[name].tolist() for name in ("name", "mpg", "hp")}
    stats.text = (
        f"{len(rows)} cars, {rows['mpg'].mean():.3f} mpg on average" if new else "Nothing selected"
    )


x.on_change("value", rebuild)
y.on_change("value", rebuild)
source.selected.on_change("indices", selected)

plots = row(scatter(x.value, y.value), scatter("weight", "accel"))
curdoc().add_root(column(row(x, y), plots, stats, table))
curdoc().title = "Cross filter"
