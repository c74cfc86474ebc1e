"""Streaming with a rollover, until all there is has been sent."""

import numpy as np
from bokeh.io import curdoc
from bokeh.layouts import column
from bokeh.models import ColumnDataSource, Div
from bokeh.plotting import figure

LAST = 150
KEPT = 60

random = np.random.RandomState(42)
source = ColumnDataSource({"time": [], "low": [], "high": [], "color": []}, name="candles")
state = Div(name="state", text="streaming")

plot = figure(name="plot", height=350, width=800, x_range=(LAST - KEPT, LAST), y_range=(60, 140))
plot.segment("time", "low", "time", "high", source=source, line_color="color", line_width=3)

time, price = 0, 100.0


def create():
    global time, price
    rows = {"time": [], "low": [], "high": [], "color": []}
    for _ in range(5):
        time += 1
        step = random.normal(0, 2)
        price += step
        rows["time"].append(time)
        rows["low"].append(price - abs(step))
        rows["high"].append(price + abs(step))
        rows["color"].append("green" if step > 0 else "red")
    source.stream(rows, KEPT)
    if time >= LAST:
        curdoc().remove_periodic_callback(callback)
        state.text = "done"


curdoc().add_root(column(state, plot))
callback = curdoc().add_periodic_callback(create, 50)
curdoc().title = "Rollover"
