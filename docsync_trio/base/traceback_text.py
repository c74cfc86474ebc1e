"""Tracebacks for an application's author: their lines first, ours folded.

An exception in a callback passes through a dozen frames of the server, of Trio and
of Bokeh before it reaches the two lines its author wrote. Those two are what they
look for, so they come first; the rest is counted in one line.
"""

import traceback
from collections.abc import Iterator, Sequence

import attrs

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
    yield from _frame_lines(frames_of(error))
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
    way_in, shown = _way_in(frames)
    for run in _runs(_middle_cut(shown)):
        if isinstance(run, str):
            yield run
        else:
            yield f'  File "{run.filename}", line {run.lineno}, in {run.name}'
            yield from (f"    {line}" for line in [run.line] if line)
    if way_in:
        yield f"  (called through {_count(way_in)})"


def _way_in(frames: Sequence[Frame]) -> tuple[Sequence[Frame], Sequence[Frame]]:
    """Split *frames* where the application's own begin."""
    first = next((at for at, frame in enumerate(frames) if not frame.is_machinery), None)
    if first is None:
        unfolded = [attrs.evolve(frame, package="") for frame in frames[-_INNERMOST:]]
        return frames[:-_INNERMOST], unfolded
    return frames[:first], frames[first:]


def _middle_cut(frames: Sequence[Frame]) -> Iterator[Frame | str]:
    half = _SHOWN_FRAMES // 2
    if len(frames) <= _SHOWN_FRAMES:
        yield from frames
        return
    yield from frames[:half]
    yield f"  ... {len(frames) - 2 * half} frames more"
    yield from frames[-half:]


def _runs(frames: Iterator[Frame | str]) -> Iterator[traceback.FrameSummary | str]:
    """Each shown frame as it is, each run of folded ones as one line."""
    folded: list[Frame] = []
    for frame in frames:
        if isinstance(frame, Frame) and frame.is_machinery:
            folded.append(frame)
            continue
        if folded:
            yield f"  ... {_count(folded)}"
            folded = []
        yield frame if isinstance(frame, str) else frame.summary
    if folded:
        yield f"  ... {_count(folded)}"


def _count(frames: Sequence[Frame]) -> str:
    packages = ", ".join(dict.fromkeys(frame.package for frame in frames))
    return f"{len(frames)} {'frame' if len(frames) == 1 else 'frames'} of {packages}"
