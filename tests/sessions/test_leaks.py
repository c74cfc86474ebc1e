"""After its end nothing is left of a session."""

import gc
import os
import pathlib
import weakref
from collections import Counter

import pytest
import trio
from bokeh.models import Button, Column, ColumnDataSource, Div, Model, Slider

from docsync_trio.base.events import SessionEnded
from docsync_trio.sessions.session import Session
from docsync_trio.sessions.wire import Ending
from tests.sessions.fakes import on_stage

ENOUGH = Ending(4000, "enough")

SCRIPT = """
from bokeh.io import curdoc
from bokeh.models import Div, Slider

class OfTheApplication:
    pass

mine = OfTheApplication()
slider = Slider(start=0, end=9, value=1, name="slider")
slider.tags = [Div(text="inside")]

def changed(attr, old, new):
    mine.last = new

slider.on_change("value", changed)
curdoc().add_root(slider)
curdoc().add_periodic_callback(lambda: changed("", 0, 0), 100)
"""


def busy(document):
    """An application that uses all there is."""
    slider = Slider(start=0, end=9, value=1)
    source = ColumnDataSource(data={"x": [1]})
    button = Button()
    slider.on_change("value", lambda attr, old, new: source.stream({"x": [new]}))
    button.on_click(lambda: document.add_next_tick_callback(lambda: None))
    document.add_root(Column(children=[slider, Div(), button]))
    document.add_root(source)
    document.add_periodic_callback(lambda: source.stream({"x": [1]}), 100)
    document.add_timeout_callback(lambda: slider, 1_000_000)
    document.add_next_tick_callback(lambda: setattr(slider, "value", 5))
    document.on_session_destroyed(lambda context: None)
    document.on_event("document_ready", lambda event: slider)
    groups = document.session_context.groups
    groups.join("harbor", "busy")
    groups.on_group_message("harbor", lambda message, sender: slider)
    groups.on_presence("harbor", lambda members: slider)

    async def task():
        await trio.sleep_forever()

    document.session_context.start_soon(task)


async def live_through(stage, session_id):
    """A session from its first moment to its last, with two browsers."""
    session = await stage.session(session_id)
    one, two = await stage.open(session), await stage.open(session)
    for model in session.document.models:
        if isinstance(model, Slider):
            one.change(model.id, "value", 7)
    await one.settle()
    await trio.sleep(1)
    one.wire.close(1001)
    two.wire.close(1006)
    await trio.testing.wait_all_tasks_blocked()
    session.end(ENOUGH, "enough")
    await trio.testing.wait_all_tasks_blocked()
    assert session.destroyed


@pytest.fixture
def script(tmp_path):
    path = tmp_path / "app.py"
    path.write_text(SCRIPT)
    return path


def tasks():
    return trio.lowlevel.current_statistics().tasks_living


def open_files():
    return sorted(os.listdir("/dev/fd"))  # noqa: PTH208 - numbers, not paths


@pytest.mark.parametrize("kind", ["function", "file"])
async def test_nothing_of_a_session_is_left(autojump_clock, script, kind):
    async with on_stage(busy if kind == "function" else pathlib.Path(script)) as stage:
        await live_through(stage, "first, which fills caches")
        gc.collect()
        before = tasks(), open_files()

        session = await stage.session("watched")
        watched = [
            weakref.ref(session),
            weakref.ref(session.document),
            weakref.ref(session.context),
        ]
        watched += [weakref.ref(model) for model in session.document.models]
        watched += [weakref.ref(module) for module in session.document.modules._modules]
        del session
        await live_through(stage, "watched")

        gc.collect()
        assert [ref() for ref in watched if ref() is not None] == []
        assert (tasks(), open_files()) == before
        assert len(stage.observed(SessionEnded)) == 2


async def test_nothing_of_a_session_written_for_asyncio_is_left(autojump_clock):
    import asyncio

    def with_tasks(document):
        busy_async = []

        async def task():
            busy_async.append(document)
            await asyncio.sleep(1_000_000)

        async def start():
            document.kept = asyncio.create_task(task())
            await asyncio.sleep(0.1)

        document.add_root(Div())
        document.add_next_tick_callback(start)

    async with on_stage(with_tasks, async_kind="asyncio") as stage:
        await live_through(stage, "first, which fills caches")
        await trio.sleep(5)
        gc.collect()
        before = tasks(), open_files()
        session = await stage.session("watched")
        watched = [weakref.ref(session), weakref.ref(session.document)]
        del session
        await live_through(stage, "watched")
        await trio.sleep(5)
        gc.collect()
        assert [ref() for ref in watched if ref() is not None] == []
        assert (tasks(), open_files()) == before


async def test_a_failed_build_leaves_nothing(autojump_clock):
    documents = []

    def failing(document):
        document.add_root(Div())
        documents.append(weakref.ref(document))
        raise ZeroDivisionError

    async with on_stage(failing) as stage:
        before = tasks()
        for _ in range(3):
            try:
                await stage.session()
            except Exception:  # noqa: BLE001 - what it is, another test says
                stage.events.clear()
        await trio.testing.wait_all_tasks_blocked()
        gc.collect()
        assert [ref() for ref in documents if ref() is not None] == []
        assert tasks() == before


async def test_two_hundred_sessions_leave_no_more_than_ten(autojump_clock):
    def count():
        gc.collect()
        kinds = Counter(
            "model" if isinstance(thing, Model) else "session"
            for thing in gc.get_objects()
            if isinstance(thing, Model | Session)
        )
        return kinds["model"], kinds["session"], len(gc.get_objects())

    async with on_stage(busy) as stage:
        for number in range(10):
            await live_through(stage, f"warm {number}")
        stage.events.clear()
        models, sessions, objects = count()
        for number in range(200):
            session = await stage.session(str(number))
            session.end(ENOUGH, "enough")
            await trio.testing.wait_all_tasks_blocked()
        del session
        stage.events.clear()
        after = count()
        assert after[:2] == (models, sessions)
        assert after[2] - objects < 500
