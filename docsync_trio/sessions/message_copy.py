"""What sessions may send each other, and copies of it.

Sessions live side by side in threads, one day perhaps in several processes: an object that
two of them hold is a bug in waiting. So what is sent is copied, and is only what could be
written down on the way: JSON's values, bytes, and arrays of numbers.
"""

from typing import Any

import numpy as np

WHAT_MAY_BE_SENT = "None, booleans, numbers, strings, bytes, lists, dicts and numpy arrays"


def message_copy(value: Any) -> Any:
    """Return a copy of *value* that shares nothing with it which could change.

    Tuples become lists, numpy's numbers Python's; arrays come out as arrays that cannot be
    written to, and such are not copied again. Raises TypeError for what cannot be sent,
    ValueError for what contains itself.
    """
    try:
        return _copy(value)
    except RecursionError:
        raise ValueError("a message cannot be nested that deeply; does it hold itself?") from None


def _copy(value: Any) -> Any:
    if value is None or type(value) in _AS_IT_IS:
        return value
    if isinstance(value, dict):
        return {_key(key): _copy(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_copy(item) for item in value]
    if isinstance(value, np.ndarray):
        return _array(value)
    if isinstance(value, np.generic):
        return _copy(value.item())
    for kind in _AS_IT_IS:
        if isinstance(value, kind):  # an enumeration's member, say
            return kind(value)
    raise TypeError(f"{type(value).__name__} cannot be sent; what can is {WHAT_MAY_BE_SENT}")


_AS_IT_IS: tuple[type[Any], ...] = (str, bool, int, float, bytes)


def _key(key: Any) -> str:
    if not isinstance(key, str):
        raise TypeError(f"a dict that is sent has strings for keys, not {key!r}")
    return str(key)


def _array(array: "np.ndarray[Any, Any]") -> "np.ndarray[Any, Any]":
    base: Any = array.base
    if isinstance(base, bytes):
        return array  # nobody can ever write to it, so that it may be shared
    if isinstance(array, np.ma.MaskedArray):
        raise TypeError("a masked array cannot be sent; send its data and its mask")
    if array.dtype.hasobject:
        raise TypeError("an array of objects cannot be sent; one of numbers or strings can")
    return np.ndarray(array.shape, array.dtype, buffer=array.tobytes())
