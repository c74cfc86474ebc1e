"""Find what ``package.module:name`` in a site file means.

Names are found from the folder of the site file, as if Python had been started there.
That folder stays on ``sys.path`` once it was needed: functions import more when they are
called, long after the site was loaded, and must find their neighbours then, too.
"""

import importlib
import importlib.util
import pathlib
import pkgutil
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

from docsync_trio.applications.load_error import LoadError, blame, did_you_mean


class ReferenceProblem(LoadError):  # noqa: N818 - it ends as a `Problem` of the site
    """The operator's: a name in the site file leads nowhere. The text says what instead."""


def load_function(reference: str, base: pathlib.Path) -> Callable[..., Any]:
    """Import the function (or other callable) *reference*; *base* is the site file's folder.

    Raises `ReferenceProblem`: no such module, no such name in it, not callable, or importing
    the module raised.
    """
    found = load_object(reference, base)
    if not callable(found):
        raise ReferenceProblem(f"{reference} is of type {type(found).__name__}, not a function")
    function: Callable[..., Any] = found
    return function


def load_object(reference: str, base: pathlib.Path) -> Any:
    """Import whatever *reference* names; raises `ReferenceProblem` as `load_function` does."""
    module_name, _, path = reference.partition(":")
    if not module_name or not path:
        module_name, _, path = reference.rpartition(".")
        raise ReferenceProblem(
            f"{reference!r} names no function in a module; write "
            f"{f'{module_name}:{path}' if module_name else f'module:{path}'!r}"
        )
    found: Any = load_module(module_name, base)
    place = module_name
    for name in path.split("."):
        try:
            found = getattr(found, name)
        except AttributeError:
            raise _no_name(found, place, name) from None
        place = f"{place}.{name}"
    return found


def load_module(name: str, base: pathlib.Path) -> ModuleType:
    """Import the module *name*; raises `ReferenceProblem` if there is none or it raises."""
    if str(base) not in sys.path:
        sys.path.insert(0, str(base))
    importlib.invalidate_caches()
    parent, _, last = name.rpartition(".")
    package = load_module(parent, base) if parent else None
    if name not in sys.modules:
        _check_exists(name, last, package, base)
    try:
        return importlib.import_module(name)
    except (Exception, SystemExit) as error:
        raise ReferenceProblem(_import_failure(name, error)) from error


def _check_exists(name: str, last: str, package: ModuleType | None, base: pathlib.Path) -> None:
    places = [str(base)] if package is None else getattr(package, "__path__", None)
    if places is None:
        raise ReferenceProblem(
            f"module {name!r} not found: {name[: -len(last) - 1]!r} is no package"
        )
    if importlib.util.find_spec(name) is None:
        prefix = name.removesuffix(last)
        known = [prefix + info.name for info in pkgutil.iter_modules(places)]
        folders = [prefix + p.name for place in places for p in pathlib.Path(place).glob("*/")]
        hint = did_you_mean(name, [*known, *folders])
        raise ReferenceProblem(f"module {name!r} not found" + (hint or f"; looked from {base}"))


def _import_failure(name: str, error: BaseException) -> str:
    text = f"importing {name} failed: {blame(error)}"
    if isinstance(error, ModuleNotFoundError) and error.name:
        text += f"; is {error.name.partition('.')[0]!r} installed where docsync runs?"
    return text


def _no_name(found: Any, place: str, name: str) -> ReferenceProblem:
    what = "function" if isinstance(found, ModuleType) else "attribute"
    public = [n for n in dir(found) if not n.startswith("_")]
    hint = did_you_mean(name, public)
    return ReferenceProblem(f"{place} has no {what} {name!r}{hint}")
