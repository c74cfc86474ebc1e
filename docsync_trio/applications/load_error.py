"""Why an application cannot be loaded, in one line that names the author's file.

Handlers are made while a site is read, so what is wrong with them ends beside what is
wrong with the site file: one line each, no traceback, "what is wrong; what instead".
"""

import difflib
import os
import pathlib
import sysconfig
import traceback
from collections.abc import Iterable

from docsync_trio.base.errors import DocsyncError

_NOT_THE_AUTHORS = (
    *{sysconfig.get_path(name) + os.sep for name in ("stdlib", "platstdlib", "purelib", "platlib")},
    str(pathlib.Path(__file__).parents[1]) + os.sep,
    "<frozen ",
)


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

    The line is the innermost one that belongs neither to Python, to an installed package
    nor to us; for a syntax error it is where the syntax is wrong.
    """
    if isinstance(error, SyntaxError) and error.filename:
        return f"{shown(error.filename)}:{error.lineno}: {error.msg}"
    text = traceback.format_exception_only(error)[-1].strip()
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if not frame.filename.startswith(_NOT_THE_AUTHORS)]
    return f"{shown(own[-1].filename)}:{own[-1].lineno}: {text}" if own else text


def did_you_mean(word: str, choices: Iterable[str]) -> str:
    """``"; did you mean 'other'?"``, or nothing where no choice is close."""
    close = difflib.get_close_matches(word, list(choices), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


def missing_file(path: pathlib.Path) -> LoadError:
    """Make the error for a *path* that does not exist, with the neighbour that may be meant."""
    neighbours = [p.name for p in path.parent.iterdir()] if path.parent.is_dir() else []
    return LoadError(f"{shown(path)}: no such file{did_you_mean(path.name, neighbours)}")
