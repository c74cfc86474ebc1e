"""Tracebacks for an application's author: their lines first, ours folded.

An exception in a callback passes through a dozen frames of the server, of Trio and
of Bokeh before it reaches the two lines its author wrote. Those two are what they
look for, so they come first; the rest is counted in one line, with the place where a library
raised.
"""

import pathlib
import traceback
from collections.abc import Callable, Iterator, Sequence

from docsync_trio.base.author_frames import Frame, authors_line, frames_of

_SHOWN_FRAMES = 30  # a runaway recursion has a thousand, all alike
_INNERMOST = 3  # shown of an error that no line of the application takes part in
_DEPTH = 5  # of causes and of groups in groups


def application_line(error: BaseException) -> str | None:
    """Return ``file:line`` of the application's innermost line, None if it has no part in it."""
    place = authors_line(error)
    return f"{place.file}:{place.line}" if place else None


def message_of(error: BaseException) -> str:
    """Return what ``str(error)`` says; an author's own ``__str__`` may be at fault as well."""
    try:
        return str(error).strip()
    except Exception:  # noqa: BLE001 - whatever it is, the first error is what counts
        return "(its message cannot be shown)"


def error_text(error: BaseException) -> str:
    """Return what *error* says, on one line: its class and the first line of its message."""
    name, message = type(error).__name__, message_of(error)
    return f"{name}: {message.splitlines()[0]}" if message else name


def traceback_text(error: BaseException) -> str:
    """Return the traceback of *error* and its causes, without a newline at the end."""
    return "\n".join(_lines(error, depth=0, seen=set()))


def _lines(error: BaseException, *, depth: int, seen: set[int]) -> Iterator[str]:
    seen.add(id(error))
    earlier = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if earlier is not None and id(earlier) not in seen and depth < _DEPTH:
        yield from _lines(earlier, depth=depth + 1, seen=seen)
        yield "which led to" if error.__cause__ is earlier else "while that was handled, also"
    frames = frames_of(error)
    if not (_says_where(error) and not any(map(_is_of_nobody_else, frames))):
        yield from _frame_lines(frames)
    yield from _message_lines(error)
    if isinstance(error, BaseExceptionGroup) and depth < _DEPTH:
        for member in error.exceptions:
            yield "  one of them:"
            yield from (f"    {line}" for line in _lines(member, depth=depth + 1, seen=seen))


def _message_lines(error: BaseException) -> Iterator[str]:
    try:
        told = "".join(
            traceback.TracebackException(type(error), error, None).format_exception_only()
        )
    except Exception:  # noqa: BLE001 - see `message_of`
        told = error_text(error)
    yield from told.rstrip("\n").splitlines()


def _frame_lines(frames: Sequence[Frame]) -> Iterator[str]:
    is_own = _authors_test(frames)
    first = next((at for at, frame in enumerate(frames) if is_own(frame)), None)
    if first is None:
        first = max(0, len(frames) - _INNERMOST)
        is_own = _always
    way_in, shown = frames[:first], frames[first:]
    for part in _folded(_middle_cut(shown), is_own):
        if isinstance(part, str):
            yield part
        else:
            yield f'  File "{part.filename}", line {part.lineno}, in {part.name}'
            yield from (f"    {line}" for line in [part.line] if line)
    if way_in:
        yield f"  (called through {_count(way_in)})"


def _authors_test(frames: Sequence[Frame]) -> Callable[[Frame], bool]:
    """Tells which are of the author's code; an application may be an installed package."""
    if any(_is_of_nobody_else(frame) and not frame.is_installed for frame in frames):
        return lambda frame: _is_of_nobody_else(frame) and not frame.is_installed
    return _is_of_nobody_else


def _says_where(error: BaseException) -> bool:
    return isinstance(error, SyntaxError) and error.filename is not None


def _is_of_nobody_else(frame: Frame) -> bool:
    return not (frame.is_machinery or frame.is_pythons)


def _always(_frame: Frame) -> bool:
    return True


def _middle_cut(frames: Sequence[Frame]) -> Iterator[Frame | str]:
    half = _SHOWN_FRAMES // 2
    if len(frames) <= _SHOWN_FRAMES:
        yield from frames
        return
    yield from frames[:half]
    yield f"  ... {len(frames) - 2 * half} frames more"
    yield from frames[-half:]


def _folded(
    frames: Iterator[Frame | str], is_own: Callable[[Frame], bool]
) -> Iterator[traceback.FrameSummary | str]:
    """Each of the author's frames as it is, each run of others as one line."""
    run: list[Frame] = []
    for frame in frames:
        if isinstance(frame, Frame) and not is_own(frame):
            run.append(frame)
            continue
        if run:
            yield f"  ... {_count(run)}"
            run = []
        yield frame if isinstance(frame, str) else frame.summary
    if run:
        yield f"  ... {_count(run)}, at {_place(run[-1])}"


def _place(frame: Frame) -> str:
    """The last two parts of the path, which tell where in which package it is."""
    parts = pathlib.PurePath(frame.summary.filename).parts
    return f"{'/'.join(parts[-2:])}:{frame.summary.lineno}"


def _count(frames: Sequence[Frame]) -> str:
    packages = ", ".join(dict.fromkeys(frame.package for frame in frames))
    return f"{len(frames)} {'frame' if len(frames) == 1 else 'frames'} of {packages}"
