"""Room for the frames of Python functions, in one piece.

CPython takes 16 KB from the system for them, 16 KB more for a call that does not fit, and gives
those back as soon as that call returns. A loop whose calls happen to cross the border pays for
it in each round: a start, with its deep imports, did so 5,000 times, which was a twelfth of it.
A frame that alone needs more gets a larger piece, and the frames above it what is left of that.
"""

from collections.abc import Callable
from types import FunctionType
from typing import Any, Final, TypeVar

_SLOTS: Final = 70_000
"""Of 8 bytes each: more than half of 1 MB, so the piece is 1 MB. Nothing touches them."""

Result = TypeVar("Result")


def with_room(call: Callable[[], Result]) -> Result:
    """Return what *call* returns; it, and what it calls, has 400 KB for frames.

    Raises what *call* raises.
    """
    result: Result = _roomy(call)
    return result


def _call(call: Callable[[], Any]) -> Any:
    return call()


_roomy: Final = FunctionType(_call.__code__.replace(co_stacksize=_SLOTS), globals())
