"""Where the numbers come from: one task of the application measures for all visitors.

Put your own source into `measure`: a sensor, a queue, a database. This module is imported
once, so what it keeps is there for everybody.
"""

import math
import random
import time
from collections import deque

import trio

PERIOD = 0.5
"""Seconds between two measurements."""
KEPT = 240
"""How many measurements are kept, here and in each page: two minutes."""
MACHINES = ("north", "south", "harbor")

history = deque(maxlen=KEPT)


async def measure(previous):
    """Return the next row: the time in milliseconds, and the power of each machine in kW."""
    now = time.time()
    row = {"time": now * 1000}
    for number, machine in enumerate(MACHINES):
        target = 50 + 20 * number + 12 * math.sin(now / 20 + 2 * number)
        last = previous[machine] if previous else target
        row[machine] = last + 0.2 * (target - last) + random.gauss(0, 1.5)
    return row


def on_server_loaded(server_context):
    """Start the task; it ends with the application."""
    server_context.start_soon(produce, server_context)


async def produce(server_context):
    while True:
        history.append(await measure(history[-1] if history else None))
        await server_context.update_sessions(show_news)
        await trio.sleep(PERIOD)


async def show_news(document):
    """Bring what a document lacks: it may have been built between two measurements."""
    source = document.get_model_by_name("feed")
    last = source.data["time"][-1] if len(source.data["time"]) else 0
    news = [row for row in history if row["time"] > last]
    if news:
        # `rollover` drops the oldest rows, so that a page never grows without end.
        source.stream(as_columns(news), rollover=KEPT)
    for machine in MACHINES:
        document.get_model_by_name(machine).text = f"<b>{history[-1][machine]:.1f}</b> kW"


def as_columns(rows):
    """Return rows as columns, which is what a data source holds."""
    return {name: [row[name] for row in rows] for name in ("time", *MACHINES)}
