"""What each visitor sees of the feed."""

from apps.feed import MACHINES, as_columns, history
from bokeh.layouts import column, row
from bokeh.models import ColumnDataSource, Div, RadioButtonGroup
from bokeh.plotting import figure

COLORS = dict(zip(MACHINES, ("#1f5f78", "#e07a3f", "#5a9e6f"), strict=True))
SPANS = {"30 seconds": 30, "1 minute": 60, "all": None}


async def show(document):
    """Fill the document of one visitor; `feed` then keeps it up to date.

    It is `async`, so it runs between two steps of the task, not in a thread beside it.
    """
    source = ColumnDataSource(as_columns(list(history)), name="feed")
    plot = power_plot(source)
    span = RadioButtonGroup(name="span", labels=list(SPANS), active=0)

    def change_span(attr, old, new):
        seconds = SPANS[span.labels[new]]
        plot.x_range.follow_interval = None if seconds is None else seconds * 1000

    span.on_change("active", change_span)
    change_span("active", None, span.active)
    heading = Div(text="<h1 style='margin:0;font-weight:300;color:#1f5f78'>Power, live</h1>")
    document.add_root(
        column(
            row(heading, span, sizing_mode="stretch_width", spacing=30),
            row(*(tile(machine) for machine in MACHINES), spacing=20),
            plot,
            sizing_mode="stretch_width",
            margin=20,
            spacing=10,
        )
    )
    document.title = "Live feed"


def tile(machine):
    """The latest value of one machine, large."""
    style = {"border-left": f"5px solid {COLORS[machine]}", "padding-left": "12px"}
    name = Div(text=machine, styles={"color": "#666"})
    value = Div(name=machine, text="…", styles={"font-size": "24px"})
    return column(name, value, width=180, styles=style)


def power_plot(source):
    """One line for each machine; the x axis follows the newest row."""
    plot = figure(
        name="plot",
        height=380,
        sizing_mode="stretch_width",
        x_axis_type="datetime",
        y_axis_label="kW",
        tools="xpan,xwheel_zoom,reset",
    )
    for machine in MACHINES:
        plot.line(
            "time",
            machine,
            source=source,
            color=COLORS[machine],
            line_width=2,
            legend_label=machine,
        )
    plot.x_range.follow = "end"
    plot.x_range.range_padding = 0
    plot.legend.location = "top_left"
    plot.legend.orientation = "horizontal"
    plot.legend.click_policy = "mute"
    plot.outline_line_color = None
    plot.toolbar.logo = None
    return plot
