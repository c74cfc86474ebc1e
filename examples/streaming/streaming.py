"""A random walk that grows while you watch; each visitor has one of their own."""

import numpy as np
from bokeh.io import curdoc
from bokeh.layouts import column, row
from bokeh.models import ColumnDataSource, Div, Slider, Toggle
from bokeh.plotting import figure

AVERAGED = 20
KEPT = 400

document = curdoc()
random = np.random.default_rng(7)
recent = [100.0]

source = ColumnDataSource({"step": [0], "value": [100.0], "average": [100.0]}, name="walk")
changes = ColumnDataSource({"left": [], "right": [], "count": []}, name="changes")

walk = figure(
    name="walk_plot",
    title="Value and moving average",
    height=300,
    sizing_mode="stretch_width",
    y_axis_label="value",
    tools="xpan,xwheel_zoom,reset,save",
)
walk.x_range.follow = "end"
walk.x_range.follow_interval = KEPT
walk.x_range.range_padding = 0
walk.line("step", "value", source=source, color="#9ab8c7", width=1.5, legend_label="value")
walk.line("step", "average", source=source, color="#c0392b", width=2.5, legend_label="average")
walk.legend.location = "top_left"
walk.legend.background_fill_alpha = 0.6

bars = figure(
    title="Changes from step to step",
    height=180,
    sizing_mode="stretch_width",
    y_axis_label="count",
    toolbar_location=None,
    tools="",
)
bars.quad(
    left="left", right="right", bottom=0, top="count", source=changes, color="#9ab8c7",
    line_color="white",
)  # fmt: skip
bars.y_range.start = 0
for plot in (walk, bars):
    plot.outline_line_color = None
    plot.toolbar.logo = None

running = Toggle(name="running", label="Pause", active=True, button_type="primary", width=120)
pace = Slider(name="pace", title="Points per tick", value=4, start=1, end=20, step=1, width=250)
readout = Div(name="readout", styles={"font-size": "14px", "color": "#555", "padding-top": "14px"})


def tick():
    last = int(source.data["step"][-1])
    new = {"step": [], "value": [], "average": []}
    for step in range(last + 1, last + 1 + pace.value):
        recent.append(recent[-1] + random.normal(0.02, 0.8))
        new["step"].append(step)
        new["value"].append(recent[-1])
        new["average"].append(float(np.mean(recent[-AVERAGED:])))
    del recent[:-KEPT]
    source.stream(new, rollover=KEPT)
    counts, edges = np.histogram(np.diff(recent), bins=24, range=(-3, 3))
    changes.data = {"left": edges[:-1], "right": edges[1:], "count": counts}
    readout.text = f"Step <b>{new['step'][-1]}</b>, value <b>{recent[-1]:.2f}</b>"


callback = document.add_periodic_callback(tick, 100)


def start_or_pause(attr, old, new):
    global callback
    running.label = "Pause" if new else "Go on"
    if new:
        callback = document.add_periodic_callback(tick, 100)
    else:
        document.remove_periodic_callback(callback)


running.on_change("active", start_or_pause)

document.add_root(
    column(
        Div(text="<h1 style='margin:0;font-weight:300;color:#1f5f78'>A random walk</h1>"),
        row(running, pace, readout, spacing=20),
        walk,
        bars,
        sizing_mode="stretch_width",
        margin=20,
    )
)
document.title = "Streaming"
