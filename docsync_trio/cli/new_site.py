"""The files of a new site: small, complete, and working as they are.

The application is plain Bokeh in a function, so its test needs no server, and so it
runs under `bokeh serve` just as well.
"""

SITE_TOML = """\
#:schema ./site.schema.json
title = "My site"

[server]
bind = "127.0.0.1:5006"

[[applications]]
path = "/sliders"
title = "Sliders"
handlers = [{ function = "sliders:modify_document" }]

# docsync run --profile public
[profiles.public]
server.bind = "0.0.0.0:5006"
# Make a key with `docsync secret`; pages then survive a restart of the server.
sessions.secret_key = { env = "SITE_SECRET_KEY" }
"""

SLIDERS_PY = '''\
"""A wave and two sliders."""

import numpy as np
from bokeh.layouts import column
from bokeh.models import ColumnDataSource, Slider
from bokeh.plotting import figure

X = np.linspace(0, 10, 200)


def wave(amplitude, frequency):
    """Return the data of the plot."""
    return {"x": X, "y": amplitude * np.sin(frequency * X)}


def modify_document(document):
    """Fill the document of a new visitor."""
    source = ColumnDataSource(wave(1, 1))
    amplitude = Slider(title="Amplitude", start=0, end=5, step=0.1, value=1, name="amplitude")
    frequency = Slider(title="Frequency", start=0.1, end=5, step=0.1, value=1, name="frequency")

    def update(attr, old, new):
        source.data = wave(amplitude.value, frequency.value)

    for slider in (amplitude, frequency):
        slider.on_change("value", update)

    plot = figure(height=300, sizing_mode="stretch_width", y_range=(-5, 5))
    plot.line("x", "y", source=source, line_width=2)
    document.add_root(column(amplitude, frequency, plot, sizing_mode="stretch_width"))
    document.title = "Sliders"
'''

TEST_SLIDERS_PY = '''\
"""The application needs no server to be tested: a document is enough."""

from bokeh.document import Document
from bokeh.models import ColumnDataSource

from sliders import modify_document


def test_moving_a_slider_changes_the_plot():
    document = Document()
    modify_document(document)
    source = document.select_one({"type": ColumnDataSource})
    before = max(source.data["y"])

    document.get_model_by_name("amplitude").value = 3

    assert max(source.data["y"]) > 2.5 * before


def test_each_visitor_has_a_wave_of_their_own():
    one, other = Document(), Document()
    modify_document(one)
    modify_document(other)

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

# An empty conftest.py makes pytest find `sliders` from whatever folder it is started in.
CONFTEST_PY = '"""Lets the tests import what lies beside this file."""\n'

FILES = {
    "site.toml": SITE_TOML,
    "sliders.py": SLIDERS_PY,
    "test_sliders.py": TEST_SLIDERS_PY,
    "conftest.py": CONFTEST_PY,
    "README.md": README_MD,
}
"""What `docsync init` writes, by name."""
