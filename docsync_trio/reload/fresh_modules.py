"""Changed modules, imported anew under their old names, or not at all.

What is imported inside of the block is new where its file has changed, or imports one that
has; all other modules are what they were. Leaving the block without `FreshModules.keep` puts
everything back: what ran before goes on with the modules that it had.
"""

import contextlib
import importlib
import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import attrs
from bokeh.core.has_props import HasProps

from docsync_trio.applications.output import MODULE_PREFIX
from docsync_trio.applications.siblings import module_tables
from docsync_trio.documents.bokeh_private import forget_models_of, remember_models

Table = dict[str, ModuleType]


def file_of(module: object) -> str | None:
    """Return the file of *module*, without waking those that import on their first use."""
    file = getattr(module, "__dict__", {}).get("__file__")
    return file if isinstance(file, str) else None


@attrs.define(eq=False)
class FreshModules:
    """The modules of the files *stale* while a reload is under way. Made by `fresh_modules`."""

    stale: frozenset[str]
    _kept: bool = attrs.field(default=False, init=False)
    _taken: list[tuple[Table, Table]] = attrs.field(factory=list, init=False)
    _attributes: list[tuple[ModuleType, str, ModuleType]] = attrs.field(factory=list, init=False)
    _models: list[type[HasProps]] = attrs.field(factory=list, init=False)

    def keep(self) -> None:
        """Let the fresh modules be those of the process from now on."""
        self._kept = True

    @property
    def names(self) -> frozenset[str]:
        """The names of the modules that were out of date."""
        return frozenset(name for _, taken in self._taken for name in taken)

    def take_out(self) -> None:
        """Make room for fresh ones."""
        for file in self.stale:
            _forget_bytecode(file)
        self._taken = [(table, self._take_from(table)) for table in module_tables()]
        for name, module in self._taken[0][1].items():
            self._detach(name, module)
        self._models = forget_models_of(self.names)

    def settle(self) -> None:
        """Have everything as it was before, unless the fresh ones are kept."""
        if self._kept:
            return
        names = self.names
        for table in module_tables():
            self._take_from(table)
        for table, taken in self._taken:
            table.update(taken)
        for package, name, module in self._attributes:
            setattr(package, name, module)
        forget_models_of(names)
        remember_models(self._models)

    def _take_from(self, table: Table) -> Table:
        # What has a name of its own for each application ends with the application.
        taken = {
            name: module
            for name, module in list(table.items())
            if file_of(module) in self.stale and not name.startswith(MODULE_PREFIX)
        }
        for name in taken:
            del table[name]
        return taken

    def _detach(self, name: str, module: ModuleType) -> None:
        # `from package import module` does not look for a module if there is an attribute.
        parent, _, last = name.rpartition(".")
        package = sys.modules.get(parent)
        if package is not None and vars(package).get(last) is module:
            self._attributes.append((package, last, module))
            delattr(package, last)


def _forget_bytecode(file: str) -> None:
    # It belongs to a source of some second and some size, which two saves may have in common.
    with contextlib.suppress(OSError, NotImplementedError):
        Path(importlib.util.cache_from_source(file)).unlink(missing_ok=True)


@contextlib.contextmanager
def fresh_modules(stale: frozenset[Path]) -> Iterator[FreshModules]:
    """Within the block the modules made of the files *stale* are imported anew."""
    importlib.invalidate_caches()
    fresh = FreshModules(frozenset(map(str, stale)))
    fresh.take_out()
    try:
        yield fresh
    finally:
        fresh.settle()


def drop_modules(stale: frozenset[Path]) -> None:
    """Forget the modules made of the files *stale*: who imports them again gets fresh ones."""
    with fresh_modules(stale) as fresh:
        fresh.keep()
