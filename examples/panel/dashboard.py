"""A dashboard: what is chosen at the side is in the URL, so that it can be passed on."""

import io

import pandas as pd
import panel as pn
from bokeh.models import HoverTool
from bokeh.palettes import Category10_4
from bokeh.plotting import figure
from production import CAPACITY, production

pn.extension("tabulator", notifications=True)

COLORS = dict(zip(CAPACITY, Category10_4, strict=True))
YEAR = production()

farms = pn.widgets.CheckBoxGroup(name="Farms", value=list(CAPACITY), options=list(CAPACITY))
months = pn.widgets.IntRangeSlider(name="Months", start=1, end=12, value=(1, 12))
smooth = pn.widgets.IntSlider(name="Days to average over", start=1, end=30, value=7)
pn.state.location.sync(farms, {"value": "farms"})
pn.state.location.sync(months, {"value": "months"})
pn.state.location.sync(smooth, {"value": "days"})


def chosen(farms: list[str], months: tuple[int, int]) -> pd.DataFrame:
    """Return the days of *farms* in *months*."""
    return YEAR[YEAR.farm.isin(farms) & YEAR.day.dt.month.between(*months)]


def total(frame: pd.DataFrame) -> pn.viewable.Viewable:
    """Return the three numbers on top."""
    numbers = (
        ("Energy (GWh)", frame.energy.sum() / 1000, "{value:,.0f}"),
        ("Capacity factor", 100 * frame.factor.mean() if len(frame) else 0.0, "{value:.0f} %"),
        ("Days with less than 10 %", int((frame.factor < 0.1).sum()), "{value}"),
    )
    return pn.FlexBox(
        *(
            pn.indicators.Number(
                name=name, value=value, format=shown, font_size="28pt", title_size="12pt"
            )
            for name, value, shown in numbers
        ),
        gap="36px",
    )


def lines(frame: pd.DataFrame, smooth: int) -> figure:
    """Return the plot of averages over *smooth* days."""
    plot = figure(
        x_axis_type="datetime", height=320, sizing_mode="stretch_width", tools="pan,reset"
    )
    for farm, days in frame.groupby("farm"):
        mean = days.set_index("day").energy.rolling(smooth, min_periods=1).mean() / 1000
        plot.line(mean.index, mean, color=COLORS[farm], line_width=2, legend_label=farm, name=farm)
    plot.yaxis.axis_label = "GWh per day"
    plot.add_tools(HoverTool(tooltips=[("farm", "$name"), ("GWh", "@y{0.0}")]))
    plot.legend.visible = not frame.empty
    plot.legend.orientation = "horizontal"
    return plot


def as_csv() -> io.StringIO:
    """Return what the download button sends: made when it is asked for."""
    buffer = io.StringIO()
    frame = chosen(farms.value, months.value)
    frame.to_csv(buffer, index=False)
    buffer.seek(0)
    pn.state.notifications.success(f"{len(frame)} rows")
    return buffer


def rows(frame: pd.DataFrame) -> pd.DataFrame:
    """Return what the table shows."""
    return frame.assign(day=frame.day.dt.strftime("%Y-%m-%d"))


frame = pn.bind(chosen, farms, months)
table = pn.widgets.Tabulator(
    pn.bind(rows, frame),
    pagination="remote",
    page_size=12,
    disabled=True,
    show_index=False,
    hidden_columns=["factor"],
    sizing_mode="stretch_width",
)

pn.template.FastListTemplate(
    title="A year of wind farms",
    theme_toggle=False,
    sidebar=[
        *("### Farms", farms),
        months,
        smooth,
        pn.widgets.FileDownload(callback=as_csv, filename="production.csv", label="Download CSV"),
    ],
    main=[
        pn.bind(total, frame),
        pn.pane.Bokeh(pn.bind(lines, frame, smooth), sizing_mode="stretch_width"),
        table,
    ],
).servable()
