"""Find the hooks that an application's own file defines, without running the application.

A file runs once per session and fills that session's document, but hooks are wanted
before the first session and after the last. So a top-level function with a hook's name
is taken out of the file together with the statements it needs (imports, definitions,
assignments, and what those need in turn), and these run once, in a module of their own.
Statements that only do something, such as adding to the document, stay behind.

A function that the file uses itself, as in ``curdoc().on_session_destroyed(
on_session_destroyed)``, is the file's own affair and no hook.
"""

import ast
import dis
from collections.abc import Iterable
from types import CodeType
from typing import TypeGuard

import attrs

from docsync_trio.applications.hooks import HOOK_NAMES, Hooks, hooks_in
from docsync_trio.applications.script import Script

# How the compiler's code reaches names of the module, as opposed to a function's own.
_STORES = frozenset({"STORE_NAME", "STORE_GLOBAL"})
_LOADS = frozenset({"LOAD_NAME", "LOAD_GLOBAL", "LOAD_FROM_DICT_OR_GLOBALS"})


def hooks_of_file(script: Script) -> Hooks:
    """Collect the hooks that *script* defines; raises `LoadError` if what they need raises."""
    defined = {n.name for n in script.tree.body if _is_hook(n)}
    if not defined:
        return Hooks()
    statements = [_Statement.of(node) for node in script.tree.body]
    names = defined - set().union(*(s.reads for s in statements if not _is_hook(s.node)))
    if not names:
        return Hooks()
    needed = ast.Module([s.node for s in _needed_for(names, statements)], [])
    code = compile(needed, str(script.path), "exec", dont_inherit=True)
    namespace = vars(attrs.evolve(script, tree=needed, code=code).load())
    return hooks_in({name: namespace[name] for name in HOOK_NAMES if name in names})


def _is_hook(node: ast.stmt) -> TypeGuard[ast.FunctionDef | ast.AsyncFunctionDef]:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name in HOOK_NAMES


@attrs.frozen(eq=False)
class _Statement:
    """A top-level statement: the names it gives a value or changes, and those it reads."""

    node: ast.stmt
    binds: frozenset[str]
    reads: frozenset[str]
    for_all: bool

    @classmethod
    def of(cls, node: ast.stmt) -> "_Statement":
        code = compile(ast.Module([node], []), "<statement>", "exec", dont_inherit=True)
        star = isinstance(node, ast.ImportFrom) and node.names[0].name == "*"
        future = isinstance(node, ast.ImportFrom) and node.module == "__future__"
        return cls(
            node=node,
            binds=frozenset(_names(code, _STORES) | _changed(node)),
            reads=frozenset(_names_in_all(code, _LOADS)),
            for_all=star or future,
        )


def _needed_for(names: Iterable[str], statements: list[_Statement]) -> list[_Statement]:
    wanted = set(names)
    needed: set[_Statement] = set()
    while True:
        more = {s for s in statements if s not in needed and (s.for_all or s.binds & wanted)}
        if not more:
            return [s for s in statements if s in needed]
        needed |= more
        wanted |= set().union(*(s.reads for s in more))


def _names(code: CodeType, kinds: frozenset[str]) -> set[str]:
    return {i.argval for i in dis.get_instructions(code) if i.opname in kinds}


def _names_in_all(code: CodeType, kinds: frozenset[str]) -> set[str]:
    inner = (const for const in code.co_consts if isinstance(const, CodeType))
    return _names(code, kinds).union(*(_names_in_all(c, kinds) for c in inner))


def _changed(node: ast.stmt) -> set[str]:
    """``table`` in ``table["key"] = value`` and in ``table.attribute = value``."""
    targets = node.targets if isinstance(node, ast.Assign) else []
    if isinstance(node, ast.AugAssign | ast.AnnAssign):
        targets = [node.target]
    roots = set()
    for target in targets:
        inner: ast.expr = target
        while isinstance(inner, ast.Subscript | ast.Attribute):
            inner = inner.value
        if isinstance(inner, ast.Name):
            roots.add(inner.id)
    return roots
