"""Whatever a peer sends, it is applied or refused; nothing of it is the application's fault."""

import orjson
import pytest
from bokeh.core.serialization import Serialized
from bokeh.document import Document
from bokeh.models import ColumnDataSource, Div, Slider
from hypothesis import given, settings
from hypothesis import strategies as st

from docsync_trio.base.errors import ProtocolError
from docsync_trio.documents.incoming import (
    Patch,
    PatchDeserializer,
    plain_events,
    replace_document,
)
from docsync_trio.protocol.outgoing import outgoing
from tests.documents.viewers import received


def a_document():
    document = Document()
    document.add_root(Slider(name="slider", start=0, end=9, value=1))
    document.add_root(ColumnDataSource(name="source", data={"x": [1]}))
    return document


def message(content, kind="PATCH-DOC"):
    return received(outgoing(kind, orjson.dumps(content)))


def patch(document, *events):
    return Patch(document, message({"events": list(events)}), "a viewer")


def a_slider(document):
    return {"id": document.get_model_by_name("slider").id}


def test_events_are_applied_in_order_with_their_author():
    document = a_document()
    seen = []
    document.on_change(lambda event: seen.append((event.kind, event.setter)))
    changes = patch(
        document,
        {"kind": "ModelChanged", "model": a_slider(document), "attr": "value", "new": 5},
        {"kind": "TitleChanged", "title": "a title"},
    )
    assert changes.apply() == []
    assert (document.roots[0].value, document.title) == (5, "a title")
    assert seen == [("ModelChanged", "a viewer"), ("TitleChanged", "a viewer")]


@pytest.mark.parametrize("error", [ZeroDivisionError, SystemExit, KeyboardInterrupt])
def test_what_a_callback_raises_is_given_back_and_the_other_events_apply(error):
    document = a_document()

    def bad(attr, old, new):
        raise error

    document.roots[0].on_change("value", bad)
    changes = patch(
        document,
        {"kind": "ModelChanged", "model": a_slider(document), "attr": "value", "new": 5},
        {"kind": "TitleChanged", "title": "a title"},
    )
    assert [type(each) for each in changes.apply()] == [error]
    assert document.title == "a title"


def test_a_patch_that_names_a_model_that_was_removed_meanwhile_does_nothing():
    document = a_document()
    slider = document.roots[0]
    event = {"kind": "ModelChanged", "model": a_slider(document), "attr": "value", "new": 5}
    document.remove_root(slider)
    assert patch(document, event).apply() == []
    assert slider.value == 1


def test_a_patch_tells_which_models_it_brought_and_which_it_took():
    document = a_document()
    slider = document.roots[0]
    new = {"type": "object", "name": "Div", "id": "new", "attributes": {"text": "x"}}
    changes = patch(
        document,
        {"kind": "RootAdded", "model": new},
        {"kind": "RootRemoved", "model": a_slider(document)},
    )
    changes.apply()
    assert changes.brought(document.get_model_by_id("new"))
    assert not changes.brought(slider)
    assert changes.keeps(document.get_model_by_id("new"))
    assert not changes.keeps(slider)
    assert changes.removes(slider)


@pytest.mark.parametrize(
    "event",
    [
        None,
        [],
        {},
        {"kind": []},
        {"kind": {"type": "map"}},
        {"kind": "ModelChanged"},
        {"kind": "TitleChanged", "title": "x", "surplus": 1},
        {"type": "map", "entries": [["kind", "TitleChanged"], [1, 2], ["x", "y"]]},
        {"kind": "RootAdded", "model": {"type": "object", "name": "NoSuchModel", "id": "x"}},
        {"kind": "RootRemoved", "model": {"id": "nobody"}},
        {"kind": "ModelChanged", "model": 3, "attr": "value", "new": 1},
        {"kind": "ColumnsStreamed", "model": {"type": "map"}, "attr": "data", "data": {}},
    ],
)
def test_a_patch_that_is_none_is_refused_whole(event):
    document = a_document()
    good = {"kind": "TitleChanged", "title": "changed"}
    with pytest.raises(ProtocolError) as refused:
        patch(document, good, event).apply()
    assert refused.value.close_code == 4002
    assert document.title != "changed"


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"doc": None},
        {"doc": {}},
        {"doc": {"roots": 3, "title": "x", "version": "3"}},
        {"doc": {"roots": [3], "title": "x", "version": "3", "config": None}},
        {"doc": {"roots": [{"id": "nobody"}], "title": "x", "version": "3"}},
    ],
)
def test_a_pushed_document_that_is_none_is_refused(content):
    with pytest.raises(ProtocolError):
        replace_document(a_document(), message(content, "PUSH-DOC"))


ids = st.sampled_from(["SLIDER", "SOURCE", "new", "nobody"])
objects = st.fixed_dictionaries(
    {"type": st.just("object"), "name": st.sampled_from(["Div", "Row", "No", "figure"]), "id": ids},
    optional={"attributes": st.dictionaries(st.sampled_from(["text", "children"]), st.none())},
)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.sampled_from(["x", "value", "data"])
    | st.builds(lambda each: {"id": each}, ids)
    | objects
    | st.sampled_from(
        [
            {"type": "bytes", "data": "AAAA"},
            {"type": "ndarray", "array": {"type": "bytes", "data": "AA=="}, "dtype": "int8"},
            {"type": "slice", "start": 0, "stop": None, "step": None},
            {"type": "number", "value": "nan"},
            {"type": "typed_array"},
            {"type": "symbol", "name": "x"},
        ]
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.builds(lambda e: {"type": "map", "entries": e}, st.lists(st.lists(inner, max_size=3)))
        | st.builds(lambda e: {"type": "set", "entries": e}, st.lists(inner, max_size=3))
    ),
    max_leaves=6,
)
kinds = st.sampled_from(
    [
        *("ModelChanged", "ColumnDataChanged", "ColumnsStreamed", "ColumnsPatched"),
        *("TitleChanged", "RootAdded", "RootRemoved", "MessageSent"),
    ]
)
names = ["model", "attr", "new", "data", "cols", "rollover", "patches", "title", "msg_type"]
events = st.dictionaries(st.sampled_from([*names, "msg_data"]), values).flatmap(
    lambda fields: st.builds(lambda kind: {"kind": kind, **fields}, kinds | values)
)


@settings(max_examples=200, deadline=None)
@given(st.lists(events | values, max_size=3) | values)
def test_anything_at_all_is_applied_or_refused(content):
    document = a_document()
    real = {"SLIDER": a_slider(document)["id"], "SOURCE": document.roots[1].id}
    text = orjson.dumps({"events": content}).decode()
    for name, model_id in real.items():
        text = text.replace(name, model_id)
    try:
        changes = Patch(document, received(outgoing("PATCH-DOC", text)), "a viewer")
    except ProtocolError:
        return
    for error in changes.apply():
        assert isinstance(error, Exception)
    document.to_json()


def test_a_div_sent_whole_is_a_div():
    document = a_document()
    new = {"type": "object", "name": "Div", "id": "d1", "attributes": {"text": "hello"}}
    patch(document, {"kind": "RootAdded", "model": new}).apply()
    assert isinstance(document.get_model_by_id("d1"), Div)


class Endless(dict):
    """Models that nobody may go through, only look up."""

    def __iter__(self):
        raise AssertionError("somebody goes through all models")

    keys = values = items = __iter__


def test_a_patch_does_not_become_dearer_with_the_models_of_the_document():
    document = a_document()
    slider = document.select_one({"name": "slider"})
    deserializer = PatchDeserializer(Endless({slider.id: slider}), "a viewer")

    div = {"type": "object", "name": "Div", "id": "d2", "attributes": {}}

    decoded = deserializer.decode([{"id": slider.id}, div])

    assert decoded[0] is slider
    assert deserializer.brought == {decoded[1].id: decoded[1]}


LEAF = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text())
IDS = st.sampled_from(["known", "unknown", "", 1, None, ["known"]])
VALUE = st.one_of(
    LEAF,
    st.lists(LEAF, max_size=2),
    st.dictionaries(st.sampled_from(["id", "a"]), st.one_of(IDS, LEAF), max_size=2),
)
EVENTS = st.one_of(
    LEAF,
    st.lists(
        st.one_of(
            LEAF,
            st.dictionaries(st.sampled_from(["kind", "model", "attr", "new", "id"]), VALUE),
        ),
        max_size=3,
    ),
)


@given(content=st.fixed_dictionaries({"events": EVENTS}, optional={"more": LEAF, "id": IDS}))
def test_plain_events_are_what_bokeh_makes_of_them(content):
    table = {"known": Div()}
    before = repr(content)
    events = plain_events(content, table)
    assert repr(content) == before
    if events is not None:
        decoded = PatchDeserializer(table, "a viewer").deserialize(Serialized(content, []))
        assert decoded == {"events": events}


@pytest.mark.parametrize(
    "new", ['"type"', '{"type":"number","value":"nan"}', '{"\\\\u0074ype":"number","value":"inf"}']
)
def test_only_what_has_no_type_for_sure_counts_as_plain(new):
    sent = outgoing("PATCH-DOC", f'{{"events":[{{"kind":"X","new":{new}}}]}}')
    assert not received(sent).plain


def test_an_ordinary_patch_counts_as_plain():
    assert message({"events": [{"kind": "ModelChanged", "model": {"id": "a"}}]}).plain
