"""Applications that are a function: called with each new document."""

import inspect
import pathlib
from collections.abc import Awaitable, Callable
from typing import Any, cast

from bokeh.document import Document

from docsync_trio.applications.async_kind import kind_of_function
from docsync_trio.applications.framework_name import framework_of_function
from docsync_trio.applications.handler import Handler
from docsync_trio.applications.hooks import takes_arguments
from docsync_trio.applications.load_error import LoadError
from docsync_trio.applications.loop_needs import function_needs_loop


class FunctionHandler(Handler):
    """Calls *function* with each document; what it returns is awaited if it can be.

    Any other value that it returns is ignored (functions written for Bokeh often return
    the document). Raises `LoadError` when it cannot be called with one argument; in a module
    that imports Panel it may take none: *returns_content* says that it is one of those, which
    fill no document themselves.
    """

    exclusive = False

    def __init__(self, function: Callable[[Document], Any]) -> None:
        name = getattr(function, "__qualname__", repr(function))
        if not callable(function):
            raise LoadError(f"{name} is not a function; give one that takes the document")
        self.function = function
        self.framework = framework_of_function(function)
        self.returns_content = not takes_arguments(function, 1)
        if self.returns_content and not (
            self.framework == "panel" and takes_arguments(function, 0)
        ):
            raise LoadError(f"{name} is called with the document; write {name}(document)")
        self.async_kind = kind_of_function(function)
        self.needs_loop = function_needs_loop(function)
        self.files = _source_file(function)

    def modify_document(self, document: Document) -> Awaitable[None] | None:
        """Call the function; raises what it raises."""
        result = self.function(document)
        return cast("Awaitable[None]", result) if inspect.isawaitable(result) else None

    def __repr__(self) -> str:
        return f"FunctionHandler({self.function!r})"


def _source_file(function: Callable[..., Any]) -> frozenset[pathlib.Path]:
    try:
        return frozenset({pathlib.Path(inspect.getfile(inspect.unwrap(function)))})
    except TypeError:  # a callable object of a built-in class
        return frozenset()
