"""hold() keeps changes back, unhold() lets them go: all of them, or only the last of each."""

from bokeh.io import curdoc
from bokeh.layouts import column, row
from bokeh.models import Button, ColumnDataSource, Div, RadioButtonGroup, Spinner
from bokeh.plotting import figure

document = curdoc()
source = ColumnDataSource({"x": [1, 2, 3], "y": [1, 2, 3]}, name="source")
plot = figure(name="plot", width=500, height=300)
plot.vbar("x", top="y", width=0.8, source=source)

policy = RadioButtonGroup(name="policy", labels=["combine", "collect"], active=0)
spinner = Spinner(name="spinner", title="Set by the server", value=0)
state = Div(name="state", text="free")


def hold():
    state.text = "held"
    document.hold(policy.labels[policy.active])


def change():
    for _ in range(3):
        spinner.value += 1
        number = spinner.value + 3
        source.stream({"x": [number], "y": [number % 5 + 1]})
    plot.title.text = f"{len(source.data['x'])} bars"


def unhold():
    document.unhold()
    state.text = "free"


buttons = []
for name, callback in (("hold", hold), ("change", change), ("unhold", unhold)):
    button = Button(name=name, label=name)
    button.on_click(callback)
    buttons.append(button)

document.add_root(column(row(policy, *buttons, state), spinner, plot))
document.title = "Holding"
