"""34 models: a line of 1,000 points and two sliders. Moving `drive` sets 16 kB of arrays."""

import numpy as np
from bokeh.io import curdoc
from bokeh.layouts import column
from bokeh.models import ColumnDataSource, Slider
from bokeh.plotting import figure

x = np.linspace(0, 10, 1000)
source = ColumnDataSource(data={"x": x, "y": np.sin(x)})
plot = figure(width=600, height=300, tools="pan,wheel_zoom,reset,save,help")
plot.line("x", "y", source=source)
drive = Slider(name="drive", title="drive", start=0, end=1_000_000, value=0, step=1)
other = Slider(name="other", title="other", start=0, end=10, value=0, step=1)


def moved(attr, old, new):
    source.data = {"x": x + new, "y": np.sin(x + new)}


drive.on_change("value", moved)
curdoc().add_root(column(plot, drive, other))
