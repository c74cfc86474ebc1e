"""Whatever application and viewers do, all viewers end up with the server's document.

Bokeh's own code decodes and applies what they get.
"""

import numpy as np
from bokeh.models import Column, ColumnDataSource, Div, Row, Slider
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.documents.viewers import Room

choice = st.integers(0, 30)
numbers = st.lists(st.integers(-5, 5), min_size=1, max_size=4)


def pick(models, number):
    models = sorted(models, key=lambda model: int(model.id.lstrip("p")))
    return models[number % len(models)] if models else None


def of(document, *kinds):
    return [model for model in document.models if isinstance(model, kinds)]


def columns(values, *, arrays=False):
    make = np.array if arrays else list
    return {"x": make([float(v) for v in values]), "y": make([float(-v) for v in values])}


def fresh(number):
    """A model that is not in any document yet."""
    return [
        lambda: Div(text=f"text {number}"),
        lambda: Slider(start=0, end=10, value=number % 10),
        lambda: Row(children=[Div(text="in a row"), Slider(start=0, end=10, value=1)]),
        lambda: Column(children=[Row(children=[Div(tags=[Div(text="in a tag")])])]),
        lambda: Div(tags=[ColumnDataSource(data=columns([1, 2, number]))]),
    ][number % 5]()


def set_text(document, a, b, values):
    if (div := pick(of(document, Div), a)) is not None:
        div.text = f"text {b}"


def set_tags(document, a, b, values):
    if (div := pick(of(document, Div), a)) is not None:
        div.tags = [{"model": fresh(b), "values": list(values)}]


def set_value(document, a, b, values):
    if (slider := pick(of(document, Slider), a)) is not None:
        slider.value = b % 10


def set_title(document, a, b, values):
    document.title = f"title {b % 3}"


def append(document, a, b, values):
    if (box := pick(of(document, Row, Column), a)) is not None:
        box.children.append(fresh(b))


def replace(document, a, b, values):
    if (box := pick(of(document, Row, Column), a)) is not None:
        box.children = [fresh(b), *box.children[1:]]


def remove(document, a, b, values):
    if (box := pick(of(document, Row, Column), a)) is not None and box.children:
        box.children.pop(b % len(box.children))


def move(document, a, b, values):
    box = pick(of(document, Row, Column), a)
    child = pick(of(document, Div, Slider), b)
    if box is not None and child is not None and child not in box.children:
        for other in of(document, Row, Column):
            if child in other.children:
                other.children = [each for each in other.children if each is not child]
        child.name = f"moved {b}"
        box.children = [*box.children, child]


def add_root(document, a, b, values):
    if len(document.roots) < 6:
        document.add_root(fresh(b))


def add_inner_as_root(document, a, b, values):
    document.add_root(pick(document.models, a))


def remove_root(document, a, b, values):
    if len(document.roots) > 2:
        document.remove_root(document.roots[a % len(document.roots)])


def root_out_and_in(document, a, b, values):
    root = document.roots[a % len(document.roots)]
    document.remove_root(root)
    root.name = f"was outside {b}"
    document.add_root(root)


def set_data(document, a, b, values):
    if (source := pick(of(document, ColumnDataSource), a)) is not None:
        source.data = columns(values, arrays=b % 2 == 0)


def set_column(document, a, b, values):
    if (source := pick(of(document, ColumnDataSource), a)) is not None:
        source.data["x"] = [float(b)] * len(source.data["x"])


def stream(document, a, b, values):
    if (source := pick(of(document, ColumnDataSource), a)) is not None:
        source.stream(columns(values), rollover=5 if b % 3 == 0 else None)


def patch(document, a, b, values):
    source = pick(of(document, ColumnDataSource), a)
    if source is not None and len(source.data["x"]):
        end = len(source.data["x"])
        source.patch({"x": [(b % end, float(b))], "y": [(slice(0, 1), [float(a)])]})


VALUES = [set_text, set_tags, set_value, set_title, set_data, stream, patch]
EDITS = [*VALUES, append, replace, remove, add_root, remove_root]
CHANGES = [*EDITS, move, add_inner_as_root, root_out_and_in, set_column]

steps = st.lists(st.tuples(st.sampled_from(CHANGES), choice, choice, numbers), max_size=6)


class InStep(RuleBasedStateMachine):
    @initialize(viewers=st.integers(0, 3))
    def begin(self, viewers):
        self.room = Room()
        self.room.change(self.build)
        for number in range(viewers):
            self.come(number)

    def build(self, document):
        document.add_root(Column(children=[Div(text="one"), Row(children=[Div(text="two")])]))
        document.add_root(ColumnDataSource(data=columns([1, 2, 3])))
        slider = Slider(start=0, end=10, value=1)
        slider.on_change("value", self.answer)
        self.slider = slider
        document.add_root(slider)

    def answer(self, attr, old, new):
        """What the application does when its slider moves, in the midst of the change."""
        document = self.room.document
        CHANGES[int(new * 7 + old) % len(CHANGES)](document, int(new), int(old), [int(new)])
        if new == 6:
            raise ZeroDivisionError

    @property
    def is_held(self):
        return self.room.document.callbacks.hold_value is not None

    @rule(number=choice)
    def come(self, number):
        if len(self.room.viewers) < 4:
            self.room.view(f"viewer {number}")

    @rule(number=choice)
    def go(self, number):
        if self.room.viewers:
            self.room.leave(self.room.viewers[number % len(self.room.viewers)])

    @rule(number=choice)
    def come_back(self, number):
        if self.room.viewers:
            viewer = self.room.viewers[number % len(self.room.viewers)]
            self.room.leave(viewer)
            self.room.viewers.append(viewer.pull(self.room.shared))

    @rule(number=choice)
    def fall_behind(self, number):
        if self.room.viewers:
            self.room.behind.add(self.room.viewers[number % len(self.room.viewers)])

    @precondition(lambda self: not self.is_held)
    @rule()
    def catch_up(self):
        for viewer in list(self.room.behind):
            self.room.catch_up(viewer)

    @rule(steps=steps)
    def change(self, steps):
        def callback(document):
            for step, a, b, values in steps:
                step(document, a, b, values)

        self.room.change(callback)

    @precondition(lambda self: not self.is_held)
    @rule(who=choice, steps=st.lists(st.tuples(st.sampled_from(EDITS), choice, choice, numbers)))
    def edit(self, who, steps):
        def edit(document):
            for step, a, b, values in steps[:3]:
                step(document, a, b, values)

        if viewers := self.room.in_time():
            self.room.edit(viewers[who % len(viewers)], edit)

    @precondition(lambda self: not self.is_held)
    @rule(who=choice, value=st.integers(0, 9))
    def move_the_slider_that_is_answered(self, who, value):
        viewers = self.room.in_time()
        if viewers and self.slider.document is not None:
            viewer = viewers[who % len(viewers)]
            self.room.edit(viewer, lambda d: setattr(d.models[self.slider.id], "value", value))

    @rule(policy=st.sampled_from(["combine", "collect"]))
    def hold(self, policy):
        if not self.is_held:
            self.room.change(lambda document: document.hold(policy))

    @precondition(lambda self: self.is_held)
    @rule(steps=steps)
    def let_go(self, steps):
        def callback(document):
            document.unhold()
            for step, a, b, values in steps:
                step(document, a, b, values)

        self.room.change(callback)

    @invariant()
    def all_are_in_step(self):
        if not self.is_held:
            self.room.assert_in_step()

    def teardown(self):
        if self.is_held:
            self.room.change(lambda document: document.unhold())
        self.catch_up()
        self.room.assert_in_step()
        assert not self.room.unsent
        table = set(self.room.document.models)
        assert not self.room.viewers or self.room.document.models._new_models <= table


TestInStep = InStep.TestCase
TestInStep.settings = settings(
    max_examples=20,
    stateful_step_count=14,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],  # explaining takes minutes
    suppress_health_check=[HealthCheck.too_slow],
)
