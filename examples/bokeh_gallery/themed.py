"""Themes: one of our own at first, then any of Bokeh's, changed while the page is open."""

from bokeh.io import curdoc
from bokeh.layouts import column
from bokeh.models import Select
from bokeh.plotting import figure
from bokeh.themes import Theme, built_in_themes

own = Theme(
    json={
        "attrs": {
            "Plot": {"background_fill_color": "#2f2f2f", "border_fill_color": "#444444"},
            "Axis": {"axis_line_color": "#ffffff", "major_label_text_color": "#ffffff"},
            "Grid": {"grid_line_dash": [6, 4], "grid_line_alpha": 0.3},
            "Title": {"text_color": "#ffd166", "text_font_style": "bold"},
        }
    }
)
themes = {"own": own, **built_in_themes}

x = [0, 1, 2, 3, 4, 5]
plot = figure(name="plot", title="Squares", width=600, height=400)
plot.line(x, [n * n for n in x], line_width=3)
plot.scatter(x, [n * n for n in x], size=10)
choice = Select(name="theme", title="Theme", value="own", options=list(themes))


def change(attr, old, new):
    curdoc().theme = themes[new]
    plot.title.text = f"Squares, theme {new}"


choice.on_change("value", change)
curdoc().theme = own
curdoc().add_root(column(choice, plot))
curdoc().title = "Themed"
