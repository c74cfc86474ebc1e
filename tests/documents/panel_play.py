"""Builds and changes a document with Panel's models, and writes all that it then says.

Run with ``faster`` as its argument, Bokeh's models are faster than they came.
"""

import datetime as dt
import json
import sys

from bokeh.core.serialization import Serializer
from bokeh.document import Document
from bokeh.document.events import DocumentPatchedEvent

CHART = {
    "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
    "data": {"values": [{"x": 1}]},
    "mark": "bar",
}
DAY = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
FASTER = sys.argv[1] == "faster"
if FASTER:
    from docsync_trio.documents.speedups.switch import speed_up

    speed_up()


def play():
    import pandas as pd
    import panel as pn

    pn.extension("tabulator", "plotly", "vega")
    rows = pd.DataFrame({"a": range(5), "b": [f"row {i}" for i in range(5)]})
    text = pn.widgets.TextInput(name="text", value="a")
    level = pn.widgets.FloatSlider(name="level", start=0, end=2, value=1)
    many = pn.widgets.MultiChoice(name="many", options=["x", "y", "z"], value=["x"])
    table = pn.widgets.Tabulator(rows, pagination="remote", page_size=2)
    page = pn.template.FastListTemplate(
        title="All of it",
        sidebar=[text, level, many],
        main=[
            pn.Card(table, pn.indicators.Number(name="n", value=3), title="card"),
            pn.Tabs(("one", pn.pane.Markdown("# one")), ("two", pn.pane.JSON({"k": [1]}))),
            pn.Accordion(("more", pn.pane.Alert("careful")), active=[0]),
            pn.pane.Plotly({"data": [{"y": [1, 2]}], "layout": {"title": "t"}}),
            pn.pane.Vega(CHART),
            # The time is in the message even where it is not shown.
            pn.chat.ChatMessage("hello", user="somebody", show_timestamp=False, timestamp=DAY),
            pn.bind(lambda value: f"level {value}", level),
        ],
    )
    document = Document()
    page.server_doc(document, title="All of it")
    said = [document.to_json(deferred=False)]

    def hear(event):
        if isinstance(event, DocumentPatchedEvent):
            said.append(event.to_serializable(Serializer(deferred=False)))

    document.callbacks.on_change(hear)
    text.value = "b"
    level.param.update(value=1.5, end=3)
    many.options = ["x", "y", "w"]
    table.value = rows.head(3)
    table.page = 2
    page.main[0].title = "another"
    page.main[1].active = 1
    page.main[2].append(("last", pn.pane.HTML("<b>last</b>")))
    page.main[3].object = {"data": [{"y": [3]}], "layout": {}}
    said.append(document.to_json(deferred=False))
    return said


if __name__ == "__main__":
    sys.stdout.write(json.dumps(play(), default=repr, sort_keys=True))
