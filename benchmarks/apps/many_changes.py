"""Moving `drive` changes 100 properties of 20 spans, one after the other."""

from bokeh.io import curdoc
from bokeh.layouts import column
from bokeh.models import Div, Slider, Span
from bokeh.plotting import figure

plot = figure(width=600, height=300, x_range=(0, 1), y_range=(0, 1))
spans = [Span(dimension="width", location=0) for _ in range(20)]
for span in spans:
    plot.add_layout(span)
drive = Slider(name="drive", title="drive", start=0, end=1_000_000, value=0, step=1)
done = Div(text="done 0")


def moved(attr, old, new):
    for step in range(5):
        for number, span in enumerate(spans):
            span.location = new + (5 * number + step) / 100
    done.text = f"done {new}"


drive.on_change("value", moved)
curdoc().add_root(column(plot, drive, done))
