"""About 2,000 models: 46 plots, each with a slider above it."""

import numpy as np
from bokeh.io import curdoc
from bokeh.layouts import column, gridplot
from bokeh.models import ColumnDataSource, Slider
from bokeh.plotting import figure

x = np.linspace(0, 10, 100)


def panel(number):
    source = ColumnDataSource(data={"x": x, "y": np.sin(x * number)})
    plot = figure(width=200, height=150, title=f"wave {number}")
    plot.line("x", "y", source=source)
    plot.scatter("x", "y", source=source, size=3)
    name = "drive" if number == 1 else f"wave {number}"
    return column(Slider(name=name, title=f"wave {number}", start=0, end=10, value=1, step=1), plot)


curdoc().add_root(gridplot([panel(number) for number in range(1, 47)], ncols=5))
