"""From Bokeh's values to messages."""

import datetime as dt

import numpy as np
import pytest
from bokeh.core.serialization import Buffer, Deserializer, Serialized
from bokeh.document import Document
from bokeh.models import Div, Row

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
