"""Three roots, placed one by one in a template that gets a variable, too."""

import numpy as np
from bokeh.io import curdoc
from bokeh.models import ColumnDataSource, Select, TableColumn
from bokeh.models.widgets import DataTable
from bokeh.plotting import figure

SEED = 2024
QUARTERS = ["Q1", "Q2", "Q3", "Q4"]
REGIONS = ["North", "East", "South", "West"]

sales = np.random.default_rng(SEED).integers(20, 100, size=(len(REGIONS), len(QUARTERS)))
source = ColumnDataSource({"quarter": QUARTERS, "sold": sales[0]}, name="sales")

region = Select(name="region", title="Region", value="North", options=REGIONS)
plot = figure(name="plot", x_range=QUARTERS, height=300, width=500, y_range=(0, 110))
plot.vbar("quarter", top="sold", width=0.7, source=source)
table = DataTable(
    name="table",
    source=source,
    columns=[TableColumn(field=name, title=name) for name in ("quarter", "sold")],
    width=250,
    height=200,
)


def update(attr, old, new):
    source.data = {"quarter": QUARTERS, "sold": sales[REGIONS.index(new)]}


region.on_change("value", update)
for root in (region, plot, table):
    curdoc().add_root(root)
curdoc().template_variables["regions"] = REGIONS
curdoc().title = "Dashboard"
