"""Widgets of many kinds that update one plot."""

import numpy as np
from bokeh.io import curdoc
from bokeh.layouts import column, row
from bokeh.models import (
    CheckboxGroup,
    ColorPicker,
    ColumnDataSource,
    PreText,
    RadioButtonGroup,
    RangeSlider,
    Select,
    Slider,
    TextInput,
)
from bokeh.plotting import figure

FUNCTIONS = {"sine": np.sin, "cosine": np.cos, "sinc": np.sinc}
SIZES = [50, 100, 200]

function = Select(name="function", title="Function", value="sine", options=list(FUNCTIONS))
scale = Slider(name="scale", title="Scale", value=1, start=0, end=5, step=0.25)
span = RangeSlider(name="span", title="From, to", value=(-5, 5), start=-10, end=10, step=1)
size = RadioButtonGroup(name="size", labels=[str(n) for n in SIZES], active=1)
options = CheckboxGroup(name="options", labels=["squared", "upside down"], active=[])
title = TextInput(name="title", title="Title", value="A function")
color = ColorPicker(name="color", title="Color", color="#1f77b4")
summary = PreText(name="summary", width=300)

source = ColumnDataSource({"x": [], "y": []}, name="source")
plot = figure(name="plot", height=400, width=600)
line = plot.line("x", "y", source=source, line_width=3)


def update(attr, old, new):
    x = np.linspace(*span.value, SIZES[size.active])
    y = scale.value * FUNCTIONS[function.value](x)
    if 0 in options.active:
        y = y**2
    if 1 in options.active:
        y = -y
    source.data = {"x": x, "y": y}
    plot.title.text = title.value
    line.glyph.line_color = color.color
    summary.text = f"points {len(x)}\nmean   {y.mean():.6f}\nmax    {y.max():.6f}"


for widget in (function, scale, span, title):
    widget.on_change("value", update)
size.on_change("active", update)
options.on_change("active", update)
color.on_change("color", update)
update(None, None, None)

inputs = column(function, scale, span, size, options, title, color, summary)
curdoc().add_root(row(inputs, plot))
curdoc().title = "Widgets"
