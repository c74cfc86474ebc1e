"""Applications as the tests of the kit need them."""

from bokeh.models import Button, ColumnDataSource, Div, Slider

SCRIPT = """
from bokeh.io import curdoc
from bokeh.models import Div

curdoc().add_root(Div(name="said", text=" ".join(curdoc().session_context.request.arguments)))
"""


def desk(document):
    """A slider that a text follows, and a button."""
    slider = Slider(name="slider", start=0, end=10, value=0)
    said = Div(name="said", text="nothing")
    slider.on_change("value", lambda attr, old, new: setattr(said, "text", f"moved to {new}"))
    button = Button(name="button")
    button.on_click(lambda: setattr(said, "text", "clicked"))
    for each in (slider, said, button, ColumnDataSource({"x": [1, 2], "y": [3, 4]}, name="table")):
        document.add_root(each)


def failing(document):
    """Its button raises."""
    desk(document)
    document.get_model_by_name("button").on_click(lambda: 1 / 0)


def broken(document):
    """Cannot be built."""
    raise ValueError("no data today")
