"""While `drive` is not 0, two columns grow by 1,000 values 50 times a second."""

import numpy as np
from bokeh.io import curdoc
from bokeh.layouts import column
from bokeh.models import ColumnDataSource, Slider
from bokeh.plotting import figure

TICK = 1000
source = ColumnDataSource(data={"x": np.arange(TICK, dtype=float), "y": np.zeros(TICK)})
plot = figure(width=600, height=300)
plot.line("x", "y", source=source)
drive = Slider(name="drive", title="drive", start=0, end=1_000_000, value=0, step=1)
running = []


def tick():
    last = source.data["x"][-1]
    x = np.arange(last + 1, last + 1 + TICK)
    source.stream({"x": x, "y": np.sin(x)}, rollover=TICK)


def moved(attr, old, new):
    if new and not running:
        running.append(curdoc().add_periodic_callback(tick, 20))
    elif running and not new:
        curdoc().remove_periodic_callback(running.pop())


drive.on_change("value", moved)
curdoc().add_root(column(plot, drive))
