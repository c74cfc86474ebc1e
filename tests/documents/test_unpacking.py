import base64
import gzip
import tracemalloc

import numpy as np
import pytest
from bokeh.core.serialization import Deserializer, Serializer

from docsync_trio.base.errors import ProtocolError
from docsync_trio.documents.unpacking import unpack

MOST = 100_000


def packed(data, **more):
    return {"type": "bytes", "data": base64.b64encode(data).decode(), **more}


def refused(content):
    with pytest.raises(ProtocolError) as raised:
        unpack(content, MOST)
    return raised.value


def test_bytes_within_the_limit_are_read_as_ever():
    data = bytes(range(256)) * 100
    content = {"events": [{"new": packed(gzip.compress(data))}, packed(b"")]}

    unpack(content, MOST)

    assert Deserializer().deserialize(content) == {"events": [{"new": data}, b""]}


def test_what_bokeh_itself_packs_is_read_as_ever():
    arrays = {
        kind: np.arange(6).reshape(2, 3).astype(kind) for kind in ("u1", "i4", "f4", "f8", "i8")
    }
    arrays["text"] = np.array(["a", "bc"])
    arrays["truth"] = np.array([True, False])
    content = Serializer(deferred=False).serialize({"arrays": arrays, "raw": b"bytes"}).content

    unpack(content, MOST)

    decoded = Deserializer().deserialize(content)
    assert decoded["raw"] == b"bytes"
    for name, array in arrays.items():
        assert np.array_equal(decoded["arrays"][name], array)


def test_a_bomb_is_refused_before_it_goes_off():
    bomb = gzip.compress(bytes(200_000_000), compresslevel=9)
    content = {"doc": [[packed(bomb)]]}
    tracemalloc.start()

    error = refused(content)

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert error.close_code == 1009
    assert "server.max_message_size" in error.hint
    assert peak < 5_000_000


def test_many_small_bombs_are_one_big_one():
    half = gzip.compress(bytes(MOST // 2 + 1))

    unpack({"one": packed(half)}, MOST)
    assert refused({"one": packed(half), "two": packed(half)}).close_code == 1009
    assert refused({"both": packed(half + half)}).close_code == 1009


def test_exactly_the_limit_is_allowed():
    unpack({"all": packed(gzip.compress(bytes(MOST)))}, MOST)

    assert refused({"more": packed(gzip.compress(bytes(MOST + 1)))}).close_code == 1009


@pytest.mark.parametrize("size", [*range(2**18 - 3, 2**18 + 3), 2**19, 2**19 + 257])
def test_what_is_inflated_in_steps_is_whole(size):
    data = (b"some words that repeat " * (size // 20))[:size]
    content = {"x": packed(gzip.compress(data))}

    unpack(content, 2**20)

    assert Deserializer().deserialize(content) == {"x": data}


@pytest.mark.parametrize(
    "data", [b"no gzip", gzip.compress(b"x" * 1000)[:-9]], ids=["none", "cut off"]
)
def test_what_cannot_be_inflated_is_bad_data(data):
    assert refused({"x": packed(data)}).close_code == 4002


def test_base64_that_is_none_is_bad_data():
    assert refused({"x": {"type": "bytes", "data": "abc"}}).close_code == 4002


@pytest.mark.parametrize("dtype", ["U100000000", "(10000,10000)f8", {"itemsize": 10**9}, None, []])
def test_an_array_of_a_type_that_bokeh_does_not_use_is_bad_data(dtype):
    content = {"type": "ndarray", "array": ["a"], "dtype": dtype, "shape": [1], "order": "little"}

    assert refused({"new": content}).close_code == 4002
