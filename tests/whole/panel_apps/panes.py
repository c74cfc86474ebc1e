"""Panes that show what other libraries make, each with what comes back from the browser."""

import altair as alt
import holoviews as hv
import numpy as np
import pandas as pd
import panel as pn
import plotly.graph_objects as go
from holoviews import streams

pn.extension("plotly", "vega")
hv.extension("bokeh")

table = pd.DataFrame({"x": [1, 2, 3, 4], "y": [3, 1, 4, 1]})
count = pn.widgets.IntSlider(name="count", start=10, end=100, value=20)


def curve(n):
    return hv.Curve((np.arange(n), np.arange(n) ** 2)).opts(width=280, height=180)


moving = hv.DynamicMap(curve, streams={"n": count.param.value}).opts(framewise=True)
where = streams.RangeX(source=moving)


def ranged(x_range):
    low, high = x_range or (0, 0)
    return f"from {low:.0f} to {high:.0f}"


tapped = streams.Tap(x=0, y=0)
points = hv.Points(table).opts(width=280, height=180, size=12)
tapped.source = points


def tap_text(x, y):
    return f"tapped {x:.1f}"


chart = pn.pane.Vega(
    alt.Chart(table).mark_bar().encode(x="x:O", y="y:Q").properties(width=200, height=120)
)
plot = pn.pane.Plotly(go.Figure(go.Scatter(x=[1, 2, 3], y=[2, 1, 3])), width=300, height=220)
new_y = pn.widgets.Button(name="new figure")


def change(event):
    plot.object = go.Figure(go.Bar(x=[1, 2], y=[5, 6]))
    chart.object = alt.Chart(table).mark_line().encode(x="x:Q", y="y:Q")


new_y.on_click(change)
pn.Row(
    pn.Column(
        count,
        pn.pane.HoloViews(moving),
        pn.bind(ranged, where.param.x_range),
        pn.pane.HoloViews(points),
        pn.bind(tap_text, tapped.param.x, tapped.param.y),
    ),
    pn.Column(chart, plot, new_y),
).servable()
