"""Energy of a building: three linked plots. This script runs once for every visitor.

What is selected in one plot is selected in all, as they share one data source. The server
computes the means of what is selected.
"""

from bokeh.io import curdoc
from bokeh.models import CDSView, ColumnDataSource, Div, GroupFilter, HoverTool, Select, Switch
from bokeh.plotting import figure
from energy_data import BUILDINGS, days, monthly

MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
KINDS = {"workday": "#2f7f9e", "weekend": "#e9a23b"}

document = curdoc()
source = ColumnDataSource({"date": [], "temperature": [], "kwh": [], "kind": []}, name="days")
bars = ColumnDataSource({"month": MONTHS, "kwh": [0] * 12}, name="months")

building = Select(name="building", title="Building", value="Library", options=list(BUILDINGS))
weekends = Switch(name="weekends", active=True)
cards = [Div(name=name) for name in ("count", "mean", "warmth")]


def scatter(name, x, **options):
    """One dot for each day, in the color of its kind."""
    plot = figure(
        name=name,
        sizing_mode="stretch_width",
        tools="pan,box_select,lasso_select,wheel_zoom,reset",
        active_drag="box_select",
        y_axis_label="kWh a day",
        **options,
    )
    for kind, color in KINDS.items():
        view = CDSView(filter=GroupFilter(column_name="kind", group=kind))
        plot.scatter(
            x,
            "kwh",
            source=source,
            view=view,
            color=color,
            size=7,
            alpha=0.75,
            nonselection_alpha=0.08,
            legend_label=kind,
        )
    plot.add_tools(
        HoverTool(
            tooltips=[
                ("day", "@date{%F}"),
                ("outside", "@temperature{0.0} °C"),
                ("kWh", "@kwh{0}"),
            ],
            formatters={"@date": "datetime"},
        )
    )
    plot.legend.orientation = "horizontal"
    return plot


year = scatter("year", "date", height=290, x_axis_type="datetime", title="The year")
year.legend.location = "top_center"
warmth = scatter("warm", "temperature", height=330, title="Against the weather")
warmth.xaxis.axis_label = "°C outside"
warmth.y_range = year.y_range
months = figure(
    name="mean_of_months",
    height=330,
    sizing_mode="stretch_width",
    x_range=MONTHS,
    title="Mean of each month",
    toolbar_location=None,
    tools="",
)
months.vbar(x="month", top="kwh", source=bars, width=0.75, color="#2f7f9e")
months.y_range.start = 0
months.xgrid.grid_line_color = None


def show_building(attr, old, new):
    """Show another building, or the same with other days; nothing is selected then."""
    data = days(building.value)
    wanted = ~data["weekend"] | weekends.active
    kind = ["weekend" if each else "workday" for each in data["weekend"][wanted]]
    source.selected.indices = []
    source.data = {
        **{name: data[name][wanted] for name in ("date", "temperature", "kwh")},
        "kind": kind,
    }
    summarize(None, None, [])


def summarize(attr, old, chosen):
    """Show the means of the days with these numbers; of all, if there are none."""
    rows = sorted(chosen) or slice(None)
    date, kwh = source.data["date"][rows], source.data["kwh"][rows]
    bars.data = {"month": MONTHS, "kwh": monthly(date, kwh)}
    said = {
        "count": (f"{len(kwh)}", "days selected" if chosen else "days"),
        "mean": (f"{kwh.mean():.0f}", "kWh a day"),
        "warmth": (f"{source.data['temperature'][rows].mean():.1f} °C", "outside"),
    }
    for card in cards:
        number, what = said[card.name]
        card.text = f"{what}<br><b style='font-size: 24px'>{number}</b>"


building.on_change("value", show_building)
weekends.on_change("active", show_building)
source.selected.on_change("indices", summarize)
show_building(None, None, None)

for root in (building, weekends, *cards, year, warmth, months):
    document.add_root(root)
document.title = "Energy"
