"""The files of a new site: small, complete, and working as they are.

The application is a plain Bokeh script, so it runs under `bokeh serve` just as well,
and its test needs nothing but Bokeh.
"""

import json

from docsync_trio.config.describe import template
from docsync_trio.config.json_schema import json_schema

SCHEMA_NAME = "site.schema.json"

SLIDERS_PY = '''\
"""A wave and two sliders. Runs once for every visitor."""

import numpy as np
from bokeh.io import curdoc
from bokeh.layouts import column
from bokeh.models import ColumnDataSource, Slider
from bokeh.plotting import figure

X = np.linspace(0, 10, 200)


def wave(amplitude, frequency):
    """Return the data of the plot."""
    return {"x": X, "y": amplitude * np.sin(frequency * X)}


def update(attr, old, new):
    source.data = wave(amplitude.value, frequency.value)


source = ColumnDataSource(wave(1, 1))
amplitude = Slider(title="Amplitude", start=0, end=5, step=0.1, value=1, name="amplitude")
frequency = Slider(title="Frequency", start=0.1, end=5, step=0.1, value=1, name="frequency")
for slider in (amplitude, frequency):
    slider.on_change("value", update)

plot = figure(height=300, sizing_mode="stretch_width", y_range=(-5, 5))
plot.line("x", "y", source=source, line_width=2)

curdoc().add_root(column(amplitude, frequency, plot, sizing_mode="stretch_width"))
curdoc().title = "Sliders"
'''

TEST_SLIDERS_PY = '''\
"""The application needs no server to be tested: a document is enough."""

from pathlib import Path

from bokeh.application import Application
from bokeh.application.handlers import ScriptHandler
from bokeh.models import ColumnDataSource

SCRIPT = Path(__file__).with_name("sliders.py")


def new_document():
    """Return the document that a new visitor gets."""
    return Application(ScriptHandler(filename=str(SCRIPT))).create_document()


def test_moving_a_slider_changes_the_plot():
    document = new_document()
    source = document.select_one({"type": ColumnDataSource})
    before = max(source.data["y"])

    document.get_model_by_name("amplitude").value = 3

    assert max(source.data["y"]) > 2.5 * before


def test_each_visitor_has_a_wave_of_their_own():
    one, other = new_document(), new_document()

    one.get_model_by_name("amplitude").value = 3

    assert other.get_model_by_name("amplitude").value == 1
'''

README_MD = """\
# My site

    docsync check      # is everything all right?
    docsync run        # serve it; prints the URL
    python -m pytest   # test the application (pip install pytest)

`site.toml` describes the site, `sliders.py` is its application, `test_sliders.py`
tests it. `site.schema.json` lets editors complete and check `site.toml`; write it
again with `docsync schema -o site.schema.json` after an upgrade.
"""


def new_site() -> dict[str, str]:
    """Return the files of a new site: their texts by name."""
    return {
        "site.toml": template(title="My site", path="/sliders", file="sliders.py"),
        SCHEMA_NAME: json.dumps(json_schema(), indent=2) + "\n",
        "sliders.py": SLIDERS_PY,
        "test_sliders.py": TEST_SLIDERS_PY,
        "README.md": README_MD,
    }
