"""One producer, any number of viewers: each tick is made once and shown to all."""

import itertools
import random
from collections import deque
from html import escape

import trio
from bokeh.layouts import column, row
from bokeh.models import ColumnDataSource, Div
from bokeh.plotting import figure
from starlette.responses import PlainTextResponse

PERIOD = 0.25
KEPT = 400

# Of the whole application: this module is imported once, whoever comes and goes.
history = deque([(0, 100.0)], maxlen=KEPT)


def on_server_loaded(server_context):
    server_context.start_soon(produce, server_context)


async def produce(server_context):
    for number in itertools.count(history[-1][0] + 1):
        await trio.sleep(PERIOD)
        history.append((number, history[-1][1] + random.gauss(0.02, 0.8)))
        await server_context.update_sessions(show_news)


async def show_news(document):
    # All that this viewer lacks, not just the last tick: it may have been built in between.
    source = document.get_model_by_name("ticks")
    last = source.data["number"][-1]
    news = [tick for tick in history if tick[0] > last]
    if news:
        source.stream(columns(news), rollover=KEPT)
    document.get_model_by_name("readout").text = f"<b>{history[-1][1]:.2f}</b>"


def columns(ticks):
    numbers, prices = zip(*ticks, strict=True)
    return {"number": list(numbers), "price": list(prices)}


async def show(document):
    source = ColumnDataSource(columns(list(history)), name="ticks")
    plot = figure(
        name="plot", title="Price", height=320, sizing_mode="stretch_width", tools="",
        toolbar_location=None,
    )  # fmt: skip
    plot.x_range.follow = "end"
    plot.x_range.range_padding = 0
    plot.line("number", "price", source=source, color="#1f5f78", width=2)
    readout = Div(name="readout", styles={"font-size": "22px"})
    notice = Div(name="notice", styles={"font-size": "22px", "color": "#c0392b"})
    document.add_root(
        column(row(readout, notice, spacing=30), plot, sizing_mode="stretch_width", margin=20)
    )
    document.title = "Live feed"


async def announce(request):
    """Tell all viewers what was posted. Whoever reaches the server may do it, so guard it."""
    text = escape((await request.body()).decode(errors="replace"))[:200]
    feed = request.app.state.docsync.applications["/feed"]

    async def tell(document):
        document.get_model_by_name("notice").text = text

    result = await feed.update_sessions(tell)
    return PlainTextResponse(f"told {len(result.updated)} viewers\n")
