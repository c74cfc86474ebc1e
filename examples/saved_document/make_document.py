"""Writes roses.json: a document that computes in the browser, so that no Python goes with it.

Run it as ``python make_document.py``; the file it writes is all that is served.
"""

import json
from pathlib import Path

import numpy as np
from bokeh.document import Document
from bokeh.layouts import column, row
from bokeh.models import ColumnDataSource, CustomJS, Div, Slider
from bokeh.plotting import figure

POINTS = 720

angles = np.linspace(0, 12 * np.pi, POINTS)
radius = np.cos(5 / 3 * angles)
source = ColumnDataSource(
    {
        "angle": angles.round(5).tolist(),
        "x": (radius * np.cos(angles)).round(5).tolist(),
        "y": (radius * np.sin(angles)).round(5).tolist(),
    },
    name="rose",
)

plot = figure(
    name="plot",
    height=460,
    width=460,
    x_range=(-1.1, 1.1),
    y_range=(-1.1, 1.1),
    match_aspect=True,
    toolbar_location=None,
    tools="",
)
plot.line("x", "y", source=source, line_width=2.5, line_color="#a23e6d", line_alpha=0.85)
plot.outline_line_color = None
plot.grid.grid_line_alpha = 0.4
plot.axis.visible = False

numerator = Slider(name="numerator", title="n", value=5, start=1, end=9, step=1)
denominator = Slider(name="denominator", title="d", value=3, start=1, end=6, step=1)
redraw = CustomJS(
    args={"source": source, "n": numerator, "d": denominator},
    code="""
        const x = [], y = []
        for (const angle of source.data.angle) {
            const radius = Math.cos(n.value / d.value * angle)
            x.push(radius * Math.cos(angle))
            y.push(radius * Math.sin(angle))
        }
        source.data = {...source.data, x, y}
    """,
)
numerator.js_on_change("value", redraw)
denominator.js_on_change("value", redraw)

heading = Div(
    text="""
        <h1 style="margin:0;font-weight:300;color:#7d2c53">Roses</h1>
        <p style="color:#555">The radius is the cosine of <i>n/d</i> times the angle. This page
        comes from a saved document: the sliders are answered in the browser.</p>
    """,
    width=300,
)
document = Document(title="A saved document")
document.add_root(row(column(heading, numerator, denominator, width=300), plot, margin=20))

saved = json.dumps(document.to_json(deferred=False), indent=1)
Path(__file__).with_name("roses.json").write_text(saved + "\n", encoding="utf-8")
