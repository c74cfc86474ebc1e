"""A monitor: every second what is new goes to the page, and no more."""

import panel as pn
import turbines
from bokeh.models import ColumnDataSource
from bokeh.palettes import Category10_3
from bokeh.plotting import figure

pn.extension(notifications=True)

LOW = 0.5
source = ColumnDataSource(
    {key: [one[key] for one in turbines.measured] for key in ("time", *turbines.NAMES)}
)

plot = figure(x_axis_type="datetime", height=340, sizing_mode="stretch_width", tools="")
for name, color in zip(turbines.NAMES, Category10_3, strict=True):
    plot.line("time", name, source=source, color=color, line_width=2, legend_label=name)
plot.x_range.follow, plot.x_range.follow_interval = "end", 60_000
plot.y_range.start, plot.y_range.end = 0, 6
plot.yaxis.axis_label = "MW"
plot.legend.location = "top_left"

trends = {
    name: pn.indicators.Trend(
        name=f"{name}, MW",
        data={"x": [0], "y": [turbines.measured[-1][name]]},
        plot_type="area",
        height=170,
        width=200,
    )
    for name in turbines.NAMES
}
paused = pn.widgets.Toggle(name="Pause", button_type="primary", width=120)
pn.state.location.sync(paused, {"value": "paused"})
low: set[str] = set()


def refresh() -> None:
    """Send what was measured since the last time."""
    last = source.data["time"][-1]
    new = [one for one in turbines.measured if one["time"] > last]
    if paused.value or not new:
        return
    with pn.io.hold():
        source.stream({key: [one[key] for one in new] for key in source.data}, turbines.KEPT)
        for name, trend in trends.items():
            x = trend.data["x"][-1] + 1
            trend.stream({"x": [x], "y": [round(new[-1][name], 2)]}, rollover=30)
    tell_of_low({name for name in turbines.NAMES if new[-1][name] < LOW})


def tell_of_low(now: set[str]) -> None:
    """Say it once when a turbine begins to give little."""
    for name in now - low:
        pn.state.notifications.warning(f"{name} gives less than {LOW} MW")
    low.clear()
    low.update(now)


pn.state.add_periodic_callback(refresh, period=1000)

pn.template.MaterialTemplate(
    title="Turbines now",
    main=[pn.Row(*trends.values()), pn.pane.Bokeh(plot, sizing_mode="stretch_width"), paused],
).servable()
