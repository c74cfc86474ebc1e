"""Callbacks of every kind, and work in threads that does not hold the document up."""

import asyncio
import time
from asyncio import wrap_future
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from bokeh.document import without_document_lock
from bokeh.io import curdoc
from bokeh.layouts import column
from bokeh.models import Button, ColumnDataSource, Div
from bokeh.plotting import figure

ROUNDS = 5

document = curdoc()
executor = ThreadPoolExecutor(max_workers=2)
blue = ColumnDataSource({"x": [], "y": []}, name="blue")
red = ColumnDataSource({"x": [], "y": []}, name="red")
plot = figure(name="plot", width=600, height=300)
plot.scatter("x", "y", color="blue", size=12, source=blue)
plot.scatter("x", "y", color="red", size=12, source=red)

names = ("ticks", "timeout", "periodic", "pool", "loop", "where")
told = {name: Div(name=name, text="") for name in names}
button = Button(name="start", label="Start")


def compute(i):
    time.sleep(0.01)  # stands for work
    return i * i


async def locked_update(i):
    y = await wrap_future(executor.submit(compute, i))
    blue.stream({"x": [i], "y": [y]})
    told["pool"].text += f" {y}"


@without_document_lock
async def unlocked_task():
    loop = asyncio.get_running_loop()
    for i in range(10, 10 + ROUNDS):
        y = await loop.run_in_executor(executor, compute, i)
        document.add_next_tick_callback(partial(show, i, y))


def show(i, y):
    red.stream({"x": [i], "y": [y]})
    told["loop"].text += f" {y}"


def tick(number):
    told["ticks"].text += f" {number}"


def late():
    told["timeout"].text = "came once"
    told["where"].text = str(curdoc() is document)


counted = 0


async def periodic():
    global counted
    counted += 1
    await asyncio.sleep(0.001)
    told["periodic"].text = f"{counted} times"
    if counted == ROUNDS:
        document.remove_periodic_callback(periodic_callback)


def never():
    told["timeout"].text = "must not have come"


def start():
    for number in range(ROUNDS):
        document.add_next_tick_callback(partial(tick, number))
    for number in range(1, 1 + ROUNDS):
        document.add_next_tick_callback(partial(locked_update, number))
    document.add_next_tick_callback(unlocked_task)


button.on_click(start)
periodic_callback = document.add_periodic_callback(periodic, 50)
document.add_timeout_callback(late, 200)
document.remove_timeout_callback(document.add_timeout_callback(never, 100))
document.add_root(column(button, *told.values(), plot))
document.title = "Callbacks"
