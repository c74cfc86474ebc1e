"""A Panel application: two sliders and a plot that is bound to them."""

import numpy as np
import panel as pn
from bokeh.plotting import figure

pn.extension()
x = np.linspace(0, 10, 1000)
frequency = pn.widgets.IntSlider(name="frequency", start=0, end=1_000_000, value=0)
offset = pn.widgets.IntSlider(name="offset", start=0, end=10, value=0)


def wave(frequency, offset):
    plot = figure(width=600, height=300)
    plot.line(x, np.sin(x * frequency) + offset)
    return plot


pn.Column(frequency, offset, pn.bind(wave, frequency, offset)).servable()
