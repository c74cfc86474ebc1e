"""Functions as ``pn.serve`` takes them: they get no argument, and return what is to be shown."""

import inspect
from typing import Any

import panel as pn
from bokeh.document import Document
from panel.viewable import ServableMixin

from docsync_trio.applications.function import FunctionHandler
from docsync_trio.applications.handler import Handler
from docsync_trio.applications.panel.private import set_curdoc


class PanelFunction(Handler):
    """Fills documents with what the function of *handler* returns: whatever Panel can show.

    Of one that is ``async`` the result comes when the page is there.
    """

    exclusive = False

    def __init__(self, handler: FunctionHandler) -> None:
        self.hooks, self.files = handler.hooks, handler.files
        self._function = handler.function

    def modify_document(self, document: Document) -> None:
        """Call the function; raises what it raises."""
        function: Any = self._function
        with set_curdoc(document):
            shown = function if inspect.iscoroutinefunction(function) else function()
            if shown is not None:  # else it has put all into the template
                (shown if isinstance(shown, ServableMixin) else pn.panel(shown)).servable()
