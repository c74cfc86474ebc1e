"""Putting the faster functions into Bokeh, and taking them out again."""

import gc
import weakref
from concurrent.futures import ThreadPoolExecutor

import pytest
from bokeh.core.has_props import HasProps, _default_resolver
from bokeh.core.properties import Int, List
from bokeh.core.property.validation import without_property_validation
from bokeh.core.property.wrappers import PropertyValueList
from bokeh.document import Document
from bokeh.model import Model
from bokeh.models import Column, Range1d, Slider, Spinner
from bokeh.plotting import figure

from docsync_trio.documents.speedups import known_texts, own_text, switch, values
from docsync_trio.documents.speedups.class_facts import PLACE, facts_of
from docsync_trio.documents.speedups.self_test import named


@pytest.fixture(autouse=True)
def stock_before_and_after():
    switch.slow_down()
    yield
    switch.slow_down()


def bokehs_own():
    return {
        (owner, name): vars(owner).get(name)
        for places, _ in switch.REPLACEMENTS.values()
        for owner, name in places
    }


def test_every_function_is_one_that_we_have_read():
    functions = [vars(owner)[name] for owner, name in (*switch.FOUNDATION, *bokehs_own())]
    changed = [repr(function) for function in functions if not own_text.is_known(function)]
    assert changed == []


def test_bokeh_gets_its_own_functions_back():
    before = bokehs_own()
    switch.speed_up()
    assert HasProps.__init__ is values.init
    switch.slow_down()
    assert bokehs_own() == before
    assert PLACE not in vars(HasProps)
    assert PLACE not in vars(Range1d)
    assert "__themed_values__" not in vars(HasProps)


def test_models_live_on_when_bokeh_gets_its_own_functions_back():
    switch.speed_up()
    slider = Slider(start=0, end=9, value=1)
    document = Document()
    document.add_root(slider)
    switch.slow_down()
    slider.tags.append("a")
    assert "tags" in slider.properties_with_values(include_defaults=False)
    assert isinstance(slider.js_event_callbacks, dict)
    assert Document.from_json(document.to_json()).roots[0].tags == ["a"]


def test_doing_it_twice_is_doing_it_once(monkeypatch):
    first = switch.speed_up()
    monkeypatch.setattr(switch, "sample", lambda: pytest.fail("tried again"))
    assert switch.speed_up() is first


def test_a_function_that_somebody_else_has_replaced_is_left_alone(monkeypatch):
    stock = HasProps.apply_theme

    def theirs(self, values):
        stock(self, values)

    monkeypatch.setattr(HasProps, "apply_theme", theirs)
    outcome = switch.speed_up()
    assert HasProps.apply_theme is theirs
    assert "theme" not in outcome.active
    assert "init" in outcome.active
    assert "theme" in outcome.reason


def test_a_function_with_a_text_that_is_new_to_us_is_left_alone(monkeypatch):
    name = "bokeh.core.has_props.HasProps.apply_theme"
    monkeypatch.setitem(known_texts.KNOWN_TEXTS, name, ("000000000000",))
    outcome = switch.speed_up()
    assert "theme" not in outcome.active
    assert "theme" in outcome.reason
    assert "__themed_values__" not in vars(HasProps)
    Slider(start=0, end=9, value=1).unapply_theme()


def test_nothing_is_replaced_if_the_ground_it_stands_on_is_new_to_us(monkeypatch):
    name = "bokeh.core.property.bases.Property.themed_default"
    monkeypatch.setitem(known_texts.KNOWN_TEXTS, name, ())
    before = bokehs_own()
    outcome = switch.speed_up()
    assert outcome.active == ()
    assert "computes defaults in a way we do not know" in outcome.reason
    assert bokehs_own() == before


def test_all_is_put_back_if_documents_differ(monkeypatch):
    answers = iter(["as it was", "something else"])
    monkeypatch.setattr(switch, "sample", lambda: next(answers))
    before = bokehs_own()
    assert "makes documents that differ" in switch.speed_up().reason
    assert bokehs_own() == before


def test_a_stream_that_forgets_how_many_rows_to_keep_is_found_out(monkeypatch):
    def forgetful(self, new_data, rollover=None, setter=None):
        stream(self, new_data, None, setter)

    places, stream = switch.REPLACEMENTS["stream"]
    monkeypatch.setitem(switch.REPLACEMENTS, "stream", (places, forgetful))
    assert "makes documents that differ" in switch.speed_up().reason


def test_all_is_put_back_if_something_raises(monkeypatch):
    calls = iter([False, True])

    def sample():
        if next(calls):
            raise ZeroDivisionError

    monkeypatch.setattr(switch, "sample", sample)
    before = bokehs_own()
    assert "raises ZeroDivisionError" in switch.speed_up().reason
    assert bokehs_own() == before


def test_a_class_made_by_a_script_ends_with_it():
    switch.speed_up()

    class Passing(Model):
        numbers = List(Int, default=[1])

    document = Document()
    document.add_root(Passing())
    document.to_json()
    document.validate()
    document.clear()
    _default_resolver.remove(Passing)
    passing = weakref.ref(Passing)
    del Passing, document
    gc.collect()
    assert passing() is None


def test_containers_that_nobody_asked_for_are_not_made():
    switch.speed_up()
    document = Document()
    slider = Slider(start=0, end=9, value=1)
    document.add_root(slider)
    document.to_json()
    document.validate()
    assert slider._unstable_default_values == {}
    slider.tags.append(3)
    assert type(slider.tags) is PropertyValueList
    assert slider._property_values["tags"] == [3]


def test_what_is_found_out_while_validation_is_off_is_not_kept():
    switch.speed_up()

    @without_property_validation
    def make():
        return Spinner(), Spinner().references(), Spinner().properties_with_values()

    make()
    facts = facts_of(Spinner)
    assert (facts.fixed, facts.loose) == ({}, set())
    assert (facts._at_once, facts._asked, facts._referring) == (None, None, None)
    assert Spinner().name is None
    assert facts.fixed


def test_threads_that_build_at_the_same_time_get_the_same_documents():
    def build(_):
        document = Document()
        plot = figure(title="here")
        plot.line([1, 2, 3], [4, 5, 6])
        document.add_root(Column(plot, Slider(start=0, end=9, value=1)))
        return named(document.to_json(deferred=False))

    expected = build(0)
    switch.speed_up()
    with ThreadPoolExecutor(4) as threads:
        documents = list(threads.map(build, range(12)))
    assert documents == [expected] * 12
