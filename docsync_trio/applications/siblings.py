"""Keep apart what applications import from the folders they lie in.

Two applications in two folders often have a ``data.py`` each, and ``sys.modules`` holds
one module of a name: the second application would silently get the first one's. So
while an application runs, what others imported from their folders steps aside where the
names clash, and comes back afterwards.
"""

import contextlib
import pathlib
import sys
from collections.abc import Iterator
from types import ModuleType

_imported_from: dict[pathlib.Path, dict[str, ModuleType]] = {}
"""For each folder what its applications imported from it, as ``sys.modules`` is for Python."""


def module_tables() -> tuple[dict[str, ModuleType], ...]:
    """Return every table that has modules by name: ``sys.modules``, then one for each folder."""
    return (sys.modules, *_imported_from.values())


@contextlib.contextmanager
def own_siblings(folder: pathlib.Path) -> Iterator[None]:
    """In this block an import of a name that *folder* holds finds what *folder* holds."""
    own = _imported_from.setdefault(folder, {})
    displaced = _clashing(folder)
    tops = {_top(name) for name in displaced}
    for name in displaced:
        del sys.modules[name]
    sys.modules.update({name: module for name, module in own.items() if _top(name) in tops})
    before = set(sys.modules)
    try:
        yield
    finally:
        for name in sys.modules.keys() - before:
            if _lies_in(folder, name, sys.modules[name]):
                own[name] = sys.modules[name]
        for name in own:
            if _top(name) in tops:
                sys.modules.pop(name, None)
        sys.modules.update(displaced)


def _clashing(folder: pathlib.Path) -> dict[str, ModuleType]:
    return {
        name: module
        for other, modules in _imported_from.items()
        if other != folder
        for name, module in modules.items()
        if sys.modules.get(name) is module and _holds(folder, _top(name))
    }


def _holds(folder: pathlib.Path, name: str) -> bool:
    return (folder / f"{name}.py").is_file() or (folder / name).is_dir()


def _lies_in(folder: pathlib.Path, name: str, module: ModuleType) -> bool:
    file = getattr(module, "__file__", None)
    if file is None or not pathlib.Path(file).is_relative_to(folder):
        return False
    # Not what is installed in a virtual environment that happens to lie below the folder.
    return pathlib.Path(file).relative_to(folder).parts[0] in {_top(name), f"{_top(name)}.py"}


def _top(name: str) -> str:
    return name.partition(".")[0]
