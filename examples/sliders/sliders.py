"""A wave built from harmonics: every slider makes the server compute it anew."""

import argparse

import numpy as np
from bokeh.io import curdoc
from bokeh.layouts import column, row
from bokeh.models import ColumnDataSource, Div, Select, Slider
from bokeh.plotting import figure

parser = argparse.ArgumentParser()
parser.add_argument("--points", type=int, default=400)
points = parser.parse_args().points

x = np.linspace(0, 4 * np.pi, points)
shapes = {"Sine": [1], "Square": [1, 3, 5, 7, 9], "Saw tooth": list(range(1, 10))}

shape = Select(name="shape", title="Shape", value="Square", options=list(shapes))
amplitude = Slider(name="amplitude", title="Amplitude", value=1.0, start=0.0, end=3.0, step=0.1)
frequency = Slider(name="frequency", title="Frequency", value=1.0, start=0.2, end=3.0, step=0.1)
phase = Slider(name="phase", title="Phase", value=0.0, start=0.0, end=6.2, step=0.1)
offset = Slider(name="offset", title="Offset", value=0.0, start=-2.0, end=2.0, step=0.1)
sliders = [amplitude, frequency, phase, offset]


def wave():
    angle = frequency.value * x + phase.value
    harmonics = sum(np.sin(n * angle) / n for n in shapes[shape.value])
    base = amplitude.value * np.sin(angle) + offset.value
    return {"x": x, "y": amplitude.value * harmonics + offset.value, "base": base}


source = ColumnDataSource(wave(), name="wave")

plot = figure(
    name="plot",
    height=430,
    sizing_mode="stretch_width",
    y_range=(-4.5, 4.5),
    x_axis_label="time",
    y_axis_label="height",
    tools="pan,wheel_zoom,box_zoom,reset,save",
)
plot.varea("x", 0, "y", source=source, color="#2a7f9e", alpha=0.15)
plot.line(
    "x", "base", source=source, color="#e07a3f", dash="dashed", width=1.5, legend_label="base"
)
plot.line("x", "y", source=source, color="#2a7f9e", width=3, legend_label="sum of harmonics")
plot.outline_line_color = None
plot.grid.grid_line_alpha = 0.5
plot.legend.location = "top_right"
plot.legend.orientation = "horizontal"
plot.legend.border_line_color = None
plot.toolbar.logo = None

readout = Div(name="readout", styles={"font-size": "14px", "color": "#555"})


def describe():
    low, high = source.data["y"].min(), source.data["y"].max()
    readout.text = f"Lowest <b>{low:.2f}</b>, highest <b>{high:.2f}</b>, {points} points"


def update(attr, old, new):
    source.data = wave()
    describe()


for control in [shape, *sliders]:
    control.on_change("value", update)
describe()

heading = Div(
    text="<h1 style='margin:0;font-weight:300;color:#1f5f78'>Waves</h1>",
    sizing_mode="stretch_width",
)
controls = column(shape, *sliders, readout, width=280)
curdoc().add_root(
    column(
        heading,
        row(controls, plot, sizing_mode="stretch_width", spacing=25),
        sizing_mode="stretch_width",
        margin=20,
    )
)
curdoc().title = "Sliders"
