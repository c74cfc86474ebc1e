"""What may be sent to other sessions, and that nobody shares it afterwards."""

import datetime as dt
import enum

import numpy as np
import pytest

from docsync_trio.sessions.message_copy import message_copy


class Color(enum.StrEnum):
    RED = "red"


def test_a_copy_shares_nothing_that_can_change():
    message = {"rows": [1, [2.5, None]], "flag": True, "raw": b"\0", "name": "x"}
    copy = message_copy(message)
    message["rows"][1].append("later")
    assert copy == {"rows": [1, [2.5, None]], "flag": True, "raw": b"\0", "name": "x"}


def test_an_array_arrives_with_its_type_and_shape_and_cannot_be_written_to():
    array = np.arange(6, dtype=">i2").reshape(2, 3)
    copy = message_copy({"a": array[:, ::2]})["a"]
    array[:] = 0
    assert copy.dtype == np.dtype(">i2")
    assert copy.tolist() == [[0, 2], [3, 5]]
    with pytest.raises(ValueError, match="read-only"):
        copy[0, 0] = 1
    with pytest.raises(ValueError, match="WRITEABLE"):
        copy.flags.writeable = True


def test_an_array_is_copied_once_however_many_get_it():
    first = message_copy(np.arange(3.0))
    assert message_copy([first])[0] is first


@pytest.mark.parametrize("array", [np.zeros((0, 3)), np.array(5), np.array(["a", "bc"])])
def test_odd_arrays_are_sent_too(array):
    copy = message_copy(array)
    assert copy.shape == array.shape
    assert copy.dtype == array.dtype
    assert copy.tolist() == array.tolist()


def test_what_is_almost_plain_becomes_plain():
    copy = message_copy([(1, 2), np.float64(1.5), np.int8(3), np.bool_(1), np.str_("s"), Color.RED])
    assert copy == [[1, 2], 1.5, 3, True, "s", "red"]
    assert list(map(type, copy)) == [list, float, int, bool, str, str]


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (object(), "object cannot be sent; what can is None, booleans"),
        ({1: 2}, "has strings for keys, not 1"),
        ({1, 2}, "set cannot be sent"),
        (dt.datetime(2026, 1, 1, tzinfo=dt.UTC), "datetime cannot be sent"),
        (np.array([object()]), "an array of objects"),
        (np.ma.masked_array([1, 2], [0, 1]), "its data and its mask"),
    ],
)
def test_what_cannot_be_sent_is_refused_and_named(value, why):
    with pytest.raises(TypeError, match=why):
        message_copy([value])


def test_what_holds_itself_is_refused():
    message = []
    message.append(message)
    with pytest.raises(ValueError, match="hold itself"):
        message_copy(message)
