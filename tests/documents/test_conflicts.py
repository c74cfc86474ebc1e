"""Both sides change the same property at the same time, and all end with one value."""

import itertools
from collections import deque

import orjson
from bokeh.document import Document
from bokeh.models import Slider
from hypothesis import given, settings
from hypothesis import strategies as st

from docsync_trio.documents.conflicts import LET_GO, ON_ITS_WAY, Conflicts
from docsync_trio.documents.shared_document import SharedDocument
from docsync_trio.protocol.message import Message

PROPERTY = ("model", "value")


def test_a_change_that_follows_soon_on_another_value_is_settled_once_the_viewer_lets_go():
    conflicts = Conflicts()
    conflicts.told(["one"], [PROPERTY], 10.0)
    conflicts.edited("one", [PROPERTY], 10.1)
    assert conflicts.next() == 10.1 + LET_GO
    assert conflicts.due(10.2) == []
    assert conflicts.due(10.1 + LET_GO) == [("one", PROPERTY)]
    assert conflicts.next() == float("inf")


def test_a_viewer_that_goes_on_dragging_is_not_disturbed_until_it_stops():
    conflicts = Conflicts()
    conflicts.told(["one"], [PROPERTY], 0.0)
    for tick in range(1, 40):
        assert conflicts.due(tick * 0.1) == []
        conflicts.edited("one", [PROPERTY], tick * 0.1)
    assert conflicts.due(3.9 + LET_GO) == [("one", PROPERTY)]


def test_a_viewer_that_is_ahead_of_its_own_changes_only_is_never_contested():
    conflicts = Conflicts()
    for tick in range(40):
        conflicts.edited("one", [PROPERTY], tick * 0.1)
        conflicts.told(["two"], [PROPERTY], tick * 0.1)
    assert conflicts.next() == float("inf")


def test_a_value_that_was_sent_long_ago_has_been_seen():
    conflicts = Conflicts()
    conflicts.told(["one"], [PROPERTY], 0.0)
    conflicts.edited("one", [PROPERTY], ON_ITS_WAY + 0.1)
    assert conflicts.next() == float("inf")


def test_what_is_remembered_does_not_grow():
    conflicts = Conflicts()
    for number in range(1000):
        conflicts.told(["one"], [(f"model {number}", "value")], number * 1.0)
    assert len(conflicts._told) < 20


class Line:
    """A server and viewers that are some time apart."""

    def __init__(self, viewers):
        self.now = 0.0
        self.shared = SharedDocument(Document())
        self.shared.held = True
        self.slider = Slider(start=0, end=1000, value=0)
        self.shared.document.add_root(self.slider)
        self.values = [0] * viewers
        self.to_viewer = [deque() for _ in range(viewers)]
        self.to_server = [deque() for _ in range(viewers)]
        self.messages = 0
        request = Message("PULL-DOC-REQ", "1", {})
        for viewer in range(viewers):
            self.shared.pull(viewer, request)

    def send(self, posts):
        for post in posts:
            events = orjson.loads(post.message.frames[2])["events"]
            for viewer in post.to:
                self.messages += 1
                self.to_viewer[viewer].append(events[-1]["new"])

    def change_here(self, value):
        self.slider.value = value
        self.send(self.shared.drain(self.now, self.fail))

    def change_there(self, viewer, value):
        self.values[viewer] = value
        self.to_server[viewer].append(value)

    def arrives_there(self, viewer):
        if self.to_viewer[viewer]:
            self.values[viewer] = self.to_viewer[viewer].popleft()

    def arrives_here(self, viewer):
        if self.to_server[viewer]:
            value = self.to_server[viewer].popleft()
            model = {"id": self.slider.id}
            event = {"kind": "ModelChanged", "model": model, "attr": "value", "new": value}
            assert self.shared.patch(viewer, Message("PATCH-DOC", "2", {"events": [event]})) == []
            self.send(self.shared.drain(self.now, self.fail))

    def passes(self, seconds):
        self.now += seconds
        if self.shared.next_conflict() <= self.now:
            self.send(self.shared.settle(self.now, self.fail))

    def comes_to_rest(self):
        for _ in range(3):
            for viewer in range(len(self.values)):
                while self.to_server[viewer]:
                    self.arrives_here(viewer)
            self.passes(LET_GO)
        for viewer in range(len(self.values)):
            while self.to_viewer[viewer]:
                self.arrives_there(viewer)

    def fail(self, error):
        raise error


steps = st.one_of(
    st.tuples(st.just("here")),
    st.tuples(st.just("there"), st.integers(0, 2)),
    st.tuples(st.just("arrives_there"), st.integers(0, 2)),
    st.tuples(st.just("arrives_here"), st.integers(0, 2)),
    st.tuples(st.just("passes")),
)


@settings(max_examples=300)
@given(st.lists(steps, max_size=40))
def test_whatever_is_changed_where_and_arrives_when_all_end_with_the_servers_value(steps):
    line, numbers = Line(3), itertools.count(1)
    for what, *viewer in steps:
        if what == "here":
            line.change_here(next(numbers))
        elif what == "there":
            line.change_there(*viewer, next(numbers))
        elif what == "passes":
            line.passes(0.1)
        else:
            getattr(line, what)(*viewer)
    line.comes_to_rest()
    assert line.values == [line.slider.value] * 3


def test_without_conflict_there_is_one_message_for_each_viewer_that_has_to_hear():
    line = Line(3)
    for number in range(1, 11):
        line.change_there(0, number)
        line.arrives_here(0)
        line.passes(0.1)
    line.comes_to_rest()
    assert line.messages == 10 * 2
    assert line.values == [10] * 3
