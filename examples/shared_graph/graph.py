"""A curve that all who are in one room move together, and points that they set on it."""

from html import escape

import numpy as np
from bokeh.events import DocumentReady, Tap
from bokeh.io import curdoc
from bokeh.layouts import column, row
from bokeh.models import ColumnDataSource, Div, Slider, TextInput
from bokeh.plotting import figure

COLORS = ["#1f5f78", "#c0392b", "#2e7d32", "#8e44ad", "#d35400", "#455a64"]

document = curdoc()
groups = document.session_context.groups
arguments = document.session_context.request.arguments
room = "room " + arguments.get("room", [b"harbor"])[0].decode(errors="replace")
color = COLORS[int(groups.id, 16) % len(COLORS)]

name = TextInput(name="name", title="Your name", value="somebody", width=200)
sliders = {
    "petals": Slider(name="petals", title="Petals", value=5, start=1, end=12, step=1, width=200),
    "depth": Slider(name="depth", title="Depth", value=0.6, start=0, end=1, step=0.05, width=200),
}
curve = ColumnDataSource({"x": [], "y": []}, name="curve")
points = ColumnDataSource({"x": [], "y": [], "color": []}, name="points")
present = Div(name="present", width=200)
news = Div(name="news", width=600)

plot = figure(
    name="plot", width=520, height=520, x_range=(-2.2, 2.2), y_range=(-2.2, 2.2),
    title="Click to set a point", tools="", toolbar_location=None,
)  # fmt: skip
plot.line("x", "y", source=curve, color="#9ab8c7", width=3)
plot.scatter("x", "y", source=points, color="color", size=11)

# What all in the room have agreed on, as far as this session knows.
agreed = {key: slider.value for key, slider in sliders.items()}


def draw():
    angle = np.linspace(0, 2 * np.pi, 600)
    radius = 1 + agreed["depth"] * np.cos(agreed["petals"] * angle)
    curve.data = {"x": radius * np.cos(angle), "y": radius * np.sin(angle)}


def move(key):
    def moved(_attr, _old, new):
        # Not what came from the others: they know.
        if agreed[key] != new:
            agreed[key] = new
            draw()
            groups.send(room, {"values": {key: new}})

    return moved


def tap(event):
    point = {"x": [event.x], "y": [event.y], "color": [color]}
    points.stream(point)
    groups.send(room, {"points": point})


def take(message, sender):
    if "ask" in message:
        # The one who has been here longest tells newcomers how things are.
        if groups.members(room)[0].id == groups.id:
            everything = {key: list(values) for key, values in points.data.items()}
            groups.send(room, {"values": agreed, "all_points": everything})
        return
    for key, value in message.get("values", {}).items():
        agreed[key] = sliders[key].value = value
        news.text = f"{escape(sender.info['name'])} set {key} to {value}"
    draw()
    if "points" in message:
        points.stream(message["points"])
        news.text = f"{escape(sender.info['name'])} set a point"
    if "all_points" in message:
        points.data = message["all_points"]


def show_who_is_there(members):
    lines = (
        f"<li style='color:{escape(member.info['color'])}'>{escape(member.info['name'])}</li>"
        for member in members
    )
    present.text = f"In this {escape(room)}:<ul>{''.join(lines)}</ul>"


def enter():
    groups.join(room, {"name": name.value, "color": color})


def ready(_event):
    # Only now somebody looks at the page: robots are not listed.
    enter()
    groups.send(room, {"ask": "how are things?"})


groups.on_group_message(room, take)
groups.on_presence(room, show_who_is_there)
document.on_event(DocumentReady, ready)
plot.on_event(Tap, tap)
name.on_change("value", lambda _attr, _old, _new: enter())
for key, slider in sliders.items():
    slider.on_change("value", move(key))

draw()
controls = column(name, *sliders.values(), present, spacing=10)
document.add_root(column(row(plot, controls, spacing=25), news, margin=20))
document.title = "Shared graph"
