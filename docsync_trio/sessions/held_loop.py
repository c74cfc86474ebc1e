"""Whose code it is that a thread is running, judged by its stack.

Whoever interrupts a running program has to know where that does no harm. An exception
that appears in the middle of our own bookkeeping or of Trio's would leave it half done;
the application's code, and the libraries that it calls, have to reckon with exceptions.
"""

from types import FrameType

import attrs

from docsync_trio.base.author_frames import MACHINERY, Frame, running_frame

_WITHOUT_OPINION = frozenset({"bokeh", ""})
"""Packages that are the application's where it calls them, and ours where we do. Compiled
templates and generated methods have no name."""

_UNTOUCHABLE = (MACHINERY - _WITHOUT_OPINION) | {"logging", "importlib"}
"""The last two hold locks that everybody needs, for moments."""


@attrs.frozen
class HeldBy:
    """Application code that is running.

    *frame* is its outermost function, which *what* names; *place* is the author's line
    (``file:line``) where it is now.
    """

    frame: FrameType
    what: str
    place: str


def held_by(innermost: FrameType | None) -> HeldBy | None:
    """Return the application code that is running there, if it may be interrupted now."""
    found: list[tuple[FrameType, Frame]] = []
    frame = innermost
    while frame is not None and frame.f_code.co_name != "__del__":
        told = running_frame(frame)
        if told.package in _UNTOUCHABLE:
            return _held(found) if found else None
        if _is_theirs(told):
            found.append((frame, told))
        frame = frame.f_back
    return None


def is_running(frame: FrameType, innermost: FrameType | None) -> bool:
    """Tell whether *frame* is *innermost* or one of its callers."""
    while innermost is not None and innermost is not frame:
        innermost = innermost.f_back
    return innermost is not None


def _held(found: list[tuple[FrameType, Frame]]) -> HeldBy:
    written = [told for _, told in found if not told.is_installed]
    place = (written or [told for _, told in found])[0].summary
    frame = found[-1][0]
    return HeldBy(frame, _name_of(frame), f"{place.filename}:{place.lineno}")


def _is_theirs(told: Frame) -> bool:
    return not (told.is_pythons or told.package in _WITHOUT_OPINION)


def _name_of(frame: FrameType) -> str:
    name = frame.f_code.co_qualname
    return f"the script {frame.f_code.co_filename}" if name == "<module>" else name
