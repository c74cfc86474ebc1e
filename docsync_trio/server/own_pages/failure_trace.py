"""Where in an application's own code an exception arose, for its author to look at.

Between the visitor and the line at fault lie a dozen frames of the server and of
Bokeh; the author's own come first here. Values of variables are never shown.
"""

import linecache
import traceback

import attrs

from docsync_trio.applications.load_error import shown
from docsync_trio.base.author_frames import authors_lines, error_to_look_at
from docsync_trio.base.traceback_text import traceback_text

AROUND = 3
"""Lines of source shown before and after the one at fault."""

MOST_PLACES = 8
"""A recursion that ran away has a thousand, all alike."""


@attrs.frozen
class Line:
    """A line of source; *here* where it is the one at fault."""

    number: int
    text: str
    here: bool


@attrs.frozen
class Place:
    """A line of the application that the exception passed; *function* may be empty."""

    file: str
    line: int
    function: str
    source: tuple[Line, ...]


@attrs.frozen
class FailureTrace:
    """An exception as its author wants to see it.

    *places* are the innermost first; *whole* is a traceback in which they come first as well.
    """

    error: str
    places: tuple[Place, ...]
    whole: str


def trace_of(error: BaseException) -> FailureTrace:
    """Return the trace of *error*; of a group, that of the one in it to look at first."""
    first = error_to_look_at(error)
    return FailureTrace(
        error=_said(first),
        places=tuple(
            _place(one.file, one.line, one.function) for one in authors_lines(first)[:MOST_PLACES]
        ),
        whole=traceback_text(error),
    )


def _said(error: BaseException) -> str:
    if isinstance(error, SyntaxError):
        return f"{type(error).__name__}: {error.msg}"
    return traceback.format_exception_only(error)[-1].strip()


def _place(file: str, line: int, function: str) -> Place:
    linecache.checkcache(file)
    texts = linecache.getlines(file)
    first, last = max(1, line - AROUND), min(len(texts), line + AROUND)
    source = [Line(n, texts[n - 1].rstrip("\n"), n == line) for n in range(first, last + 1)]
    return Place(shown(file), line, function, tuple(source))
