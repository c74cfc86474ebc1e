"""What was set in widgets, put back into a document that was built anew."""

import datetime as dt

import pytest
from bokeh.document import Document
from bokeh.layouts import column, row
from bokeh.models import (
    AutocompleteInput,
    CheckboxGroup,
    ColumnDataSource,
    DatePicker,
    Div,
    MultiSelect,
    PasswordInput,
    RadioButtonGroup,
    RangeSlider,
    Select,
    Slider,
    TabPanel,
    Tabs,
    TextInput,
    Toggle,
)
from bokeh.plotting import figure

from docsync_trio.documents.kept_state import UserChanges, put_back, take
from tests.documents.viewers import Room

PAGE = object()


def slider(title="Amplitude", value=1, end=10, **more):
    return Slider(title=title, value=value, start=0, end=end, **more)


def tabs(count):
    return Tabs(tabs=[TabPanel(child=Div()) for _ in range(count)])


def document_of(*roots):
    document = Document()
    for root in roots:
        document.add_root(root)
    return document


def used(document, *settings):
    """What is kept after somebody has set the *settings*: (model, property, value)."""
    changes = UserChanges(document)
    for model, attr, value in settings:
        model.set_from_json(attr, value, setter=PAGE)
    return take(document, changes)


def used_and_rebuilt(old, attr, value, *new_roots):
    """What could not be kept of the one thing that was set in *old*, the only root."""
    state = used(document_of(old), (old, attr, value))
    return put_back(state, document_of(*new_roots), PAGE).sentences


def test_what_a_page_has_set_is_put_back_and_the_callbacks_run():
    old, new, seen = slider(), slider(), []
    new.on_change("value", lambda attr, old, new: seen.append((attr, old, new)))
    assert used_and_rebuilt(old, "value", 4, column(new)) == ()
    assert new.value == 4
    assert seen == [("value", 1, 4)]


def test_a_patch_of_a_browser_is_remembered_and_what_the_code_sets_is_not():
    room = Room()
    dragged, coded, answered = slider("a"), slider("b"), slider("c")
    room.change(lambda document: document.add_root(column(dragged, coded, answered)))
    changes = UserChanges(room.document)
    answered.on_change("value", lambda attr, old, new: answered.update(value=9))
    viewer = room.view()
    for old, value in ((dragged, 5), (answered, 3)):
        room.edit(viewer, lambda document, i=old.id, v=value: document.models[i].update(value=v))
    room.change(lambda _: coded.update(value=7))
    assert list(changes) == [(dragged.id, "value")]


def test_only_widgets_and_tabs_are_kept():
    plot, source, both = figure(), ColumnDataSource({"x": [1]}), tabs(2)
    document = document_of(plot, column(both), source)
    settings = [(plot.x_range, "start", 1.0), (plot, "inner_width", 7), (both, "active", 1)]
    state = used(document, *settings, (source, "name", "x"))
    assert [attr for _, attr, _ in state.values] == ["active"]


def test_a_widget_is_known_by_its_name_wherever_it_is_now():
    old, new = slider("old", name="speed"), slider("new", name="speed")
    other = slider("old", name="other")
    assert used_and_rebuilt(old, "value", 6, row(Div(), column(other, new))) == ()
    assert (new.value, other.value) == (6, 1)


def test_a_widget_is_known_by_its_title_when_another_was_put_before_it():
    first, second, added = slider("first"), slider("second"), slider("added")
    old = document_of(column(slider("first"), old_second := slider("second")))
    state = used(old, (old_second, "value", 8))
    assert put_back(state, document_of(column(added, first, second)), PAGE).sentences == ()
    assert (added.value, first.value, second.value) == (1, 1, 8)


def test_a_widget_is_known_by_its_place_when_its_title_was_changed():
    old, new = slider("Amplitud"), slider("Amplitude")
    assert used_and_rebuilt(old, "value", 3, new) == ()
    assert new.value == 3


def test_widgets_of_one_title_are_told_apart_by_their_places():
    old = document_of(column(slider("x"), row(inner := slider("x"))))
    state = used(old, (inner, "value", 5))
    one, two = slider("x"), slider("x")
    assert put_back(state, document_of(column(one, row(two))), PAGE).sentences == ()
    assert (one.value, two.value) == (1, 5)


@pytest.mark.parametrize(
    ("old", "attr", "value", "new", "told"),
    [
        (slider(), "value", 4, Div(), "“Amplitude”: it is no longer there."),
        (slider(), "value", 4, TextInput(title="Amplitude"), "“Amplitude”: it is no longer there."),
        (slider(), "value", 4, slider(end=2), "“Amplitude”: 4 is not between 0 and 2."),
        (
            RangeSlider(title="r", start=0, end=9, value=(1, 2)),
            "value",
            (1.5, 8.0),
            RangeSlider(title="r", start=0, end=5, value=(1, 2)),
            "“r”: (1.5, 8.0) is not between 0 and 5.",
        ),
        (
            Select(title="s", options=["a", "b"]),
            "value",
            "b",
            Select(title="s", options=["a", ("c", "C")]),
            "“s”: 'b' is no option any more.",
        ),
        (
            MultiSelect(name="m", options=["a", "b"]),
            "value",
            ["a", "b"],
            MultiSelect(name="m", options=["b"]),
            "“m”: 'a' is no option any more.",
        ),
        (
            CheckboxGroup(labels=["a", "b"]),
            "active",
            [0, 1],
            CheckboxGroup(labels=["a"]),
            "a CheckboxGroup: there are fewer to choose from.",
        ),
        (
            tabs(2),
            "active",
            1,
            tabs(1),
            "a Tabs: there are fewer to choose from.",
        ),
    ],
)
def test_what_does_not_fit_any_more_is_left_and_told(old, attr, value, new, told):
    before = getattr(new, attr, None)
    assert used_and_rebuilt(old.clone(), attr, value, new) == (told,)
    assert getattr(new, attr, None) == before


@pytest.mark.parametrize(
    ("model", "attr", "value"),
    [
        (TextInput(title="t"), "value", "typed"),
        (PasswordInput(title="t"), "value", "typed"),
        (Toggle(label="t"), "active", True),
        (RadioButtonGroup(labels=["a", "b"]), "active", 1),
        (CheckboxGroup(labels=["a", "b"]), "active", [1]),
        (Select(options={"g": ["a", ("b", "B")]}), "value", "b"),
        (DatePicker(title="d"), "value", "2026-11-22"),
        (AutocompleteInput(completions=["a"], restrict=False), "value", "free"),
        (slider(), "value_throttled", 3),
    ],
)
def test_every_kind_of_widget_gets_back_what_it_had(model, attr, value):
    new = model.clone()
    assert used_and_rebuilt(model.clone(), attr, value, new) == ()
    assert getattr(new, attr) == value


def test_a_callback_that_raises_stops_nothing_and_is_told():
    old = document_of(first := slider("first"), second := slider("second"))
    state = used(old, (first, "value", 3), (second, "value", 4))
    new_first, new_second = slider("first"), slider("second")
    new_first.on_change("value", lambda attr, old, new: 1 / 0)
    outcome = put_back(state, document_of(new_first, new_second), PAGE)
    assert [type(error) for error in outcome.errors] == [ZeroDivisionError]
    assert (new_first.value, new_second.value) == (3, 4)


def test_what_was_put_back_is_kept_again_the_next_time():
    state = used(document_of(old := slider()), (old, "value", 4))
    document = document_of(slider())
    changes = UserChanges(document)
    put_back(state, document, PAGE)
    assert take(document, changes).values == state.values


def test_what_is_kept_belongs_to_no_document():
    old = MultiSelect(options=["a", "b"])
    state = used(document_of(old), (old, "value", ["a"]))
    old.value.append("b")
    assert state.values[0][2] == ["a"]


def test_a_widget_that_was_removed_before_the_end_has_nothing_to_keep():
    document = document_of(one := slider())
    changes = UserChanges(document)
    one.set_from_json("value", 4, setter=PAGE)
    document.remove_root(one)
    assert take(document, changes).values == ()


def test_dates_are_kept():
    old, new = DatePicker(title="d"), DatePicker(title="d")
    day = dt.date(2026, 11, 22)
    assert used_and_rebuilt(old, "value", day, new) == ()
    assert new.value == old.value
