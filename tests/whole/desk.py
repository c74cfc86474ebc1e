"""An application for the tests of reconnecting: arrays of every kind, and things to change."""

import sys

import numpy as np
from bokeh.layouts import column
from bokeh.models import (
    Button,
    ColumnDataSource,
    DataTable,
    Div,
    NumberEditor,
    Select,
    Slider,
    Spacer,
    TableColumn,
    TextInput,
)
from bokeh.plotting import curdoc, figure

ROWS = 20_000


def arrays(scale):
    x = np.linspace(0, 10, ROWS)
    return {
        "x": x,
        "single": np.sin(x * scale).astype("float32"),
        "whole": (x * scale).astype("int32"),
        "small": np.arange(ROWS).astype("uint8"),
        "when": np.arange(ROWS).astype("datetime64[s]"),
        "name": [f"row {i}" for i in range(ROWS)],
        "gaps": np.where(np.arange(ROWS) % 7 == 0, np.nan, x),
    }


document = curdoc()
source = ColumnDataSource(arrays(1), name="source")
picture = ColumnDataSource({"image": [np.arange(64.0 * 64).reshape(64, 64)]}, name="picture")
table = ColumnDataSource({"city": ["Aby", "Bo", "Cul"], "count": [1, 2, 3]}, name="table")
scale = Slider(name="scale", start=1, end=10, step=1, value=1, title="Scale")
speed = Slider(name="speed", start=0, end=100, step=1, value=10, title="Speed")
remark = TextInput(name="remark", value="", title="Remark")
colour = Select(name="colour", value="navy", options=["navy", "olive", "tomato"], title="Colour")
log = Div(name="log", text="0 changes")
late = Button(name="late", label="Add a model")
plot = figure(name="plot", height=250, width=500, x_range=(0, 10))
plot.line("x", "single", source=source)
plot.image("image", x=0, y=0, dw=10, dh=1, source=picture, alpha=0.3)
changes = []


def rescale(attr, old, new):
    source.data = arrays(new)
    picture.data = {"image": [np.full((64, 64), float(new))]}


def note(attr, old, new):
    changes.append(new)
    log.text = f"{len(changes)} changes: {changes[-1]}"


def add():
    changes.append("pressed")
    document.add_root(Div(name="added", text="added later"))


scale.on_change("value", rescale)
for widget in (speed, remark, colour):
    widget.on_change("value", note)
late.on_click(add)
columns = [
    TableColumn(field="city", title="City"),
    TableColumn(field="count", title="Count", editor=NumberEditor()),
]
document.add_root(
    column(
        scale,
        plot,
        Spacer(height=900),
        speed,
        remark,
        colour,
        log,
        late,
        DataTable(name="grid", source=table, columns=columns, editable=True, height=120),
        Spacer(height=900),
    )
)
document.title = "Desk"
document.config.reconnect_session = "--alone" not in sys.argv
document.config.notify_connection_status = "--mute" not in sys.argv
