"""The name that an author meant who wrote one that does not exist.

Python itself guesses for some of them, from version to version more, and only where it
prints a traceback by itself. Names are looked at and nothing else: values of variables may
be secrets.
"""

import builtins
import difflib
import itertools
import pathlib
import pkgutil
import re
import sys
import traceback
from collections.abc import Iterable
from types import FrameType

from docsync_trio.base.traceback_text import message_of

_NOT_IN_MODULE = re.compile("cannot import name '([^']+)' from")
"""The message in which Python 3.11 has the name, and no attribute has it."""

_CLOSE = 0.7
"""How alike two names have to be; difflib's 0.6 finds "json" for "jason" and for "mason"."""


def meant(error: BaseException) -> str | None:
    """Return the name that stands for the wrong one in *error*; None if none is like it."""
    match error:
        case ModuleNotFoundError(name=str(name)):
            return _module_like(name, error)
        case ImportError(name=str(module)) if found := _NOT_IN_MODULE.match(message_of(error)):
            return _like(found[1], dir(sys.modules.get(module)))
        case NameError(name=str(name)):
            return _like(name, _names_in(error))
        case AttributeError(name=str(name)) if error.obj is not None:
            return _like(name, dir(error.obj))
    return None


def _module_like(name: str, error: BaseException) -> str | None:
    parent, _, last = name.rpartition(".")
    if parent:
        paths = getattr(sys.modules.get(parent), "__path__", [])
        found = _like(last, (one.name for one in pkgutil.iter_modules(paths)))
        return found and f"{parent}.{found}"
    frame = _last_frame_of_a_file(error)
    beside = [] if frame is None else [str(pathlib.Path(frame.f_code.co_filename).parent)]
    there = (one.name for one in pkgutil.iter_modules([*beside, *sys.path]))
    return _like(name, [*there, *sys.stdlib_module_names])


def _names_in(error: BaseException) -> Iterable[str]:
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    if not frames:
        return ()
    # A module that could not be loaded may have been emptied meanwhile; its code has all names.
    file = frames[-1].f_code.co_filename
    of_file = (one.f_code.co_names for one in frames if one.f_code.co_filename == file)
    code = frames[-1].f_code
    names = [*code.co_varnames, *code.co_freevars, *itertools.chain.from_iterable(of_file)]
    return [*names, *frames[-1].f_globals, *dir(builtins)]


def _last_frame_of_a_file(error: BaseException) -> FrameType | None:
    """That of the file whose import failed; below it are frames of Python's own."""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    files = (f for f in reversed(frames) if not f.f_code.co_filename.startswith("<frozen"))
    return next(files, None)


def _like(name: str, choices: Iterable[str]) -> str | None:
    public = {one for one in choices if name.startswith("_") or not one.startswith("_")}
    close = difflib.get_close_matches(name, sorted(public - {name}), n=1, cutoff=_CLOSE)
    return close[0] if close else None
