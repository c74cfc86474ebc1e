"""Whatever tables a source is given, viewers end with the last and are sent what they lack."""

import numpy as np
import pytest
from bokeh.core.serialization import Deserializer, Serializer
from bokeh.document import Document
from bokeh.models import AjaxDataSource, ColumnDataSource
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from docsync_trio.documents import column_differences, column_digests
from docsync_trio.documents.column_differences import LONGEST_PAUSE, ColumnDifferences
from tests.documents.viewers import Room, received

N = 2000
x = np.linspace(0, 1, N)


@pytest.fixture
def room():
    """A room with one source and two viewers, who have just been sent its table."""
    room = Room()
    room.document.add_root(ColumnDataSource(name="source", data={"x": x, "y": x.tolist()}))
    room.drain()
    room.view("one")
    room.view("two")
    give(room, x=x, y=x.tolist())
    return room


def source_of(document):
    return document.get_model_by_name("source")


def give(room, **data):
    """Set the table in one callback; returns the kinds of the events that all get."""
    posts = room.change(lambda document: setattr(source_of(document), "data", data))
    room.assert_in_step()
    return [kinds(post) for post in posts]


def kinds(post):
    return [event["kind"] for event in received(post.message).content["events"]]


WHOLE = [["ColumnDataChanged"]]
PATCHED = [["ColumnDataChanged", "ColumnsStreamed", "ColumnsPatched", "ColumnDataChanged"]]
STREAMED = [["ColumnDataChanged", "ColumnsStreamed", "ColumnDataChanged"]]


def test_an_equal_table_sends_nothing(room):
    assert give(room, x=x.copy(), y=x.tolist()) == []


def test_only_the_columns_that_differ_are_sent(room):
    (post,) = room.change(lambda d: setattr(source_of(d), "data", {"x": x, "y": [0.0] * N}))
    (event,) = received(post.message).content["events"]
    assert event["cols"] == ["y"]
    room.assert_in_step()


def test_only_rows_that_are_new_are_sent(room):
    longer = np.append(x, [5.0])
    assert give(room, x=longer, y=longer.tolist()) == STREAMED


def test_only_rows_that_differ_are_sent(room):
    other = x.tolist()
    other[1000] = None
    assert give(room, x=x, y=other) == PATCHED
    assert room.viewers[0].messages[-1].size < 15_000


def test_arrays_that_were_changed_in_place_are_sent(room):
    mine = x.copy()
    give(room, x=mine, y=x)
    mine += 1
    assert give(room, x=mine, y=x) == WHOLE
    assert received(room.viewers[0].messages[-1]).content["events"][0]["cols"] == ["x"]


def test_setting_one_column_to_what_it_is_sends_nothing(room):
    assert room.change(lambda d: source_of(d).data.update(x=x.copy())) == []
    (post,) = room.change(lambda d: source_of(d).data.update(x=-x, y=x.tolist()))
    assert received(post.message).content["events"][0]["cols"] == ["x"]
    room.assert_in_step()


@pytest.mark.parametrize(
    "edit",
    [
        lambda source: setattr(source, "data", {"x": x, "y": [1.0] * N}),
        lambda source: source.patch({"x": [(0, 9.0)]}),
        lambda source: source.stream({"x": [1.0], "y": [1.0]}),
    ],
)
def test_after_a_viewer_has_changed_its_data_all_are_sent_everything(room, edit):
    room.edit(room.viewers[0], lambda d: edit(source_of(d)))
    room.assert_in_step()
    assert give(room, x=x, y=x.tolist()) == WHOLE
    assert give(room, x=x, y=x.tolist()) == []


def test_after_a_stream_or_patch_of_the_application_all_are_sent_everything(room):
    room.change(lambda d: source_of(d).patch({"x": [(0, 9.0)]}))
    assert give(room, x=x, y=x.tolist()) == WHOLE
    room.change(lambda d: source_of(d).stream({"x": [1.0], "y": [1.0]}))
    assert give(room, x=x, y=x.tolist()) == WHOLE


def test_who_pulled_in_the_midst_of_changes_in_place_is_sent_everything(room):
    mine = x.copy()
    give(room, x=mine, y=x)
    mine[:] = mine[::-1].copy()
    room.view("three")
    mine[:] = mine[::-1].copy()
    assert give(room, x=mine, y=x) == WHOLE


def test_who_was_sent_a_source_anew_in_the_midst_of_changes_in_place_is_sent_everything(room):
    mine, source = x.copy(), source_of(room.document)
    give(room, x=mine, y=x)
    room.change(lambda d: d.remove_root(source))
    mine[:] = mine[::-1].copy()
    room.change(lambda d: d.add_root(source))
    mine[:] = mine[::-1].copy()
    assert give(room, x=mine, y=x) == WHOLE


def test_who_catches_up_in_the_midst_of_changes_in_place_is_sent_everything(room):
    mine, slow = x.copy(), room.viewers[0]
    give(room, x=mine, y=x)
    room.shared.held = True
    source_of(room.document).data = {"x": mine, "y": -x}
    for post in room.shared.drain(0.0, room.unsent.append, lambda viewer: viewer is slow):
        for viewer in post.to:
            viewer.take(post.message)
    mine[:] = mine[::-1].copy()
    (post,) = room.shared.deliver(slow, 0.0, room.unsent.append)
    slow.take(post.message)
    mine[:] = mine[::-1].copy()
    assert give(room, x=mine, y=-x) == WHOLE


def test_after_a_change_of_a_viewer_that_fails_here_all_are_sent_everything(room):
    one, _ = room.viewers
    message = one.edit(lambda d: source_of(d).patch({"x": [(0, 9.0)]}))
    message.content["events"][0]["patches"]["entries"][0][1][0][0] = 2 * N  # no such row here
    room.shared.held = True
    assert room.shared.patch(one, message)
    room.drain()
    assert give(room, x=x, y=x.tolist()) == WHOLE


def test_a_table_that_cannot_be_sent_is_not_taken_for_sent(room):
    room.change(lambda d: setattr(source_of(d), "data", {"x": [object()] * N, "y": x.tolist()}))
    assert len(room.unsent) == 1
    assert give(room, x=x, y=x.tolist()) == WHOLE


def test_whoever_needs_whole_tables_gets_them(room):
    needy = room.view("needy", keeps_columns=False)
    give(room, x=x, y=x)
    for post in room.change(lambda d: setattr(source_of(d), "data", {"x": x, "y": -x})):
        (event,) = received(post.message).content["events"]
        if needy in post.to:
            assert event.get("cols") is None
    room.assert_in_step()


def test_a_source_whose_pages_fetch_their_data_is_sent_whole():
    document, differences = Document(), ColumnDifferences()
    source = AjaxDataSource(data={"x": x}, data_url="/data")
    document.add_root(source)
    differences.events_for(document, source)
    assert differences.events_for(document, source) is None


def test_a_source_in_which_all_always_differs_is_seldom_looked_at():
    document, differences = Document(), ColumnDifferences()
    source = ColumnDataSource(data={"x": x})
    document.add_root(source)
    looked = 0
    for turn in range(40 * LONGEST_PAUSE):
        source.data = {"x": x + turn}
        differences.events_for(document, source)
        looked += differences.knows(source)
    assert looked < 120
    for _ in range(LONGEST_PAUSE + 1):  # and yet it is noticed when that ends
        differences.events_for(document, source)
    assert differences.events_for(document, source) == []


def columns(rows):
    """Columns of all kinds with so many *rows*."""

    def lists(values):
        return st.lists(values, min_size=rows, max_size=rows)

    return st.one_of(
        lists(st.floats(width=16)).map(np.array),
        lists(st.integers(-9, 2**33)).map(lambda numbers: np.array(numbers, dtype="int64")),
        lists(st.booleans()).map(np.array),
        lists(st.sampled_from("abc")).map(lambda words: np.array(words, dtype=str)),
        lists(st.one_of(st.none(), st.floats(width=16), st.text(max_size=2))),
        lists(st.lists(st.integers(0, 2), max_size=2)),
        st.just(np.arange(2.0 * rows).reshape(rows, 2)),
        st.just(np.datetime64("2024-01-01") + np.arange(rows)),
    )


def tables_of(rows):
    return st.dictionaries(st.sampled_from("xyz"), columns(rows), max_size=3)


tables = st.integers(0, 6).flatmap(tables_of)


def longer(column, rows):
    more = column[:rows]
    return column + more if isinstance(column, list) else np.concatenate([column, more])


class TablesInStep(RuleBasedStateMachine):
    """A source and random tables, with blocks of two rows and no difference too small."""

    @initialize(viewers=st.integers(1, 3))
    def begin(self, viewers):
        self.constants = column_digests.BLOCK, column_differences.WORTHWHILE
        column_digests.BLOCK, column_differences.WORTHWHILE = 2, 0
        self.room = Room()
        self.room.document.add_root(ColumnDataSource(name="source", data={"x": [], "y": []}))
        self.room.drain()
        for number in range(viewers):
            self.room.view(f"viewer {number}", keeps_columns=number < 2)

    def teardown(self):
        column_digests.BLOCK, column_differences.WORTHWHILE = self.constants

    @property
    def source(self):
        return source_of(self.room.document)

    def give(self, data):
        self.room.change(lambda document: setattr(self.source, "data", data))

    @rule(table=tables)
    def set(self, table):
        self.give(table)

    @rule(data=st.data())
    def set_some(self, data):
        rows = len(next(iter(self.source.data.values()), ()))
        table = data.draw(tables_of(rows))
        self.room.change(lambda document: self.source.data.update(table))

    @rule()
    def set_the_same(self):
        self.give({name: column[:] for name, column in self.source.data.items()})

    @rule(rows=st.integers(0, 3))
    def append(self, rows):
        self.give({name: longer(column, rows) for name, column in self.source.data.items()})

    @rule(row=st.integers(0, 5), fresh=st.booleans())
    def change_a_row(self, row, fresh):
        data = {
            name: column.copy() if fresh else column for name, column in self.source.data.items()
        }
        for column in data.values():
            if row < len(column) - 1:
                column[row] = column[row + 1]
        self.give(data)

    @rule()
    def change_in_place_while_somebody_comes(self):
        columns = [c for c in self.source.data.values() if isinstance(c, np.ndarray) and len(c) > 1]
        for column in columns:
            column[:] = column[::-1].copy()
        if len(self.room.viewers) < 4:
            self.room.view("late")
        for column in columns:
            column[:] = column[::-1].copy()
        self.give(dict(self.source.data))

    @rule(who=st.integers(0, 3), table=tables)
    def edit(self, who, table):
        viewer = self.room.viewers[who % len(self.room.viewers)]
        source = source_of(viewer.document)
        if not source.lookup("data").property.matches(table, source.data):  # or Bokeh ignores it
            self.room.edit(viewer, lambda document: setattr(source, "data", table))

    @rule()
    def out_and_in(self):
        def change(document):
            source = self.source
            document.remove_root(source)
            source.data = {"x": [1.0]}
            document.add_root(source)

        self.room.change(change)

    @rule()
    def out_then_in(self):
        source = self.source
        self.room.change(lambda document: document.remove_root(source))
        self.room.change(lambda document: document.add_root(source))

    @invariant()
    def all_are_in_step(self):
        expected = _told_apart(self.room.document)
        for viewer in self.room.viewers:
            assert _told_apart(viewer.document) == expected, viewer.name
        assert not self.room.unsent


def _told_apart(document):
    """The data of *document* as one who pulls it now would have it, NaN and None told apart."""
    data = Deserializer().deserialize(Serializer().serialize(dict(source_of(document).data)))
    return {
        name: (type(column).__name__, getattr(column, "shape", None), [*map(repr, column)])
        for name, column in data.items()
    }


TestTablesInStep = TablesInStep.TestCase
TestTablesInStep.settings = settings(
    max_examples=40, stateful_step_count=12, deadline=None, derandomize=True
)
