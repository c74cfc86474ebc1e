"""ColumnDataSource.patch: single values, slices, and parts of an image."""

import numpy as np
from bokeh.io import curdoc
from bokeh.layouts import column, row
from bokeh.models import Button, ColumnDataSource
from bokeh.plotting import figure

N = 40

x = np.arange(N)
points = ColumnDataSource({"x": x, "y": np.sin(x / 4), "color": ["navy"] * N}, name="points")
pixels = ColumnDataSource({"image": [np.zeros((20, 20))]}, name="pixels")

lines = figure(name="lines", width=450, height=350, y_range=(-3, 3))
lines.scatter("x", "y", color="color", size=9, source=points)
picture = figure(name="picture", width=350, height=350, x_range=(0, 20), y_range=(0, 20))
picture.image("image", x=0, y=0, dw=20, dh=20, palette="Viridis256", source=pixels)

round_ = 0


def patch_points():
    global round_
    round_ += 1
    at = (7 * round_) % N
    points.patch(
        {
            "y": [
                (at, 2.5),
                (slice(0, 5), [round_ / 10.0] * 5),
                (slice(10, 20, 3), [-2, -1, -2, -1]),
            ],
            "color": [(at, "crimson"), (slice(0, 5), ["orange"] * 5)],
        }
    )


def patch_pixels():
    pixels.patch(
        {
            "image": [
                ((0, slice(2, 18, 4), slice(None)), np.full(4 * 20, float(round_ + 1))),
                ((0, slice(9, 11), slice(9, 11)), [9.0] * 4),
            ]
        }
    )


button_points = Button(name="patch_points", label="Patch the points")
button_points.on_click(patch_points)
button_pixels = Button(name="patch_pixels", label="Patch the image")
button_pixels.on_click(patch_pixels)

curdoc().add_root(column(row(button_points, button_pixels), row(lines, picture)))
curdoc().title = "Patching"
