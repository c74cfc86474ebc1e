"""Which files are the project's own: those that people edit while the server runs.

What is installed, Python's own library and the packages that run applications are not
watched, wherever they lie (a virtual environment often lies inside of the project).
"""

import os
import sys
import sysconfig
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import attrs

from docsync_trio.base.author_frames import MACHINERY

_INSTALLED = frozenset({"site-packages", "dist-packages"})
_PYTHONS = tuple(Path(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib", "scripts"))

Identity = tuple[int, int, int, int]
"""What tells one state of a file on disk from another."""


def is_of_project(path: Path) -> bool:
    """Whether the file or folder at *path* is the project's own."""
    if not _INSTALLED.isdisjoint(path.parts):
        return False
    return not any(path.is_relative_to(folder) for folder in (*_PYTHONS, *_machinery_folders()))


def _machinery_folders() -> tuple[Path, ...]:
    """Where packages that run applications lie, if somebody works on one of those."""
    return _folders_of(tuple(name for name in sorted(MACHINERY) if name in sys.modules))


@lru_cache(maxsize=8)
def _folders_of(packages: tuple[str, ...]) -> tuple[Path, ...]:
    files = (getattr(sys.modules[name], "__file__", None) for name in packages)
    return tuple(Path(file).parent for file in files if file)


def identity_of(path: Path) -> Identity | None:
    """Return the state of the file at *path*; None if there is no such file."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return (stat.st_dev, stat.st_ino, stat.st_mtime_ns, stat.st_size)


def files_below(folder: Path) -> list[Path]:
    """Return all files below *folder* but the hidden ones, sorted."""
    found = []
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if is_watched(name)]
        found += [Path(parent, name) for name in names if is_watched(name)]
    return sorted(found)


def is_watched(name: str) -> bool:
    """Say whether a file or folder called *name* may concern anybody: hidden ones do not."""
    return not (name.startswith(".") or name in {"__pycache__", "node_modules"})


@attrs.frozen
class Snapshot:
    """The state of files at one moment; None for those that are not there."""

    states: dict[Path, Identity | None]

    @classmethod
    def of(cls, files: Iterable[Path]) -> "Snapshot":
        """Look at *files*."""
        return cls({file: identity_of(file) for file in files})

    def is_outdated(self) -> bool:
        """Say whether one of the files is no longer as it was."""
        return Snapshot.of(self.states) != self

    def touched(self, since: "Snapshot") -> frozenset[Path]:
        """Return the files that have changed *since* then, come or gone."""
        both = self.states.keys() | since.states.keys()
        return frozenset(f for f in both if self.states.get(f) != since.states.get(f))
