"""For which event loop an application's ``async def`` code was written.

Trio and asyncio cannot run each other's coroutines, and nothing in a coroutine says
which one it wants, so it is read from the imports. Whoever imports neither gets
asyncio, which is what Bokeh's own server has always run.
"""

import ast
import inspect
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Literal

AsyncKind = Literal["trio", "asyncio"]

_TRIO = {"trio"}
# Panel creates asyncio tasks of its own, whatever the application's code does.
_ASYNCIO = {"asyncio", "tornado", "panel", "aiohttp"}


def kind_of_tree(tree: ast.AST) -> AsyncKind | None:
    """Tell by the imports, also those inside functions; None when there is no sign."""
    names = imported_names(tree)
    if names & _ASYNCIO:
        return "asyncio"
    return "trio" if names & _TRIO else None


def kind_of_function(function: Callable[..., Any]) -> AsyncKind | None:
    """Tell by the imports of the module that *function* was written in."""
    return kind_of_module(getattr(inspect.unwrap(function), "__module__", None) or "")


def kind_of_module(name: str) -> AsyncKind | None:
    """Tell by the imports of the module *name*, which has been imported."""
    tree = tree_of_module(name)
    return None if tree is None else kind_of_tree(tree)


def tree_of_module(name: str) -> ast.AST | None:
    """The source of the module *name*, if that has been imported and its source is there."""
    module = sys.modules.get(name)
    try:
        return ast.parse(inspect.getsource(module)) if module else None
    except (OSError, TypeError, SyntaxError):  # built in, or typed at a prompt
        return None


def common_kind(kinds: Iterable[AsyncKind | None]) -> AsyncKind:
    """Decide for an application whose parts are of these *kinds*: asyncio unless all say trio."""
    told = {kind for kind in kinds if kind is not None}
    return "trio" if told == {"trio"} else "asyncio"


def imported_names(tree: ast.AST) -> set[str]:
    """The top-level names of all that the code imports, also inside functions."""
    return set(_imported(tree))


def _imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]
