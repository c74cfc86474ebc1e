"""Why an application cannot be loaded, in one line that names the author's file.

Handlers are made while a site is read, so what is wrong with them ends beside what is
wrong with the site file: one line each, no traceback, "what is wrong; what instead".
"""

import difflib
import os
import pathlib
import traceback
from collections.abc import Iterable

from docsync_trio.base.author_frames import authors_line
from docsync_trio.base.errors import DocsyncError


class LoadError(DocsyncError):
    """The operator's or the author's: what was named cannot become a part of an application."""


def shown(path: str | os.PathLike[str]) -> str:
    """Spell a path as a person would: relative to the working directory, if below it."""
    path = pathlib.Path(path)
    try:
        return str(path.relative_to(pathlib.Path.cwd()))
    except (ValueError, FileNotFoundError):
        return str(path)


def blame(error: BaseException) -> str:
    """Say ``file:line: Type: message`` for an error that the author's code raised.

    The line is the author's innermost one; for a syntax error it is where the syntax is wrong.
    """
    place = authors_line(error)
    told = error.msg if isinstance(error, SyntaxError) and error.filename else _last_line(error)
    return f"{shown(place.file)}:{place.line}: {told}" if place else told


def _last_line(error: BaseException) -> str:
    return traceback.format_exception_only(error)[-1].strip()


def did_you_mean(word: str, choices: Iterable[str]) -> str:
    """``"; did you mean 'other'?"``, or nothing where no choice is close."""
    close = difflib.get_close_matches(word, list(choices), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


def missing_file(path: pathlib.Path) -> LoadError:
    """Make the error for a *path* that does not exist, with the neighbour that may be meant."""
    neighbours = [p.name for p in path.parent.iterdir()] if path.parent.is_dir() else []
    return LoadError(f"{shown(path)}: no such file{did_you_mean(path.name, neighbours)}")
