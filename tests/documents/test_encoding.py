"""From Bokeh's values to messages."""

import datetime as dt
from array import array

import numpy as np
import pandas as pd
import pytest
from bokeh.core.property.wrappers import (
    PropertyValueColumnData,
    PropertyValueDict,
    PropertyValueList,
)
from bokeh.core.serialization import Buffer, Deserializer, Serialized, Serializer
from bokeh.document import Document
from bokeh.models import Div, Row
from hypothesis import given, settings
from hypothesis import strategies as st

from docsync_trio.documents.encoding import PatchSerializer, encode_message
from tests.documents.viewers import received


def decoded(value, document=None, new=()):
    """*value* after its way through a message."""
    serializer = PatchSerializer(document or Document(), new)
    content = {"value": serializer.encode(value)}
    message = received(encode_message("PATCH-DOC", content, serializer.buffers))
    buffers = [Buffer(buffer.id, buffer.data) for buffer in message.buffers]
    return Deserializer().deserialize(Serialized(message.content, buffers))["value"]


@pytest.mark.parametrize(
    "value",
    [
        None,
        0,
        -1.5,
        float("inf"),
        "text with \u2028 and \U0001f600",
        {"a": [1, {"b": 2}]},
        {1: "a number as a key"},
        b"bytes",
        [1, "two", None],
        {1, 2},
        slice(1, 2, 3),
    ],
)
def test_values_arrive_as_they_were(value):
    assert decoded(value) == value


def test_what_is_not_a_number_arrives():
    assert np.isnan(decoded(float("nan")))


def test_dates_arrive_as_milliseconds():
    assert decoded(dt.datetime(1970, 1, 2, tzinfo=dt.UTC)) == 86_400_000.0


def test_arrays_travel_beside_the_text_and_are_copied():
    array = np.arange(100.0)
    serializer = PatchSerializer(Document(), ())
    content = {"value": serializer.encode(array)}
    message = encode_message("PATCH-DOC", content, serializer.buffers)
    array[:] = 0
    (buffer,) = received(message).buffers
    assert list(np.frombuffer(buffer.data)) == list(range(100))


def test_a_model_that_the_receivers_have_is_a_bare_reference_and_a_new_one_is_whole():
    document = Document()
    known, new = Div(text="known"), Div(text="new")
    document.add_root(Row(children=[known, new]))
    serializer = PatchSerializer(document, {new})
    first, second, again = serializer.encode([known, new, new])
    assert first == {"id": known.id}
    assert second["attributes"]["text"] == "new"
    assert again == {"id": new.id}
    assert serializer.wrote_models


def test_what_could_not_be_written_has_not_been_written():
    document = Document()
    new = Div(text="new")
    document.add_root(new)
    serializer = PatchSerializer(document, {new})
    bad = [new, np.arange(5), object()]
    with pytest.raises(Exception, match="can't serialize"):
        serializer.attempt(lambda s: s.encode(bad))
    assert serializer.has_yet_to_write(new)
    assert serializer.buffers == []
    assert serializer.attempt(lambda s: s.encode(new))["id"] == new.id
    assert not serializer.has_yet_to_write(new)


numbers = st.one_of(
    st.floats(), st.integers(-(2**53) - 2, 2**53 + 2), st.booleans(), st.just(-0.0), st.none()
)
arrays = st.builds(
    lambda shape, kind, order: np.ones(shape, kind, order=order),
    st.sampled_from([(), (0,), (3,), (2, 3), (0, 2)]),
    st.sampled_from(["f8", "f4", ">f8", "i4", "i8", "u1", "?", "M8[ms]", "U3", "O", "c16", "f2"]),
    st.sampled_from("CF"),
)
others = st.sampled_from(
    [
        np.float64(1.5),
        np.int64(3),
        np.bool_(1),
        dt.date(2020, 1, 1),
        dt.timedelta(seconds=1),
        b"bytes",
        slice(1, None, 2),
        {1, 2},
        np.ma.masked_array([1.0, 2.0], [True, False]),
        np.arange(10.0)[::2],
        np.array([2**40]),
        pd.Series([1.0, 2.0]),
        object(),
        array("i", [1, 2]),
    ]
)
values = st.recursive(
    numbers | st.text() | arrays | others,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text() | st.integers() | st.none(), inner, max_size=3)
        | st.builds(PropertyValueList, st.lists(inner, max_size=3))
        | st.builds(PropertyValueDict, st.dictionaries(st.text(), inner, max_size=3))
        | st.builds(PropertyValueColumnData, st.dictionaries(st.text(), inner, max_size=3))
    ),
    max_leaves=12,
)


def written(serializer, value):
    """What *serializer* writes, with numbers for the ids of buffers; or why it does not."""
    try:
        rep = serializer.encode(value)
    except Exception as error:  # noqa: BLE001 - whatever Bokeh raises
        return type(error)
    ids = {buffer.id: number for number, buffer in enumerate(serializer.buffers)}
    return _with_numbers(rep, ids), [bytes(buffer.data) for buffer in serializer.buffers]


def _with_numbers(rep, ids):
    if isinstance(rep, Buffer):
        rep = rep.ref
    if isinstance(rep, dict) and rep.get("id") in ids:
        return {"buffer": ids[rep["id"]]}
    if isinstance(rep, dict):
        return {key: _with_numbers(value, ids) for key, value in rep.items()}
    if isinstance(rep, list | tuple):
        return [_with_numbers(value, ids) for value in rep]
    return repr(rep)


@pytest.mark.filterwarnings("ignore:out of range integer")
@settings(max_examples=100, deadline=None)
@given(value=values)
def test_whatever_the_value_it_is_written_as_bokeh_writes_it(value):
    assert written(PatchSerializer(Document(), ()), value) == written(Serializer(), value)


def test_the_buffers_of_messages_that_are_put_together_have_different_ids():
    ids = set()
    for _ in range(3):
        serializer = PatchSerializer(Document(), ())
        serializer.encode([np.ones(2), b"bytes", np.ones(2)])
        ids.update(buffer.id for buffer in serializer.buffers)

    assert len(ids) == 9
