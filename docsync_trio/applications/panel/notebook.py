"""Notebooks as Panel serves them: where no cell shows anything itself, the cells' outputs."""

import importlib.util
from collections.abc import Awaitable

from bokeh.document import Document
from panel.io.handlers import NotebookHandler as PanelsHandler

from docsync_trio.applications.bokeh_handler import BokehHandler
from docsync_trio.applications.handler import Handler
from docsync_trio.applications.load_error import LoadError, shown
from docsync_trio.applications.notebook import NotebookHandler


class PanelNotebook(Handler):
    """Fills documents with *notebook* by Panel's own handler. Raises `LoadError`."""

    def __init__(self, notebook: NotebookHandler) -> None:
        path = notebook.script.path
        if importlib.util.find_spec("nbconvert") is None:
            raise LoadError(
                f"{shown(path)}: notebooks made with Panel need another package; "
                "run: pip install nbconvert"
            )
        self.hooks, self.files = notebook.hooks, notebook.files
        self._filler = BokehHandler(PanelsHandler(filename=path, argv=list(notebook.script.argv)))

    def modify_document(self, document: Document) -> Awaitable[None] | None:
        """Run the notebook; raises what it raises."""
        return self._filler.modify_document(document)
