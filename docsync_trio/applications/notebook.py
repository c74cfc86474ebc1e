"""Applications that are a Jupyter notebook."""

import linecache
import pathlib
from collections.abc import Sequence
from types import ModuleType

from docsync_trio.applications.file import ScriptHandler
from docsync_trio.applications.notebook_source import read_notebook
from docsync_trio.applications.script import Script


class NotebookHandler(ScriptHandler):
    """Runs the code cells of a notebook, one after the other, for each document.

    *argv* and *package* are as for `FileHandler`. Raises `LoadError` when there is no such
    notebook, when a cell is not Python, or when the packages that read notebooks are missing.
    """

    def __init__(
        self,
        path: pathlib.Path | str,
        *,
        argv: Sequence[str] = (),
        package: ModuleType | None = None,
    ) -> None:
        source = read_notebook(pathlib.Path(path).absolute())
        script = Script.compile(
            source.text, source.path, argv=argv, package=package, place=source.place
        )
        # Tracebacks would otherwise show lines of the notebook's JSON.
        name, lines = str(source.path), source.text.splitlines(keepends=True)
        linecache.cache[name] = (len(source.text), None, lines, name)
        super().__init__(script)
