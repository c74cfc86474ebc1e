"""Which modules a Python file may import, read from its text.

Every ``import`` counts, wherever it stands: many are made late, inside of callbacks, and a
reload must know of them before they are made for the first time. A large project has much
text, and nearly all of it is something else, so that statements are picked out of it and the
rest is not parsed. What only looks like one, in a docstring, does no harm: whatever it names
is watched as well.
"""

import ast
import re
from collections.abc import Iterator
from typing import Final

import attrs

_STATEMENT: Final = re.compile(
    r"(?:^|[;:])[ \t]*"
    r"((?:import[ \t]|from[ \t.])(?:[^\n;#(\\]|\\\r?\n)*(?:\([^)]*\))?)",
    re.MULTILINE,
)


@attrs.frozen
class ImportStatement:
    """``from <level dots><module> import <names>``; *names* is empty for ``import module``."""

    module: str
    names: tuple[str, ...] = ()
    level: int = 0


def import_statements(source: str) -> tuple[ImportStatement, ...]:
    """Return the imports of a file with this *source*, which may be broken elsewhere."""
    return tuple(
        statement
        for found in _STATEMENT.finditer(source)
        for statement in _imports(found[1].strip())
    )


def _imports(text: str) -> Iterator[ImportStatement]:
    try:
        (node,) = ast.parse(text).body
    except (SyntaxError, ValueError):
        return
    if isinstance(node, ast.Import):
        yield from (ImportStatement(alias.name) for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        names = tuple(alias.name for alias in node.names)
        yield ImportStatement(node.module or "", names, node.level)
