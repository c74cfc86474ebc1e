"""Applications that are a Python file: the usual way to write one for Bokeh."""

import pathlib
from collections.abc import Sequence
from types import ModuleType

from bokeh.document import Document

from docsync_trio.applications.async_kind import imported_names
from docsync_trio.applications.file_hooks import hooks_of_file
from docsync_trio.applications.framework_name import framework_of_imports
from docsync_trio.applications.handler import Handler
from docsync_trio.applications.loop_needs import tree_needs_loop
from docsync_trio.applications.script import Script


class ScriptHandler(Handler):
    """Fills documents by running a script; its hooks and async kind are read from its code."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.hooks = hooks_of_file(script)
        self.async_kind = script.async_kind
        self.framework = framework_of_imports(imported_names(script.tree))
        self.needs_loop = tree_needs_loop(script.tree)
        self.files = frozenset({script.path})

    def modify_document(self, document: Document) -> None:
        """Run the script for *document*; raises what the script raises."""
        self.script.fill(document)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self.script.path)!r})"


class FileHandler(ScriptHandler):
    """Runs a Python file for each document.

    *argv* becomes ``sys.argv[1:]`` while the file runs; *package* is what its relative
    imports start from. The file is compiled here and not read again. Raises `LoadError`
    when there is no such file or it is not Python.
    """

    def __init__(
        self,
        path: pathlib.Path | str,
        *,
        argv: Sequence[str] = (),
        package: ModuleType | None = None,
    ) -> None:
        super().__init__(Script.read(pathlib.Path(path), argv=argv, package=package))
