"""Applications that are changed while they are served, as text.

In Chromium; each test has a server of its own, which is told to follow its files.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import attrs

from tests.whole.processes import Server, running

SLIDERS = """
import numpy as np
from bokeh.io import curdoc
from bokeh.layouts import column
from bokeh.models import Button, ColumnDataSource, Div, Select, Slider
from bokeh.plotting import figure

x = np.linspace(0, 10, 200)
source = ColumnDataSource({"x": x, "y": np.sin(x)}, name="wave")
plot = figure(name="plot", height=300)
plot.line("x", "y", source=source)
speed = Slider(name="speed", title="Speed", start=0, end=10, value=1)
colour = Select(name="colour", title="Colour", options=["teal", "olive"], value="teal")
bad = Button(name="bad", label="Divide")
text = Div(name="text", text="<div style='height: 1500px'>first</div>")

def update(attr, old, new):
    source.data = {"x": x, "y": speed.value * np.sin(x)}

def divide():
    share(0)

def share(parts):
    return 1 / parts

speed.on_change("value", update)
bad.on_click(divide)
curdoc().title = "Sliders"
curdoc().add_root(column(speed, colour, bad, plot, text))
"""

STYLED = """
from bokeh.io import curdoc
from bokeh.models import Div

curdoc().add_root(Div(name="text", text="styled"))
"""
TEMPLATE = (
    '{% extends base %}{% block preamble %}<link rel="stylesheet" href="styled/static/look.css">'
    "{% endblock %}{% block contents %}<h1>one</h1>{{ super() }}{% endblock %}"
)
STYLED_FILES = {
    "main.py": STYLED,
    "templates/index.html": TEMPLATE,
    "static/look.css": "h1 { color: rgb(1, 2, 3) }",
}

SITE = """
[[applications]]
path = "/sliders"
handlers = [{ file = "sliders.py" }]

[[applications]]
path = "/instant"
page = "instant"
handlers = [{ file = "sliders.py" }]

[[applications]]
path = "/styled"
handlers = [{ directory = "styled" }]
"""


@attrs.frozen
class FollowedSite:
    """A server that follows the files in *folder*."""

    server: Server
    folder: Path

    def write(self, name: str, text: str) -> None:
        """Save a file, as an editor does: it is never seen half written."""
        draft = self.folder / f"{name}.draft"
        draft.write_text(text)
        draft.replace(self.folder / name)

    def change(self, old: str, new: str, *, name: str = "sliders.py") -> None:
        """Change a file in one place."""
        text = (self.folder / name).read_text()
        assert text.count(old) == 1
        self.write(name, text.replace(old, new))


@contextmanager
def followed_site(folder: Path, sliders: str = SLIDERS) -> Iterator[FollowedSite]:
    """Serve the applications above with ``--reload``; errors are what some tests are about."""
    files = {f"styled/{name}": text for name, text in STYLED_FILES.items()}
    for name, text in (files | {"sliders.py": sliders, "site.toml": SITE}).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    command = [sys.executable, "-m", "docsync_trio", "run", str(folder / "site.toml")]
    with running(
        [*command, "--reload", "--bind", "127.0.0.1:0"],
        listening=r"http://127\.0\.0\.1:(?P<port>[1-9]\d*)",
    ) as server:
        yield FollowedSite(server, folder)
