"""Water levels of harbors: the pages are made with Flask, what moves in them with Bokeh."""

import numpy as np
from bokeh.embed import server_document
from bokeh.layouts import column
from bokeh.models import ColumnDataSource, Slider
from bokeh.plotting import figure
from flask import Flask, abort, redirect, render_template, request, url_for

HARBORS = {"aber": 2.1, "brook": 3.4, "cove": 1.2}
notes = {harbor: [] for harbor in HARBORS}

site = Flask(__name__)


@site.get("/")
def front():
    return render_template("front.html", harbors=HARBORS)


@site.get("/harbors/<harbor>")
def page(harbor):
    if harbor not in HARBORS:
        abort(404)
    # `script_root` is the prefix that a proxy puts in front, if there is one.
    script = server_document(
        f"{request.script_root}/levels", relative_urls=True, arguments={"harbor": harbor}
    )
    return render_template("harbor.html", harbor=harbor, script=script, notes=notes[harbor])


@site.post("/harbors/<harbor>/notes")
def add_note(harbor):
    notes[harbor].append(request.form["note"])
    return redirect(url_for("page", harbor=harbor))


def levels(document):
    """Fill the document of one visitor, for the harbor that the page has named."""
    named = document.session_context.request.arguments.get("harbor", [b"aber"])[0].decode()
    harbor = named if named in HARBORS else "aber"
    hours = np.linspace(0, 48, 300)

    def curve(days):
        return {"hour": hours, "level": HARBORS[harbor] * np.sin(hours / 1.98 + days)}

    source = ColumnDataSource(curve(0), name="levels")
    plot = figure(height=300, sizing_mode="stretch_width", x_axis_label="hour")
    plot.line("hour", "level", source=source, width=3, color="#2a7f9e")
    day = Slider(name="day", title="Day", start=0, end=14, value=0, step=1)

    def update(attr, old, new):
        source.data = curve(new)

    day.on_change("value", update)
    document.add_root(column(day, plot, sizing_mode="stretch_width"))
    document.title = f"Levels of {harbor}"
