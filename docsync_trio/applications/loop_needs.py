"""Whether an application's plain functions may run in a thread of their own.

A thread has no running event loop. Code that makes asyncio tasks from plain
functions, and frameworks that do so behind its back, have to stay where the loop is.
"""

import ast
import inspect
from collections.abc import Callable, Iterator
from typing import Any

from docsync_trio.applications.async_kind import tree_of_module

_FRAMEWORKS = {"tornado"}
_NEEDS_A_RUNNING_LOOP = {"create_task", "ensure_future", "get_event_loop", "get_running_loop"}


def tree_needs_loop(tree: ast.AST) -> bool:
    """Tell by the imports, and by what its plain functions and top level call of asyncio."""
    return any(map(_imports_framework, ast.walk(tree))) or any(
        isinstance(node, ast.Attribute)
        and node.attr in _NEEDS_A_RUNNING_LOOP
        and isinstance(node.value, ast.Name)
        and node.value.id == "asyncio"
        for node in _outside_coroutines(tree)
    )


def function_needs_loop(function: Callable[..., Any]) -> bool:
    """Tell by the module that *function* was written in; no when its source is not there."""
    tree = tree_of_module(getattr(inspect.unwrap(function), "__module__", None) or "")
    return tree is not None and tree_needs_loop(tree)


def _imports_framework(node: ast.AST) -> bool:
    if isinstance(node, ast.Import):
        return any(alias.name.partition(".")[0] in _FRAMEWORKS for alias in node.names)
    return (
        isinstance(node, ast.ImportFrom)
        and not node.level
        and (node.module or "").partition(".")[0] in _FRAMEWORKS
    )


def _outside_coroutines(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.iter_child_nodes(tree):
        if not isinstance(node, ast.AsyncFunctionDef):
            yield node
            yield from _outside_coroutines(node)
