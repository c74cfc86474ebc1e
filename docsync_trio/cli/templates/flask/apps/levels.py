"""Water levels of a harbor: the document that the pages embed, one for each visitor."""

import numpy as np
from bokeh.layouts import column
from bokeh.models import ColumnDataSource, Slider
from bokeh.plotting import figure

HARBORS = {"Aber": 2.1, "Brook": 3.4, "Cove": 1.2}
"""How high the tide is, in meters."""

HOURS = np.linspace(0, 48, 300)


def levels(harbor, day):
    """Return the data of the plot: two days of water levels from *day* on."""
    return {"hour": HOURS, "level": HARBORS[harbor] * np.sin((HOURS + 24 * day) / 1.977)}


def show(document):
    """Fill the document of one visitor, for the harbor that the page has named."""
    named = document.session_context.request.arguments.get("harbor", [b""])[0].decode()
    harbor = named if named in HARBORS else next(iter(HARBORS))
    source = ColumnDataSource(levels(harbor, 0), name="levels")
    plot = figure(
        height=320,
        sizing_mode="stretch_width",
        x_axis_label="hour",
        y_axis_label="meters",
        y_range=(-4, 4),
        tools="xpan,xwheel_zoom,reset",
    )
    plot.varea("hour", 0, "level", source=source, color="#2f8fa8", alpha=0.25)
    plot.line("hour", "level", source=source, width=3, color="#2f8fa8")
    plot.x_range.range_padding = 0
    plot.outline_line_color = None
    plot.toolbar.logo = None
    day = Slider(name="day", title="Day", start=0, end=14, value=0, step=1)

    def update(attr, old, new):
        source.data = levels(harbor, new)

    day.on_change("value", update)
    document.add_root(column(day, plot, sizing_mode="stretch_width"))
