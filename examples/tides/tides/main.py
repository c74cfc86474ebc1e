import numpy as np
from bokeh.io import curdoc
from bokeh.models import ColumnDataSource, Div, HoverTool, Select, Slider, Span
from bokeh.plotting import figure
from harbours import HARBOURS, heights, turns

curve = ColumnDataSource({"hour": [], "height": []}, name="curve")
turning = ColumnDataSource({"hour": [], "height": [], "label": []}, name="turning")

harbour = Select(
    name="harbour", title="Harbour", value="Northhaven", options=list(HARBOURS),
    sizing_mode="stretch_width",
)  # fmt: skip
day = Slider(
    name="day", title="First day", value=1, start=1, end=28, step=1, sizing_mode="stretch_width"
)
days = Slider(
    name="days", title="Days shown", value=3, start=1, end=14, step=1, sizing_mode="stretch_width"
)
waters = Div(name="waters", sizing_mode="stretch_width")

plot = figure(
    name="plot",
    title="Height of the tide",
    height=420,
    sizing_mode="stretch_width",
    x_axis_label="hours since the first of the month",
    y_axis_label="metres",
    tools="xpan,xwheel_zoom,reset",
    y_range=(-3, 3),
)
plot.x_range.range_padding = 0
plot.varea("hour", 0, "height", source=curve, color="#2f8fa8", alpha=0.35)
plot.line("hour", "height", source=curve, color="#5cc8d8", width=2.5)
marks = plot.scatter("hour", "height", source=turning, color="#ffcf6b", size=9)
plot.text(
    "hour", "height", "label", source=turning, y_offset=-8, text_align="center",
    text_font_size="11px", text_color="#dbe9f4",
)  # fmt: skip
plot.add_layout(Span(location=0, dimension="width", line_dash="dotted", line_color="#8fb3cc"))
plot.add_tools(HoverTool(renderers=[marks], tooltips=[("hour", "@hour{0.0}"), ("m", "@height")]))


def update(attr, old, new):
    first = (day.value - 1) * 24
    hours = np.arange(first, first + days.value * 24 + 0.1, 0.1)
    levels = heights(harbour.value, hours)
    at, height = turns(hours, levels)
    curve.data = {"hour": hours, "height": levels}
    turning.data = {"hour": at, "height": height, "label": [f"{h:+.1f}" for h in height]}
    waters.text = (
        f"<b>{harbour.value}</b>: highest water {levels.max():.2f} m, lowest {levels.min():.2f} m, "
        f"{len(at)} turns of the tide"
    )


for control in (harbour, day, days):
    control.on_change("value", update)
update(None, None, None)

for root in (harbour, day, days, waters, plot):
    curdoc().add_root(root)
curdoc().title = "Tides"
