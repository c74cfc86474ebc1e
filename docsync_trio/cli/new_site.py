"""The files of a new site: small, complete, and working as they are.

The application is a plain Bokeh script, so it runs under `bokeh serve` just as well. Its
test opens the whole site, in memory, and looks at it as a visitor does.
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


source = ColumnDataSource(wave(1, 1), name="wave")
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
"""What visitors see of the site, without a browser and without a network.

`docsync_site` is the site.toml beside this file, open for the length of a test. A test fails
by itself when the application raises, or keeps something of a session that has ended.
"""


async def test_moving_a_slider_changes_the_plot(docsync_site):
    async with docsync_site.open("/sliders") as page:
        page.model("amplitude").value = 3
        await page.settled()

        assert max(page.model("wave").data["y"]) > 2.5


async def test_each_visitor_has_a_wave_of_their_own(docsync_site):
    async with docsync_site.open("/sliders") as one, docsync_site.open("/sliders") as other:
        one.model("amplitude").value = 3
        await docsync_site.settled()

        assert other.model("amplitude").value == 1
'''

README_MD = """\
# My site

    docsync check      # is everything all right?
    docsync run        # serve it; prints the URL
    python -m pytest   # test it (pip install 'docsync-trio[testing]')

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
