"""Classes that are made quickly are those that Bokeh makes.

Each test has Pythons of its own: Bokeh's models are imported once per process.
"""

import subprocess
import sys

SEEN = """
import inspect, re
import bokeh.plotting
from bokeh.core.has_props import HasProps
from bokeh.core.property.bases import ParameterizedProperty
from bokeh.core.property.dataspec import DataSpec
def text(value):
    return re.sub(r" at 0x[0-9a-f]+|id='[^']*'|p[0-9]{4,}", "", repr(value))
def prop(it):
    return {name: text(value) for name, value in vars(it).items()}
def parts(it):
    getattr(it, "instance_type", None)  # it may be the name of a class until somebody asks
    inner = it.type_params if isinstance(it, ParameterizedProperty) else []
    return [(type(one).__name__, prop(one), parts(one)) for one in inner]
for name, cls in sorted(HasProps.model_class_reverse_map.items()):
    print(name, cls.__module__, [base.__name__ for base in cls.__mro__], text(cls.__doc__))
    for key, it in cls.properties(_with_props=True).items():
        print(" ", key, type(it).__name__, prop(it), it is getattr(cls, key).property)
        if isinstance(it, DataSpec):
            print("   ", parts(it), it.value_type, prop(it.value_type))
        print("   ", it.__doc__, it.has_ref, str(it), it.serialized, it.readonly)
    print(" ", [(type(each).__name__, each.name) for each in cls.descriptors()])
    print(" ", all(each is getattr(cls, each.name) for each in cls.descriptors()))
    print(" ", list(cls.properties_with_refs()), list(cls.dataspecs()))
    print(" ", text(cls._overridden_defaults()), sorted(cls.properties()))
import copy
from bokeh import palettes
assert palettes.deepcopy is copy.deepcopy and copy.deepcopy.__module__ == "copy"
tables = [palettes.brewer, palettes.all_palettes, palettes.small_palettes]
print(tables)
inner = [table[name] for table in tables for name in table]
print([[one is other for other in inner] for one in inner])
"""
QUICK = """
from docsync_trio.documents import quick_palettes
used = set()
deep_copy = quick_palettes.deep_copy
quick_palettes.deep_copy = lambda value: used.add("palettes") or deep_copy(value)
quick_palettes.import_palettes()
from docsync_trio.documents import quick_classes as here
twin, properties = here.twin, here.properties
here.twin = lambda prop: used.add("twin") or twin(prop)
here.properties = lambda *args: used.add("properties") or properties(*args)
from docsync_trio.documents import quick_specs as specs
sharing = specs.sharing
specs.sharing = lambda stock: used.add("specs") or sharing(stock)
from bokeh.core import has_props
with here.quick_classes(), specs.quick_specs():
    import bokeh.models
newer = hasattr(has_props, "_PropertyInfo")
assert used == {"twin", "palettes", "specs"} | ({"properties"} if newer else set())
"""


def run(code):
    done = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        timeout=60,
        stdout=subprocess.PIPE,
        text=True,
        env={"PYTHONHASHSEED": "1"},
    )
    return done.stdout


def test_every_class_of_bokeh_is_as_bokeh_makes_it():
    quick = run(QUICK + SEEN)

    assert quick == run(SEEN)
    assert quick.count("\n") > 10_000


def test_every_kind_of_property_is_copied_as_python_copies_it():
    run(
        """
import copy, inspect
import bokeh.models
from bokeh.core.property.bases import Property
from docsync_trio.documents.quick_classes import twin
def kinds(of):
    for kind in of.__subclasses__():
        yield kind
        yield from kinds(kind)
found = set(kinds(Property))
assert len(found) > 60
for kind in found:
    assert kind.__reduce_ex__ is object.__reduce_ex__ and kind.__reduce__ is object.__reduce__
    assert kind.__getstate__ is object.__getstate__ and not hasattr(kind, "__setstate__")
    assert not hasattr(kind, "__copy__") and kind.__dictoffset__ != 0
    assert not any("__slots__" in vars(base) and base.__slots__ for base in kind.__mro__)
prop = bokeh.models.Slider.lookup("value").property
assert vars(twin(prop)) == vars(copy.copy(prop)) and type(twin(prop)) is type(prop)
"""
    )


def test_bokeh_makes_its_classes_itself_again_afterwards():
    run(
        """
from bokeh.core import has_props
from bokeh.core.property.bases import Property
home = getattr(has_props, "_PropertyInfo", None)
before = vars(home)["properties"] if home else None
from docsync_trio.documents.quick_classes import quick_classes
with quick_classes():
    pass
assert not hasattr(Property, "__copy__")
assert home is None or vars(home)["properties"] is before
"""
    )


def test_what_only_models_need_is_found_out_by_the_first():
    run(
        """
from bokeh.core import has_props
from docsync_trio.documents.late_signatures import late_signatures
from docsync_trio.documents.quick_classes import quick_classes
with late_signatures(), quick_classes():
    from bokeh.models import Slider
if hasattr(has_props, "_PropertyInfo"):
    assert "_descriptors" not in vars(Slider.__property_info__)
    known = Slider.properties(_with_props=True)
    assert Slider.descriptors() is Slider.descriptors()
    assert Slider.properties(_with_props=True) is known
"""
    )
