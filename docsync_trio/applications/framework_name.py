"""Which framework on top of Bokeh an application is made with, as far as its code shows."""

import inspect
from collections.abc import Callable, Iterable
from typing import Any, Literal

from docsync_trio.applications.async_kind import imported_names, tree_of_module

FrameworkName = Literal["bokeh", "panel"]


def framework_of_imports(names: Iterable[str]) -> FrameworkName | None:
    """Tell by the top-level names of what some code imports; None when there is no sign."""
    if any(name == "panel" or name.startswith("panel_") for name in names):
        return "panel"
    return None


def framework_of_function(function: Callable[..., Any]) -> FrameworkName | None:
    """Tell by the imports of the module that *function* was written in."""
    tree = tree_of_module(getattr(inspect.unwrap(function), "__module__", None) or "")
    return None if tree is None else framework_of_imports(imported_names(tree))


def common_framework(parts: Iterable[FrameworkName | None]) -> FrameworkName:
    """Decide for an application of these parts: one that needs a framework decides for all."""
    return next((part for part in parts if part not in (None, "bokeh")), None) or "bokeh"
