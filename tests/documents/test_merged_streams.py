"""Rows that wait for a viewer who is behind: sent at once, they come to the same."""

import numpy as np
import pytest
from bokeh.core.serialization import Deserializer, Serialized
from bokeh.document import Document
from bokeh.document.events import ColumnsStreamedEvent
from bokeh.models import ColumnDataSource
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from docsync_trio.documents import backlog
from docsync_trio.documents.encoding import PatchSerializer
from docsync_trio.documents.speedups import switch
from docsync_trio.documents.streamed import at_once
from docsync_trio.documents.streamed import streamed as streamed_rows
from tests.documents.viewers import Room, received, state

KINDS = {
    "list": lambda rows: [float(row) for row in rows],
    "floats": lambda rows: np.array(rows, dtype=float),
    "small": lambda rows: np.array(rows, dtype="int32"),
    "long": lambda rows: np.array(rows, dtype="int64"),
    "with gaps": lambda rows: [None, "text", *rows][: len(rows)],
}
KIND = st.sampled_from(["list", "list", "floats", "floats", *KINDS])
ROWS = st.integers(0, 4)
ROLLOVERS = st.sampled_from([None, None, 30, 30, 12, 6, 2, 0])


@pytest.fixture(autouse=True)
def as_in_a_server():
    switch.speed_up()
    yield
    switch.slow_down()


def source_of(room):
    return room.document.get_model_by_name("source")


def rows(kind, length, start=0):
    """Two columns of *kind*."""
    return {
        name: KINDS[kind](range(start + at, start + at + length)) for at, name in enumerate("xy")
    }


def streamed(length, rollover, kind):
    def do(document):
        document.get_model_by_name("source").stream(rows(kind, length, 100), rollover)

    return do


def patched(at, value):
    def do(document):
        source = document.get_model_by_name("source")
        if at < len(source.data["x"]):
            source.patch({"x": [(at, value)]})

    return do


def replaced(length, kind):
    return lambda document: setattr(
        document.get_model_by_name("source"), "data", rows(kind, length)
    )


def column_replaced(value):
    def do(document):
        data = document.get_model_by_name("source").data
        data["x"] = [float(value)] * len(data["x"])

    return do


def named(tag):
    return lambda document: document.get_model_by_name("source").tags.append(tag)


CHANGE = st.one_of(
    st.builds(streamed, ROWS, ROLLOVERS, KIND),
    st.builds(patched, st.integers(0, 5), st.integers(0, 9)),
    st.builds(replaced, ROWS, KIND),
    st.builds(column_replaced, st.integers(0, 9)),
)
OTHER = st.builds(named, st.integers(0, 9))


@st.composite
def stretches(draw):
    """What an application does while somebody is behind: mostly it goes on streaming."""
    usual = draw(st.sampled_from(["alike", "alike", "streams", "anything"]))
    one = usual == "alike"
    kind = st.just(draw(KIND)) if one else KIND
    rollover = st.just(draw(ROLLOVERS)) if one else ROLLOVERS
    stream = st.builds(streamed, ROWS, rollover, kind)
    step = st.one_of(stream, CHANGE if usual == "anything" else stream, OTHER)
    return draw(st.lists(st.lists(step, min_size=1, max_size=3), min_size=1, max_size=5))


def room_of(kind="floats", length=10):
    room = Room()
    data = rows(kind, length)
    room.change(lambda document: document.add_root(ColumnDataSource(name="source", data=data)))
    return room


@settings(max_examples=60, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(kind=KIND, length=st.sampled_from([0, 1, 29, 40]), play=st.lists(stretches(), max_size=3))
def test_a_viewer_that_was_behind_has_what_the_others_have(kind, length, play):
    room = room_of(kind, length)
    quick, slow = room.view("quick"), room.view("slow", keeps_columns=False)
    for callbacks in play:
        room.behind.add(slow)
        for callback in callbacks:
            room.change(lambda document, steps=callback: [step(document) for step in steps])
        room.catch_up(slow)
        for viewer in (quick, slow):
            assert state(viewer.document) == state(room.document)


def in_runs(parts):
    """*parts*, together those that may be streamed at once."""
    runs = []
    for part in parts:
        if runs and part.goes_on(runs[-1][-1]):
            runs[-1].append(part)
        else:
            runs.append([part])
    return runs


def applied(source, parts):
    """What *source* has when it has heard of *parts*."""
    copy = ColumnDataSource(data={name: KINDS["list"](col) for name, col in source.data.items()})
    for part in parts:
        event, buffers = part.written()
        data = Deserializer().deserialize(Serialized(event["data"], buffers))
        copy._stream(data, event["rollover"])
    return {name: list(column) for name, column in copy.data.items()}


NUMBERS = st.sampled_from(["list", "floats", "small"])
STREAM = st.tuples(ROWS, st.sampled_from([None, 30, 12, 6]), NUMBERS)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 40), st.lists(STREAM, min_size=2, max_size=4), st.booleans(), st.booleans())
def test_streams_that_go_on_come_to_the_same_at_once(length, streams, one_rollover, one_kind):
    source = ColumnDataSource(data=rows("list", length))
    parts = []
    for at, (more, rollover, kind) in enumerate(streams):
        data = rows(streams[0][2] if one_kind else kind, more, 100 * at)
        most = streams[0][1] if one_rollover else rollover
        event = ColumnsStreamedEvent(None, source, "data", data, most)
        parts.append(streamed_rows(event, lambda: PatchSerializer(Document(), ())))
    assert applied(source, map(at_once, in_runs(parts))) == applied(source, parts)


def events(viewer):
    return received(viewer.messages[-1]).content["events"]


@pytest.mark.parametrize("kind", ["floats", "list"])
@pytest.mark.parametrize("rollover", [None, 100])
def test_few_rows_are_sent_as_one_stream(kind, rollover):
    room = room_of(kind, 100)
    slow = room.view("slow")
    room.behind.add(slow)
    for _ in range(20):
        room.change(streamed(2, rollover, kind))
    room.catch_up(slow)
    (event,) = events(slow)
    assert event["kind"] == "ColumnsStreamed"
    assert event["rollover"] == rollover
    assert state(slow.document) == state(room.document)
    assert len(source_of(room).data["x"]) == (rollover or 140)


def test_rows_that_are_no_fewer_than_the_table_has_are_sent_as_the_table():
    room = room_of("floats", 10)
    slow = room.view("slow")
    room.behind.add(slow)
    for _ in range(50):
        room.change(streamed(2, 10, "floats"))
    room.catch_up(slow)
    (event,) = events(slow)
    assert event["kind"] == "ColumnDataChanged"


def test_a_patch_in_between_has_the_table_sent():
    room = room_of("floats", 10)
    slow = room.view("slow")
    room.behind.add(slow)
    for change in (streamed(1, None, "floats"), patched(0, 7.0), streamed(1, None, "floats")):
        room.change(change)
    room.catch_up(slow)
    (event,) = events(slow)
    assert event["kind"] == "ColumnDataChanged"


def test_what_waits_is_bounded(monkeypatch):
    monkeypatch.setattr(backlog, "MOST_STREAMS", 5)
    room = room_of("floats", 100)
    slow = room.view("slow")
    room.behind.add(slow)
    for _ in range(6):
        room.change(streamed(1, None, "floats"))
    room.catch_up(slow)
    assert events(slow)[0]["kind"] == "ColumnDataChanged"


@pytest.mark.parametrize("stream", [True, False])
def test_arrays_that_the_application_fills_again_are_sent_as_they_were(stream):
    room = room_of("floats", 2)
    viewer = room.view()

    def change(document):
        array = np.array([1.0])
        for value in (5.0, 9.0):
            if stream:
                document.get_model_by_name("source").stream({"x": array, "y": array})
            else:
                source_of(room).patch({"x": [(slice(0, 1), array)]})
            array[:] = value

    room.change(change)
    assert state(viewer.document) == state(room.document)
