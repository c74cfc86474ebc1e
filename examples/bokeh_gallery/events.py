"""Events of the page, answered in Python (on_event) and in the browser (js_on_event)."""

from bokeh import events
from bokeh.io import curdoc
from bokeh.layouts import column, row
from bokeh.models import Button, ColumnDataSource, CustomJS, Div
from bokeh.plotting import figure

taps = ColumnDataSource({"x": [], "y": []}, name="taps")
ready = Div(name="ready", text="not yet ready")
python = Div(name="python", text="")
javascript = Div(name="javascript", text="")

plot = figure(
    name="plot", width=500, height=400, x_range=(0, 10), y_range=(0, 10), tools="pan,tap,reset"
)
plot.scatter("x", "y", source=taps, size=12, color="firebrick")


def note(text):
    python.text += f"<p>{text}</p>"


def tapped(event):
    taps.stream({"x": [event.x], "y": [event.y]})
    note(f"{event.event_name} at {event.x:.3f}, {event.y:.3f}")


def double_tapped(event):
    taps.data = {"x": [], "y": []}
    note("all gone")


def panned(event):
    note(f"{event.event_name}: {plot.x_range.start:.3f} to {plot.x_range.end:.3f}")


plot.on_event(events.Tap, tapped)
plot.on_event(events.DoubleTap, double_tapped)
plot.on_event(events.PanEnd, panned)
plot.on_event(events.Reset, lambda: note("reset"))

tell = CustomJS(
    args={"div": javascript},
    code="div.text += `<p>${this.event_name ?? cb_obj.event_name}</p>`",
)
plot.js_on_event(events.Tap, tell)
button = Button(name="button", label="Press", width=200)
button.js_on_event(events.ButtonClick, tell)
button.on_event(events.ButtonClick, lambda event: note(f"{event.model.label}ed"))


def document_ready(event):
    ready.text = "ready"


curdoc().on_event(events.DocumentReady, document_ready)
curdoc().add_root(column(ready, button, row(plot, column(python, width=250), javascript)))
curdoc().title = "Events"
