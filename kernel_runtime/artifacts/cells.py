"""A notebook cell as a module: what it defines, and what it would miss outside the notebook. Read, never run."""

from __future__ import annotations

import ast
import builtins
import inspect
import symtable
import textwrap
from collections.abc import Callable, Iterable
from typing import Any

from ..model.errors import InvalidParameterValueException

_ALWAYS_THERE = frozenset(dir(builtins)) | {"__file__", "__annotations__", "__builtins__", "__path__"}
_LITERALS = (ast.Constant, ast.List, ast.Tuple, ast.Dict, ast.Set, ast.JoinedStr)


def notebook_only_names(source: str, notebook_names: Iterable[str]) -> tuple[str, ...]:
    """Names that the cell uses, does not define, and that exist in the notebook: they will not exist in the function. In order of first use."""
    known = set(notebook_names)
    return tuple(name for name in free_names(source) if name in known)


def free_names(source: str) -> tuple[str, ...]:
    """Names that a module uses and nothing in it defines, builtins left out, in order of first use.

    A name that is only ``del``eted is used, not defined. None where a star import may define anything, and none where the text has a syntax error: the runtime
    reports that at init, as on Lambda.
    """
    try:
        tree = ast.parse(source)
        table = symtable.symtable(source, "<cell>", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    if any(isinstance(node, ast.ImportFrom) and node.names[0].name == "*" for node in ast.walk(tree)):
        return ()
    wanted: set[str] = set()
    assigned: set[str] = set()
    _collect(table, wanted, assigned)
    halves = _only_half_bound(tree)
    free = (wanted | (assigned & halves)) - (assigned - halves) - _ALWAYS_THERE
    return tuple(dict.fromkeys(name for name in _in_order(tree) if name in free))


def _collect(table: symtable.SymbolTable, wanted: set[str], assigned: set[str]) -> None:
    """Of one scope and those within it: names looked up in the module's globals, and names bound there."""
    module = table.get_type() == "module"
    for symbol in table.get_symbols():
        if (symbol.is_assigned() or symbol.is_imported()) and (module or symbol.is_declared_global()):
            assigned.add(symbol.get_name())
        if symbol.is_referenced() and (module or symbol.is_global()):
            wanted.add(symbol.get_name())
    for child in table.get_children():
        _collect(child, wanted, assigned)


def _only_half_bound(tree: ast.Module) -> set[str]:
    """``del x`` and ``x += 1`` bind x in a symbol table's eyes, and yet need an x: names that nothing in the text binds in another way."""
    augmented = [node.target for node in ast.walk(tree) if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name)]
    deleted = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Del)]
    if not augmented and not deleted:
        return set()
    return {node.id for node in (*augmented, *deleted)} - _bound(tree, {id(node) for node in augmented})


def _bound(tree: ast.Module, left_out: set[int]) -> set[str]:
    bound: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and id(node) not in left_out:
            bound.add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            bound.add(node.name)
        elif isinstance(node, ast.alias):
            bound.add((node.asname or node.name).partition(".")[0])
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            bound.add(node.name)
        elif isinstance(node, ast.MatchMapping) and node.rest:
            bound.add(node.rest)
    return bound


def _in_order(tree: ast.Module) -> list[str]:
    """Every name that is read or deleted, in the order of the text."""
    names = [(n.lineno, n.col_offset, n.id) for n in ast.walk(tree) if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Store)]
    names += [(n.lineno, n.col_offset, n.target.id) for n in ast.walk(tree) if isinstance(n, ast.AugAssign) and isinstance(n.target, ast.Name)]
    return [name for *_, name in sorted(names)]


def handler_names(source: str) -> tuple[str, ...]:
    """Names at the module's top that may be a handler, in order: functions, classes, what is imported by ``from``, values that are no literals.

    None where the text does not parse, or where a star import may bring any.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    names = list(_may_be_called(tree.body))
    return () if "*" in names else tuple(dict.fromkeys(names))


def _may_be_called(body: Iterable[ast.AST]) -> Iterable[str]:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.ImportFrom):
            yield from (alias.asname or alias.name for alias in node.names)
        elif isinstance(node, ast.Assign | ast.AnnAssign) and not isinstance(node.value, _LITERALS):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store))
        elif isinstance(node, ast.If | ast.Try | ast.With | ast.For | ast.While | ast.ExceptHandler):
            yield from _may_be_called(ast.iter_child_nodes(node))


_ANNOTATIONS_UNREAD = "from __future__ import annotations\n\n"
"""Annotations may name types of the notebook; in the function nobody reads them."""


def module_from_function(function: Callable[..., Any]) -> str:
    """One plain function as a module's text, its decorators left out. Raises InvalidParameterValueException, with the mend, where it is not one."""
    mend = "or write a whole module with %%function"
    name = getattr(function, "__name__", repr(function))
    if getattr(function, "__closure__", None):
        names = ", ".join(function.__code__.co_freevars)
        raise InvalidParameterValueException(f"{name} uses {names} of the function around it: pass that in the event, {mend}")
    try:
        text = textwrap.dedent(inspect.getsource(function))
        definition = ast.parse(text).body[0]
    except (OSError, TypeError, SyntaxError, IndexError):
        raise InvalidParameterValueException(f"the source of {name} cannot be read: define it by def in a cell of its own, {mend}") from None
    if not isinstance(definition, ast.FunctionDef):
        raise InvalidParameterValueException(f"{name} is no plain function: define it by def {name}(event, context), {mend}")
    own = "".join(text.splitlines(keepends=True)[definition.lineno - 1 : definition.end_lineno])
    return f"{_ANNOTATIONS_UNREAD}{own}"
