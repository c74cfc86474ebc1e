"""What may be done with models, as plain data: played here, and by a process of stock Bokeh.

That process runs `main`: a program per line, an answer per line. It never imports the
speedups.
"""

import json
import re
import sys
import warnings
from contextlib import contextmanager
from typing import Any

import bokeh.plotting
from bokeh.core.has_props import HasProps, _default_resolver, abstract, is_abstract
from bokeh.core.properties import (
    Alias,
    Dict,
    Either,
    Instance,
    Int,
    List,
    Nullable,
    NumberSpec,
    Override,
    Required,
    Set,
    String,
)
from bokeh.core.properties import Any as AnyProperty
from bokeh.core.property.bases import Property
from bokeh.core.property.instance import InstanceDefault
from bokeh.core.serialization import Deserializer, Serializer
from bokeh.core.validation import check_integrity
from bokeh.core.validation.decorators import warning
from bokeh.core.validation.warnings import EMPTY_LAYOUT
from bokeh.document import Document
from bokeh.events import ButtonClick
from bokeh.model import DataModel, Model
from bokeh.models import Range1d, Slider
from bokeh.themes import Theme


class Loud(Property):
    """A property of others than Bokeh, which does as it likes."""

    asked = 0

    def transform(self, value):
        type(self).asked += 1
        return value


class Inner(Model):
    number = Int(default=3)


@abstract
class Base(Model):
    words = List(String, default=["a", "b"])
    either = Either(Int, List(Int), default=[1, 2])
    maybe = Nullable(List(Int), default=[4])
    loud = Loud(default=5)
    size = NumberSpec(default=7)
    inner = Instance(Inner, default=InstanceDefault(Inner, number=8))
    needed = Required(Int)
    other = Alias("loud")


class Changed(Base):
    made = List(Int, default=lambda: [9])
    words = Override(default=["c"])
    either = Override(default=lambda: [3])
    needed = Override(default=1)
    size = Override(default={"field": "column"})

    @warning(EMPTY_LAYOUT)
    def _check_words(self):
        return None if self.words else "no words"


class Grandchild(Changed):
    names = Dict(String, Instance(Inner), default={})
    bag = Set(Int, default={1})
    anything = AnyProperty(default=[2])
    tags = Override(default=["tagged"])
    inner = Override(default=lambda: Inner(number=99))


class Data(DataModel):
    count = Int(default=2)
    parts = List(Instance(Inner), default=[])


class Unset(Base):
    """A model that cannot be written before it has what it needs."""

    must = Required(Instance(Inner))


OWN = [Inner, Changed, Grandchild, Data, Unset]
CLASSES: list[type[Model]] = OWN + sorted(
    {
        cls
        for cls in HasProps.model_class_reverse_map.values()
        if issubclass(cls, Model)
        and not is_abstract(cls)
        and cls.__module__.startswith(("bokeh.models", bokeh.plotting.__name__))
    },
    key=lambda cls: cls.__qualified_model__,
)
for own in (*OWN, Base):
    _default_resolver.remove(own)

VALUES: list[Any] = [
    *(0, 1, -1, 2.5, float("nan"), True, None, "", "a", "red", "#ff0000", "x", "start"),
    *([], [1, 2], ["a", "b"], ["a", 1, None], (1, 2), {}, {"a": 1}, {"x": [1, 2]}, {1}),
    *({"field": "x"}, {"value": 3}, {"value": 3, "units": "screen"}),
]
THEMES = [
    Theme(json={}),
    Theme(json={"attrs": {"Model": {"tags": ["themed"]}, "Slider": {"step": 5}}}),
    Theme(
        json={
            "attrs": {
                "Changed": {"words": ["t"], "needed": 6, "size": 4},
                "Inner": {"number": 11, "name": "themed"},
                "Axis": {"axis_line_color": "red"},
            },
            "line_defaults": {"line_width": 5},
        }
    ),
]


class Play:
    """One program, played from its beginning."""

    def __init__(self):
        self.document = Document()
        self.models: list[Model] = []
        self.seen: list[Any] = []
        self.step("make", 0)

    def step(self, what, *numbers):
        try:
            self.seen.append([what, self.said(getattr(self, what)(*numbers))])
        except Exception as error:  # noqa: BLE001 - both Bokehs have to raise the same
            self.seen.append([what, type(error).__name__, plain(str(error))])

    def make(self, which, *settings):
        cls = CLASSES[which % len(CLASSES)]
        pairs = zip(settings[::2], settings[1::2], strict=False)
        self.models.append(cls(**{self.name(cls, p): self.value(v) for p, v in pairs}))
        return self.models[-1]

    def make_by_id(self, which):
        cls = CLASSES[which % len(CLASSES)]
        rep = {"type": "object", "name": cls.__qualified_model__, "id": f"p9{len(self.models)}"}
        self.models.append(Deserializer().deserialize(rep))

    def get(self, which, prop):
        model = self.model(which)
        return getattr(model, self.name(type(model), prop))

    def set(self, which, prop, value):
        model = self.model(which)
        setattr(model, self.name(type(model), prop), self.value(value))

    def refer(self, which, prop, other):
        model, other = self.model(which), self.model(other)
        name = self.name(type(model), prop)
        setattr(model, name, [other] if prop % 2 else other)

    def share(self, which, prop, other):
        """Two models with one container, as they get by assigning what they have read."""
        model, other = self.model(which), self.model(other)
        name = self.name(type(model), prop)
        setattr(other, name, getattr(model, name))

    def change(self, which, prop, value):
        """Change a container in its place, whether it is a default or not."""
        model = self.model(which)
        containers = [
            found
            for name in sorted(model.properties())
            if isinstance(found := getattr(model, name, None), (list, set, dict))
        ]
        container, value = containers[prop % len(containers)], self.value(value)
        if isinstance(container, list):
            container.append(value)
        elif isinstance(container, set):
            container.add(prop)  # the order of anything else differs from process to process
        else:
            container[value] = value

    def delete(self, which, prop):
        model = self.model(which)
        delattr(model, self.name(type(model), prop))

    def patch(self, which, prop, value):
        model = self.model(which)
        model.set_from_json(self.name(type(model), prop), self.value(value))

    def clone(self, which, prop, value):
        model = self.model(which)
        self.models.append(model.clone(**{self.name(type(model), prop): self.value(value)}))

    def listen(self, which, prop):
        model = self.model(which)
        told = self.seen.append
        model.on_change(
            self.name(type(model), prop),
            lambda attr, old, new: told(["told", attr, self.said(old), self.said(new)]),
        )
        model.on_event(ButtonClick, lambda _: None)

    def theme(self, which):
        self.document.theme = THEMES[which % len(THEMES)]

    def theme_one(self, which, theme):
        THEMES[theme % len(THEMES)].apply_to_model(self.model(which))

    def root(self, which):
        self.document.add_root(self.model(which))

    def unroot(self, which):
        self.document.remove_root(self.model(which))

    def written(self, which):
        return Serializer(deferred=False).serialize(self.model(which)).content

    def document_written(self):
        return self.document.to_json(deferred=False)

    def read_again(self):
        again = Document.from_json(self.document.to_json(deferred=False))
        return again.to_json(deferred=False)

    def values(self, which, defaults, undefined):
        return self.model(which).properties_with_values(
            include_defaults=bool(defaults % 2), include_undefined=bool(undefined % 2)
        )

    def query(self, which):
        model = self.model(which)
        found = model.query_properties_with_values(lambda p: p.has_ref, include_defaults=False)
        return found | model.query_properties_with_values(lambda p: p.readonly)

    def references(self, which):
        return sorted(self.said(self.model(which).references()))

    def integrity(self, which):
        issues = check_integrity([self.model(which)])
        return sorted(issue.code for issue in (*issues.error, *issues.warning))

    def model(self, which) -> Model:
        return self.models[which % len(self.models)]

    def name(self, cls, prop):
        names = sorted(cls.properties())
        return names[prop % len(names)]

    def value(self, which):
        values = [*VALUES, Slider, Range1d]
        value = values[which % len(values)]
        return value() if isinstance(value, type) else value

    def said(self, value):
        """*value* in words that two processes have in common."""
        if isinstance(value, Model):
            known = [index for index, model in enumerate(self.models) if model is value]
            return f"{type(value).__name__} {known}"
        if isinstance(value, dict) and value.get("type") == "set":
            value = value | {"entries": sorted(map(str, value.get("entries", ())))}
        if isinstance(value, dict):
            inside = [[self.said(key), self.said(item)] for key, item in value.items()]
            return [type(value).__name__, inside]
        if isinstance(value, (set, frozenset)):
            return [type(value).__name__, *sorted(map(str, map(self.said, value)))]
        if isinstance(value, (list, tuple)):
            return [type(value).__name__, *map(self.said, value)]
        return plain(f"{type(value).__name__} {value!r}")


def plain(text: str) -> str:
    """*text* without addresses, which differ from process to process."""
    return re.sub(r"0x[0-9a-f]+", "address", text)


def play(program: list[list[Any]]) -> list[Any]:
    """What is seen of *program*, a list of steps: names of methods with numbers.

    Ids, which also differ, are replaced by their order of appearance.
    """
    with warnings.catch_warnings(), our_classes():
        warnings.simplefilter("ignore")
        play = Play()
        for step in program:
            play.step(*step)
    ids: dict[str, str] = {}
    seen = json.dumps(play.seen)
    return json.loads(re.sub(r"\bp\d+\b", lambda m: ids.setdefault(m[0], f"id{len(ids)}"), seen))


@contextmanager
def our_classes():
    """Let Bokeh know our classes for a while: other tests render pages, which read all of them."""
    for cls in OWN:
        _default_resolver.add(cls)
    try:
        yield
    finally:
        for cls in OWN:
            _default_resolver.remove(cls)


def main() -> None:
    """Answer each line, a program, with what is seen of it."""
    for line in sys.stdin:
        sys.stdout.write(json.dumps(play(json.loads(line))) + "\n")
        sys.stdout.flush()
