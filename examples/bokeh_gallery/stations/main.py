"""A station's page: which one is said by the address (?station=...&days=...)."""

from datetime import datetime, timedelta
from os.path import dirname, join

import numpy as np
from bokeh.io import curdoc
from bokeh.layouts import column
from bokeh.models import Button, ColumnDataSource, Div
from bokeh.plotting import figure
from station_log import log

with open(join(dirname(__file__), "stations.txt"), encoding="utf-8") as file:
    stations = dict(line.strip().split(":") for line in file)

context = curdoc().session_context
arguments = context.request.arguments
code = arguments.get("station", [b"hel"])[0].decode()
days = int(arguments.get("days", [b"7"])[0])
first = datetime(2024, 5, 1)

random = np.random.default_rng(sum(code.encode()))
source = ColumnDataSource(
    {
        "day": [first + timedelta(days=n) for n in range(days)],
        "warmth": np.round(12 + random.normal(0, 3, days).cumsum() / 3, 2),
    },
    name="measured",
)

heading = Div(name="heading", text=f"<h2>{stations.get(code, 'unknown')}, {days} days</h2>")
payload = Div(name="payload", text=f"asked for {context.token_payload.get('asked', 'nothing')}")
hooks = Div(name="hooks", text=", ".join(log))
plot = figure(name="plot", x_axis_type="datetime", height=300, width=600)
plot.line("day", "warmth", source=source, line_width=3)
button = Button(name="warmer", label="Warmer")


def warmer():
    source.data = {**source.data, "warmth": np.asarray(source.data["warmth"]) + 1}
    hooks.text = ", ".join(log)


button.on_click(warmer)
curdoc().add_root(column(heading, payload, hooks, button, plot))
curdoc().title = f"Station {stations.get(code, 'unknown')}"
