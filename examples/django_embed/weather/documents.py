"""What is in the documents: plain functions, as for any server of Bokeh's."""

import numpy as np
from bokeh.layouts import column
from bokeh.models import ColumnDataSource, Div, Select, Slider
from bokeh.plotting import figure

SHAPES = {"triangle": 3, "square": 4, "hexagon": 6}


def sea_surface(document, station):
    """The temperature of the sea at a station, smoothed over some days."""
    days = np.arange(365)
    measured = (
        12 + 6 * np.sin((days - 120) / 58) + np.random.default_rng(len(station)).normal(size=365)
    )
    source = ColumnDataSource({"day": days, "temperature": measured}, name="sea")
    plot = figure(height=300, sizing_mode="stretch_width", title=f"Sea surface at {station}")
    plot.line("day", "temperature", source=source)
    smooth = Slider(name="smooth", title="Smooth over days", start=1, end=30, value=1)

    def update(attr, old, new):
        mean = np.convolve(measured, np.ones(new) / new, mode="same")
        source.data = {"day": days, "temperature": mean}

    smooth.on_change("value", update)
    document.add_root(column(smooth, plot, sizing_mode="stretch_width"))


def shape_viewer(document):
    """A shape, to be chosen."""
    source = ColumnDataSource(corners("square"), name="shape")
    plot = figure(width=300, height=300, match_aspect=True)
    plot.patch("x", "y", source=source, color="#2a7f9e")
    choice = Select(name="choice", value="square", options=list(SHAPES))

    def update(attr, old, new):
        source.data = corners(new)

    choice.on_change("value", update)
    document.add_root(column(choice, plot))
    document.title = "Shapes"


def corners(shape):
    angles = np.linspace(0, 2 * np.pi, SHAPES[shape], endpoint=False)
    return {"x": np.cos(angles), "y": np.sin(angles)}


def home(document, request, title):
    """Who is there, as Django knows."""
    user = request.user.get_username() or "stranger"
    document.add_root(Div(name="greeting", text=f"Welcome {title}, {user}"))
    document.title = f"Home of {user}"
