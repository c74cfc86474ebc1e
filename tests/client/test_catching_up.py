"""A document that was pulled again, said as a patch of the one that is here."""

import attrs
import orjson
import pytest
from bokeh.document import Document
from bokeh.models import Column, ColumnDataSource, CustomJS, Div, Slider
from bokeh.plotting import figure

from docsync_trio.client.catching_up import catching_up
from docsync_trio.client.line import Greeting
from docsync_trio.client.news import ConnectionLost
from docsync_trio.client.replica import Replica
from docsync_trio.documents.shared_document import SharedDocument
from docsync_trio.protocol.outgoing import pull_request
from tests.documents.viewers import received, state


def a_document():
    document = Document(title="before")
    slider = Slider(name="slider", start=0, end=10, value=1)
    source = ColumnDataSource(name="source", data={"x": [1, 2], "y": [3, 4]})
    slider.js_on_change("value", CustomJS(args={"source": source}, code="1"))
    plot = figure(name="plot", title="a plot", tools="")
    plot.scatter("x", "y", source=source)
    document.add_root(Column(name="column", children=[slider, Div(name="label", text="one")]))
    document.add_root(plot)
    return document


class Pair:
    """A server's document and a client's replica of it, with a line that breaks."""

    def __init__(self):
        self.shared = SharedDocument(a_document(), held=True)
        self.theirs = self.shared.document
        self.posted, self.news = [], []
        self.replica = Replica(Document(), self.post, self.news.append)
        self.connections = 0
        self.come_back()

    def post(self, message, connection):
        self.posted.append(message)

    def break_off(self):
        self.replica.lost(ConnectionLost("a test", 1.0))

    def come_back(self):
        self.connections += 1
        self.replica.greeted(Greeting(self.connections, "a session"))
        question = self.posted[-1]
        assert question.kind == "PULL-DOC-REQ"
        self.replica.received(received(self.shared.pull(object(), received(question))))

    @property
    def ours(self):
        return self.replica.document


def rename(d):
    d.title = "after"
    d.get_model_by_name("label").text = "two"


def move_in_a_layout(d):
    column = d.get_model_by_name("column")
    column.children = [Div(name="fresh", text="new"), *reversed(column.children)]


def back_to_default(d):
    d.get_model_by_name("slider").update(start=0, end=1, value=0, title="")
    d.get_model_by_name("label").text = ""


def other_roots(d):
    d.remove_root(d.get_model_by_name("column"))
    d.add_root(Column(children=[d.get_model_by_name("plot")]))
    d.remove_root(d.get_model_by_name("plot"))


def other_data(d):
    d.get_model_by_name("source").data = {"x": [5, 6, 7], "y": [7, 8, 9]}


def a_circle_of_old_and_new(d):
    # The new model is referred to by an old one that is written inside of it.
    label = d.get_model_by_name("label")
    fresh = Column(name="fresh", children=[label])
    label.tags = [fresh]
    d.add_root(fresh)


def nothing(d):
    pass


CHANGES = [
    rename,
    move_in_a_layout,
    back_to_default,
    other_roots,
    other_data,
    a_circle_of_old_and_new,
    nothing,
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_whatever_changed_meanwhile_the_documents_are_equal_again(change):
    pair = Pair()
    pair.break_off()
    change(pair.theirs)
    pair.come_back()
    assert state(pair.ours) == state(pair.theirs)


@pytest.mark.parametrize("change", [rename, move_in_a_layout, other_data, nothing])
def test_models_that_are_still_there_stay_the_same_objects(change):
    pair = Pair()
    kept = {name: pair.ours.get_model_by_name(name) for name in ("slider", "label", "source")}
    pair.break_off()
    change(pair.theirs)
    pair.come_back()
    assert {name: pair.ours.get_model_by_name(name) for name in kept} == kept


def test_callbacks_hear_only_of_what_has_changed():
    pair = Pair()
    heard = []
    pair.ours.on_change(lambda event: heard.append(getattr(event, "attr", event.kind)))
    pair.break_off()
    rename(pair.theirs)
    pair.come_back()
    assert sorted(heard) == ["TitleChanged", "text"]


def test_another_kind_of_model_under_an_old_id_is_no_patch():
    pair = Pair()
    pulled = received(pair.shared.pull(object(), received(pull_request())))
    text = orjson.dumps(pulled.content)
    assert catching_up(pair.ours, pulled) is not None
    content = orjson.loads(text.replace(b'"name":"Div"', b'"name":"Paragraph"'))
    assert catching_up(pair.ours, attrs.evolve(pulled, content=content)) is None


def test_what_is_changed_after_coming_back_is_sent():
    pair = Pair()
    pair.break_off()
    move_in_a_layout(pair.theirs)
    pair.come_back()
    pair.posted.clear()
    pair.ours.get_model_by_name("fresh").text = "mine"
    (patch,) = pair.posted
    assert pair.shared.patch(object(), received(patch)) == []
    assert pair.theirs.get_model_by_name("fresh").text == "mine"
