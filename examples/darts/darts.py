"""Pi from darts: rounds are computed in threads while the page stays quick to answer."""

from functools import partial

import numpy as np
import trio
from bokeh.document import without_document_lock
from bokeh.layouts import column, row
from bokeh.models import Button, ColumnDataSource, Div, Span
from bokeh.plotting import figure

ROUNDS = 16
DARTS = 250


def throw(seed):
    """One round: where its darts land in the unit square."""
    return np.random.default_rng(seed).random((2, DARTS))


async def modify_doc(document):
    rounds = 0
    darts = ColumnDataSource({"x": [], "y": [], "color": []}, name="darts")
    estimates = ColumnDataSource({"thrown": [], "pi": []}, name="estimates")

    board = figure(
        name="board", title="The board", height=400, width=400, toolbar_location=None, tools="",
        x_range=(0, 1), y_range=(0, 1),
    )  # fmt: skip
    board.scatter("x", "y", source=darts, size=3, color="color", alpha=0.7)
    angle = np.linspace(0, np.pi / 2, 50)
    board.line(np.cos(angle), np.sin(angle), color="#1f5f78", line_width=3)

    curve = figure(
        title="The estimate of pi", height=400, sizing_mode="stretch_width",
        x_axis_label="darts thrown", y_range=(2.9, 3.4), x_range=(0, ROUNDS * DARTS),
        toolbar_location=None, tools="",
    )  # fmt: skip
    curve.line("thrown", "pi", source=estimates, width=3, color="#e07a3f")
    curve.scatter("thrown", "pi", source=estimates, size=7, color="#e07a3f")
    curve.add_layout(Span(location=np.pi, dimension="width", line_dash="dashed"))

    button = Button(name="throw", label=f"Throw {ROUNDS} rounds", button_type="primary", width=200)
    readout = Div(name="readout", text="No darts yet", styles={"font-size": "15px"})

    def show(x, y):
        hits = x * x + y * y < 1
        darts.stream({"x": x, "y": y, "color": np.where(hits, "#2a7f9e", "#d9b08c")})
        every = np.array(darts.data["x"]) ** 2 + np.array(darts.data["y"]) ** 2 < 1
        pi = 4 * every.mean()
        estimates.stream({"thrown": [every.size], "pi": [pi]})
        curve.x_range.end = max(curve.x_range.end, every.size)
        readout.text = f"<b>{every.size}</b> darts, pi is about <b>{pi:.4f}</b>"

    def finish():
        button.disabled = False

    @without_document_lock
    async def play(first):
        async with trio.open_nursery() as nursery:
            for number in range(first, first + ROUNDS, 2):
                nursery.start_soon(play_round, number)
                nursery.start_soon(play_round, number + 1)
                await trio.sleep(0.05)
        document.add_next_tick_callback(finish)

    async def play_round(number):
        x, y = await trio.to_thread.run_sync(throw, number)
        document.add_next_tick_callback(partial(show, x, y))

    def start():
        nonlocal rounds
        button.disabled = True
        document.add_next_tick_callback(partial(play, rounds))
        rounds += ROUNDS

    button.on_click(start)
    document.title = "Darts"
    document.add_root(
        column(
            Div(text="<h1 style='margin:0;font-weight:300;color:#1f5f78'>Pi from darts</h1>"),
            row(button, readout, spacing=20),
            row(board, curve, sizing_mode="stretch_width", spacing=25),
            sizing_mode="stretch_width",
            margin=20,
        )
    )
    await trio.lowlevel.checkpoint()
