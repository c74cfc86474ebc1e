"""Which modules a Python file may import, read from its text.

Every ``import`` counts, wherever it stands: many are made late, inside of callbacks, and a
reload must know of them before they are made for the first time.
"""

import ast
from collections.abc import Iterator

import attrs


@attrs.frozen
class ImportStatement:
    """``from <level dots><module> import <names>``; *names* is empty for ``import module``."""

    module: str
    names: tuple[str, ...] = ()
    level: int = 0


def import_statements(source: str | bytes) -> tuple[ImportStatement, ...]:
    """Return the imports of a file with this *source*; raises ``SyntaxError``, ``ValueError``."""
    return tuple(_imports(ast.parse(source)))


def _imports(tree: ast.AST) -> Iterator[ImportStatement]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (ImportStatement(alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names = tuple(alias.name for alias in node.names)
            yield ImportStatement(node.module or "", names, node.level)
