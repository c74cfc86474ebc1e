"""Code that fills a document when it runs: compiled once, run once for every session.

Each run has a module of its own, named as Bokeh names them (``bokeh_app_...``), so
nothing that one session's code sets is seen by another's. The module is in
``sys.modules`` as long as the document lives, which pickling, dataclasses and Bokeh's
custom models rely on, and is handed to the document, which frees it in the end.
"""

import ast
import contextlib
import importlib.machinery
import pathlib
import sys
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextvars import ContextVar
from types import CodeType, ModuleType
from typing import Self

import attrs
from bokeh.document import Document

from docsync_trio.applications.async_kind import AsyncKind, kind_of_tree
from docsync_trio.applications.load_error import LoadError, blame, missing_file, shown
from docsync_trio.applications.output import MODULE_PREFIX
from docsync_trio.applications.process_state import as_script

_staying: ContextVar[list[str] | None] = ContextVar("docsync_staying_modules", default=None)


@contextlib.contextmanager
def staying_modules() -> Iterator[list[str]]:
    """Collect the names of the modules that `Script.load` makes within the block."""
    names: list[str] = []
    token = _staying.set(names)
    try:
        yield names
    finally:
        _staying.reset(token)


@attrs.frozen(eq=False)
class Script:
    """The compiled code of the file *path*, run with *argv* as its arguments.

    *package* is the package that its relative imports start from, if it has one.
    """

    path: pathlib.Path
    tree: ast.Module = attrs.field(repr=False)
    code: CodeType = attrs.field(repr=False)
    argv: tuple[str, ...] = ()
    package: ModuleType | None = None

    @classmethod
    def read(
        cls,
        path: pathlib.Path,
        *,
        argv: Sequence[str] = (),
        package: ModuleType | None = None,
    ) -> Self:
        """Read and compile a Python file; raises `LoadError` with file and line."""
        return cls.compile(read_file(path), path, argv=argv, package=package)

    @classmethod
    def compile(
        cls,
        source: str | bytes,
        path: pathlib.Path,
        *,
        argv: Sequence[str] = (),
        package: ModuleType | None = None,
        place: Callable[[int], str] | None = None,
    ) -> Self:
        """Compile *source* as the code of *path*; raises `LoadError`.

        *place* tells where line number n came from, for sources that were made of
        something else; without it that is line n of *path*.
        """
        path = path.absolute()
        try:
            tree = ast.parse(source, str(path))
            code = compile(tree, str(path), "exec", dont_inherit=True)
        except SyntaxError as error:
            raise LoadError(_syntax_problem(error, path, place)) from error
        except ValueError as error:  # null bytes, in some versions of Python
            raise LoadError(f"{shown(path)}: {error}") from error
        return cls(path, tree, code, tuple(argv), package)

    @property
    def async_kind(self) -> AsyncKind | None:
        """What the code's imports say about its ``async def`` functions."""
        return kind_of_tree(self.tree)

    def fill(self, document: Document) -> None:
        """Run the code for *document*, in a new module that the document frees."""
        module = self.new_module()
        document.modules.add(module)
        self.run(module)

    def load(self) -> ModuleType:
        """Run the code once, in a module that stays; raises `LoadError` if it raises."""
        module = self.new_module()
        sys.modules[module.__name__] = module
        if (names := _staying.get()) is not None:
            names.append(module.__name__)
        try:
            self.run(module)
        except (Exception, SystemExit) as error:
            del sys.modules[module.__name__]
            raise LoadError(blame(error)) from error
        return module

    def new_module(self) -> ModuleType:
        """Make an empty module that knows its file and, if there is one, its package."""
        name = MODULE_PREFIX + uuid.uuid4().hex
        is_package = self.path.name == "__init__.py"
        parent = f"{self.package.__name__}." if self.package else ""
        module = ModuleType(name)
        module.__file__ = str(self.path)
        module.__spec__ = importlib.machinery.ModuleSpec(
            parent + name, None, origin=str(self.path), is_package=is_package
        )
        module.__package__ = module.__spec__.parent
        if is_package:
            module.__path__ = [str(self.path.parent)]
            module.__spec__.submodule_search_locations = [str(self.path.parent)]
        return module

    def run(self, module: ModuleType) -> None:
        """Run the code in *module*, as a script; raises what the code raises."""
        with as_script(self.path, self.argv):
            exec(self.code, module.__dict__)  # noqa: S102 - running authors' code is what we do


def _syntax_problem(
    error: SyntaxError, path: pathlib.Path, place: Callable[[int], str] | None
) -> str:
    if error.lineno is None:  # the whole file is at fault
        return f"{shown(path)}: {error.msg}"
    return f"{place(error.lineno)}: {error.msg}" if place else blame(error)


def read_file(path: pathlib.Path) -> bytes:
    """Read a file of the author's; raises `LoadError` when it is not there or not readable."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise missing_file(path) from None
    except IsADirectoryError:
        raise LoadError(f"{shown(path)}: is a directory; name a file in it") from None
    except OSError as error:
        raise LoadError(f"{shown(path)}: {error.strerror}") from error
