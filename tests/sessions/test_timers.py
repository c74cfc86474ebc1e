"""Timers against a list that is sorted anew each time."""

import math

from hypothesis import given
from hypothesis import strategies as st

from docsync_trio.sessions.timers import Timers

keys = st.integers(0, 5)
times = st.integers(0, 20)
actions = st.one_of(
    st.tuples(st.just("add"), keys, times),
    st.tuples(st.just("remove"), keys, times),
    st.tuples(st.just("take"), keys, times),
)


@given(st.lists(actions, max_size=60))
def test_what_is_due_comes_in_the_order_of_time_and_then_of_adding(actions):
    timers, model = Timers(), {}
    for number, (action, key, at) in enumerate(actions):
        if action == "add":
            timers.add(key, at)
            model.pop(key, None)
            model[key] = (at, number)
        elif action == "remove":
            timers.remove(key)
            model.pop(key, None)
        else:
            due = sorted((entry, each) for each, entry in model.items() if entry[0] <= at)
            assert timers.take_due(at) == [each for _, each in due]
            model = {each: entry for each, entry in model.items() if entry[0] > at}
        assert timers.next() == min((at for at, _ in model.values()), default=math.inf)


def test_nothing_is_ever_due_in_an_empty_table():
    assert Timers().next() == math.inf
    assert Timers().take_due(math.inf) == []


def test_timers_that_are_moved_again_and_again_take_no_more_room():
    timers = Timers()
    for number in range(10_000):
        timers.add("debounced", 1_000 + number)
    assert len(timers._heap) < 200
    assert timers.next() == 10_999
