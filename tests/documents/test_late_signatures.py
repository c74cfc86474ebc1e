"""Signatures that are computed late are those that Bokeh computes at its import.

Each test has a Python of its own: Bokeh's models are imported once per process.
"""

import subprocess
import sys

LATE = """
import inspect
from docsync_trio.documents.late_signatures import LateSignature, late_signatures
with late_signatures() as late:
    import bokeh.plotting
from bokeh.core.has_props import HasProps
from bokeh.model import Model
"""


def run(code):
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_every_model_of_bokeh_has_the_signature_that_bokeh_would_have_given_it():
    run(
        LATE
        + """
models = [m for m in HasProps.model_class_reverse_map.values() if issubclass(m, Model)]
models = [m for m in models if m.__module__.startswith("bokeh.models")]
assert late and len(models) > 300
for model in models:
    found = model.__init__.__signature__
    assert type(found) is LateSignature
    stock = inspect.Signature([parameter for parameter, _, _ in model.parameters()])
    assert str(found) == str(stock)
    ours, theirs = found.parameters.values(), stock.parameters.values()
    assert [each.kind for each in ours] == [each.kind for each in theirs]
    assert found.return_annotation is inspect.Signature.empty
"""
    )


def test_a_signature_can_be_asked_for_and_replaced_like_any_other():
    run(
        LATE
        + """
from bokeh.models import Slider
found = inspect.signature(Slider.__init__)
assert "step" in found.parameters
assert found.replace(return_annotation=None).return_annotation is None
assert not hasattr(found, "anything_else")
"""
    )


def test_models_of_an_application_are_made_as_ever():
    run(
        LATE
        + """
from bokeh.core.properties import Int
assert "LateSignature" not in Model.__init_subclass__.__func__.__code__.co_names
class Own(Model):
    number = Int(default=3)
assert Own().number == 3 and Own.__init__ is Model.__init__
"""
    )


def test_a_bokeh_that_does_something_else_there_is_left_alone():
    run(
        """
import inspect
from bokeh.model import Model
stock = Model.__init_subclass__.__func__
def __init_subclass__(cls):
    stock(cls)
    assert cls.__name__ is not None
Model.__init_subclass__ = classmethod(__init_subclass__)
from docsync_trio.documents.late_signatures import late_signatures
with late_signatures() as late:
    import bokeh.models
assert not late
assert type(bokeh.models.Slider.__init__.__signature__) is inspect.Signature
"""
    )


def test_models_that_are_there_already_stay_as_they_are():
    run(
        """
import inspect
import bokeh.models
from docsync_trio.documents.late_signatures import late_signatures
with late_signatures() as late:
    assert not late
assert type(bokeh.models.Slider.__init__.__signature__) is inspect.Signature
"""
    )
