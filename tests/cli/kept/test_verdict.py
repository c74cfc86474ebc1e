"""The self-test of the faster models is spared where it would come to the same end."""

import sys

import pytest
from bokeh.core.has_props import HasProps

from docsync_trio.cli.kept import verdict as kept_verdict
from docsync_trio.cli.kept.code import KeptCode
from docsync_trio.cli.kept.verdict import recall_self_test
from docsync_trio.documents.speedups import known_texts, switch, values


@pytest.fixture(autouse=True)
def stock_before_and_after(monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(switch, "_trusted", [])
    switch.slow_down()
    yield
    switch.slow_down()


@pytest.fixture
def tested(monkeypatch):
    """How often documents were made to compare them."""
    times = []
    stock = switch.sample
    monkeypatch.setattr(switch, "sample", lambda: times.append(1) or stock())
    return times


def again(code):
    """Return what the next start finds."""
    switch._trusted.clear()
    return KeptCode(dict(code._used))


def test_the_test_is_made_once_per_installation(tested):
    code = KeptCode({})
    recall_self_test(code)
    assert len(tested) == 2
    assert HasProps.__init__ is not values.init
    assert switch.speed_up().active == tuple(switch.REPLACEMENTS)
    switch.slow_down()

    recall_self_test(again(code))
    assert switch.speed_up().active == tuple(switch.REPLACEMENTS)
    assert HasProps.__init__ is values.init
    assert len(tested) == 2


@pytest.mark.parametrize("name", ["stamp", "fingerprint"])
def test_it_is_made_again_where_a_file_has_changed(tested, monkeypatch, name):
    code = KeptCode({})
    recall_self_test(code)
    home = kept_verdict if name == "stamp" else switch
    monkeypatch.setattr(home, name, lambda *_: "another")

    recall_self_test(again(code))
    assert len(tested) == 4


def test_it_is_made_where_somebody_has_replaced_a_function_since(tested, monkeypatch):
    code = KeptCode({})
    recall_self_test(code)
    recall_self_test(again(code))

    def theirs(self, values): ...

    monkeypatch.setattr(HasProps, "themed_values", theirs)
    assert switch.speed_up().active == ()
    assert HasProps.__init__ is not values.init


def test_a_test_that_was_not_passed_is_made_at_each_start(tested, monkeypatch):
    name = "bokeh.core.has_props.HasProps.apply_theme"
    monkeypatch.setitem(known_texts.KNOWN_TEXTS, name, ("000000000000",))
    code = KeptCode({})
    recall_self_test(code)
    recall_self_test(again(code))
    assert len(tested) == 4
    assert "theme" in switch.speed_up().reason


def test_it_waits_for_who_needs_it_where_nothing_can_be_kept(tested, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    recall_self_test(KeptCode({}))
    assert tested == []
