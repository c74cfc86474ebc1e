"""Properties for values or columns share what is the same, and nothing else.

That all of Bokeh's are what they were is in `test_quick_classes`.
"""

import pytest
from bokeh.core.has_props import HasProps, Local
from bokeh.core.properties import DataSpec, Float, Int, Nullable, NumberSpec, String, Tuple
from bokeh.core.property.singletons import Intrinsic

from docsync_trio.documents.quick_specs import quick_specs
from docsync_trio.documents.speedups import known_texts

MADE = {
    "numbers": lambda: NumberSpec(default=1, help="a text"),
    "whole numbers": lambda: DataSpec(Int, 3),
    "a type that was made before": lambda: DataSpec(Nullable(Int), None),
    "the default of its first part": lambda: DataSpec(String, Intrinsic),
}


def described(prop):
    return {
        **{name: str(value) for name, value in vars(prop).items() if name != "alternatives"},
        "alternatives": [str(kind) for kind, _ in prop.alternatives],
    }


@pytest.mark.parametrize("make", MADE.values(), ids=MADE)
def test_a_property_is_what_bokeh_makes(make):
    with quick_specs():
        first, second = make(), make()

    assert described(first) == described(second) == described(make())
    assert [*vars(second)] == [*vars(make())]


def test_equal_parts_are_made_once():
    with quick_specs():
        first, second = NumberSpec(), NumberSpec(default=3)

    assert all(map(lambda one, other: one is other, first.type_params, second.type_params))
    assert first.type_params is not second.type_params


def test_what_is_done_to_one_property_is_not_done_to_another():
    with quick_specs():
        first, second = NumberSpec(default=1), NumberSpec(default=2)
        first.accepts(Tuple(Int, Int), sum)
        first.asserts(lambda _obj, value: value != 5, "not five")

    class Two(HasProps, Local):
        one = first
        other = second

    two = Two(one=(1, 2))
    assert two.one == 3
    with pytest.raises(ValueError, match="expected an element"):
        two.other = (1, 2)
    with pytest.raises(ValueError, match="not five"):
        two.one = 5
    two.other = 5


def test_a_bokeh_that_we_do_not_know_makes_them_itself(monkeypatch):
    name = "bokeh.core.property.either.Either.__init__"
    monkeypatch.setitem(known_texts.KNOWN_TEXTS, name, ())

    with quick_specs():
        first, second = NumberSpec(), NumberSpec()

    assert isinstance(first.value_type, Float)
    assert first.value_type is not second.value_type
    assert not any(map(lambda one, other: one is other, first.type_params, second.type_params))


def test_bokeh_makes_them_itself_again_afterwards():
    stock = DataSpec.__init__
    with quick_specs():
        assert DataSpec.__init__ is not stock
    assert DataSpec.__init__ is stock
