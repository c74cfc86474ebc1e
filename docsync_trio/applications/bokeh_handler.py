"""Handlers that were written for Bokeh's own server, unchanged.

Bokeh's handlers keep an error to themselves (``failed``, ``error``) and go on with a
half-built document; here it is raised, so that the visitor is told. They also may leave
``sys.argv``, the working directory and Bokeh's output functions changed when their code
raises, so they run where these are put back.
"""

import pathlib
from collections.abc import Awaitable
from typing import cast

import bokeh.application.handlers.handler as bokeh_handler
from bokeh.document import Document

from docsync_trio.applications.async_kind import kind_of_function
from docsync_trio.applications.framework_name import framework_of_function
from docsync_trio.applications.handler import Handler
from docsync_trio.applications.hooks import HOOK_NAMES, Hooks
from docsync_trio.applications.load_error import LoadError
from docsync_trio.applications.loop_needs import function_needs_loop
from docsync_trio.applications.output import output_ignored
from docsync_trio.applications.process_state import process_state_kept


class BokehHandlerFailed(Exception):  # noqa: N818 - it is the handler that failed
    """The application author's: a handler of Bokeh's reported an error instead of raising it.

    The text is the handler's ``error``; its ``error_detail``, a traceback, is a note.
    """


class BokehHandler(Handler):
    """Fills documents with a handler made for Bokeh's server; its hooks are kept.

    Raises `LoadError` when *handler* has already failed, for example to read its file.
    """

    def __init__(self, handler: bokeh_handler.Handler) -> None:
        if handler.failed:
            raise LoadError(f"{type(handler).__name__}: {handler.error or 'failed to load'}")
        self.handler = handler
        static = handler.static_path()
        self.static_path = pathlib.Path(static).absolute() if static else None
        self.async_kind = kind_of_function(type(handler))
        self.framework = framework_of_function(type(handler))
        self.needs_loop = function_needs_loop(type(handler))
        self.hooks = Hooks(
            **{
                name: (getattr(handler, name),)
                for name in HOOK_NAMES
                if getattr(type(handler), name) is not getattr(bokeh_handler.Handler, name)
            }
        )

    def modify_document(self, document: Document) -> Awaitable[None] | None:
        """Run the handler; raises what it raises, and `BokehHandlerFailed` for what it hides."""
        failed_before, detail_before = self.handler.failed, self.handler.error_detail
        with process_state_kept(), output_ignored(pathlib.Path(type(self.handler).__name__)):
            # Bokeh knows no asynchronous handlers; a subclass may be one here.
            result = cast("Awaitable[None] | None", self.handler.modify_document(document))
        # Some handlers never take their flag back: an old failure says nothing of this run.
        detail = self.handler.error_detail
        if self.handler.failed and not (failed_before and detail and detail is detail_before):
            raise self._failure()
        return result if isinstance(result, Awaitable) else None

    def _failure(self) -> BokehHandlerFailed:
        error = BokehHandlerFailed(self.handler.error or f"{self.handler!r} failed")
        if self.handler.error_detail:
            error.add_note(self.handler.error_detail)
        return error

    def __repr__(self) -> str:
        return f"BokehHandler({self.handler!r})"
