"""Which lines of a traceback are the application author's own.

An exception passes a dozen frames of the server, of Trio and of Bokeh before and after
the two lines that somebody can mend. The log, the error page and the messages about
applications that cannot be loaded all look for those two, and find the same ones here.
Local variables are never read: they hold keys, tokens and users' data.
"""

import os
import sysconfig
import traceback
from types import FrameType

import attrs

MACHINERY = frozenset(
    {
        "docsync_trio",
        "bokeh",
        "trio",
        "trio_asyncio",
        "asyncio",
        "outcome",
        "starlette",
        "hypercorn",
        "anyio",
    }
)
"""Packages that run applications. They are known by name, as an editable install of one
lies anywhere."""

_STANDARD_LIBRARY = (
    *{os.path.join(sysconfig.get_path(name), "") for name in ("stdlib", "platstdlib")},  # noqa: PTH118 - a Path drops the last separator
    "<frozen ",
)
_INSTALLED = frozenset({"site-packages", "dist-packages"})


@attrs.frozen
class Frame:
    """One frame of a traceback: its *summary* and the top-level *package* it belongs to."""

    summary: traceback.FrameSummary
    package: str

    @property
    def is_machinery(self) -> bool:
        """Whether it belongs to what runs applications."""
        return self.package in MACHINERY

    @property
    def is_installed(self) -> bool:
        """Whether it belongs to an installed package."""
        folders = self.summary.filename.replace(os.sep, "/").split("/")
        return not _INSTALLED.isdisjoint(folders)

    @property
    def is_pythons(self) -> bool:
        """Whether it belongs to Python's standard library."""
        # Packages are installed into a folder of the standard library's.
        return self.summary.filename.startswith(_STANDARD_LIBRARY) and not self.is_installed


@attrs.frozen
class CodeLine:
    """The *line* of a *file*; *function* is empty where it stands in none."""

    file: str
    line: int
    function: str = ""


def frames_of(error: BaseException) -> tuple[Frame, ...]:
    """Return the frames that *error* passed, outermost first."""
    walk = list(traceback.walk_tb(error.__traceback__))
    summaries = traceback.StackSummary.extract(iter(walk), lookup_lines=False)
    packages = (_package_of(frame) for frame, _ in walk)
    return tuple(Frame(*pair) for pair in zip(summaries, packages, strict=True))


def running_frame(frame: FrameType) -> Frame:
    """Return what there is to know about *frame*, which is running."""
    code = frame.f_code
    summary = traceback.FrameSummary(
        code.co_filename, frame.f_lineno, code.co_name, lookup_line=False
    )
    return Frame(summary, _package_of(frame))


def _package_of(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", "")).split(".")[0]


def authors_lines(error: BaseException) -> tuple[CodeLine, ...]:
    """Return the author's lines that *error* passed, innermost first.

    A syntax error begins where the syntax is wrong. An application may itself be an
    installed package: where no line lies outside of those, all but the machinery's count.
    """
    others = [one for one in frames_of(error) if not (one.is_machinery or one.is_pythons)]
    frames = [frame for frame in others if not frame.is_installed] or others
    lines = [_code_line(frame.summary) for frame in reversed(frames)]
    if isinstance(error, SyntaxError) and error.filename:
        lines.insert(0, CodeLine(error.filename, error.lineno or 0))
    return tuple(lines)


def _code_line(frame: traceback.FrameSummary) -> CodeLine:
    function = "" if frame.name == "<module>" else frame.name
    return CodeLine(frame.filename, frame.lineno or 0, function)


def error_to_look_at(error: BaseException) -> BaseException:
    """Return *error*, or of a group the first in it that passed lines of the author's."""
    while isinstance(error, BaseExceptionGroup):
        members = error.exceptions
        error = next((one for one in members if authors_line(one)), members[0])
    return error


def authors_line(error: BaseException) -> CodeLine | None:
    """Return the author's innermost line that *error* passed, None if there is none.

    Of a group it is that of the first member that has one, else the group's own.
    """
    if isinstance(error, BaseExceptionGroup):
        found = next(filter(None, map(authors_line, error.exceptions)), None)
        if found is not None:
            return found
    return next(iter(authors_lines(error)), None)
