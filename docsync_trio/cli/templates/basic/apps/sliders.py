"""A wave and two sliders. This script runs once for every visitor."""

import numpy as np
from bokeh.io import curdoc
from bokeh.layouts import column, row
from bokeh.models import ColumnDataSource, Slider
from bokeh.plotting import figure

X = np.linspace(0, 10, 200)


def wave(amplitude, frequency):
    """Return the data of the plot."""
    return {"x": X, "y": amplitude * np.sin(frequency * X)}


def update(attr, old, new):
    source.data = wave(amplitude.value, frequency.value)


source = ColumnDataSource(wave(1, 1), name="wave")
amplitude = Slider(title="Amplitude", start=0, end=5, step=0.1, value=1, name="amplitude")
frequency = Slider(title="Frequency", start=0.1, end=5, step=0.1, value=1, name="frequency")
for slider in (amplitude, frequency):
    slider.on_change("value", update)

plot = figure(
    title="A wave",
    height=380,
    sizing_mode="stretch_width",
    y_range=(-5, 5),
    tools="xpan,xwheel_zoom,reset",
)
plot.line("x", "y", source=source, line_width=3, color="#1f5f78")
plot.x_range.range_padding = 0
plot.outline_line_color = None
plot.toolbar.logo = None

curdoc().title = "Sliders"
curdoc().add_root(
    row(
        column(amplitude, frequency, width=260),
        plot,
        sizing_mode="stretch_width",
        spacing=25,
        margin=20,
    )
)
