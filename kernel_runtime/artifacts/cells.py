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

_MODULE_NAMES = frozenset(dir(builtins)) | {"__name__", "__file__", "__doc__", "__spec__", "__package__", "__loader__", "__builtins__", "__annotations__"}


def notebook_only_names(source: str, notebook_names: Iterable[str]) -> tuple[str, ...]:
    """Names that the cell uses, does not define, and that exist in the notebook: they will not exist in the function. In order of first use."""
    missing = free_names(source)
    known = set(notebook_names)
    return tuple(name for name in missing if name in known)


def free_names(source: str) -> tuple[str, ...]:
    """Names that a module uses and nothing in it defines, builtins left out. A syntax error gives none: the runtime reports it at init, as on Lambda."""
    try:
        tree = ast.parse(source)
        table = symtable.symtable(source, "<cell>", "exec")
    except (SyntaxError, ValueError):
        return ()
    if any(isinstance(node, ast.ImportFrom) and node.names[0].name == "*" for node in ast.walk(tree)):
        return ()  # a star import may define anything
    wanted: set[str] = set()
    defined: set[str] = set()
    _collect(table, wanted, defined)
    free = wanted - defined - _MODULE_NAMES
    return tuple(dict.fromkeys(n.id for n in sorted_names(tree) if n.id in free))


def sorted_names(tree: ast.AST) -> list[ast.Name]:
    """Every name of the tree, in the order of the text."""
    return sorted((n for n in ast.walk(tree) if isinstance(n, ast.Name)), key=lambda n: (n.lineno, n.col_offset))


def _collect(table: symtable.SymbolTable, wanted: set[str], defined: set[str]) -> None:
    module = table.get_type() == "module"
    for symbol in table.get_symbols():
        binds = symbol.is_assigned() or symbol.is_imported()
        if binds and (module or symbol.is_declared_global()):
            defined.add(symbol.get_name())
        if symbol.is_referenced() and (module or symbol.is_global()):
            wanted.add(symbol.get_name())
    for child in table.get_children():
        _collect(child, wanted, defined)


def handler_names(source: str) -> tuple[str, ...]:
    """Functions that the module defines at its top, in order; none where it does not parse or imports by star."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return ()
    if any(isinstance(node, ast.ImportFrom) or isinstance(node, ast.Assign) for node in tree.body):
        return ()  # the handler may come from there
    return tuple(node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def module_from_function(function: Callable[..., Any]) -> str:
    """One plain function as a module's text, its decorators left out. Raises InvalidParameterValueException where it needs variables around it."""
    if function.__closure__:
        names = ", ".join(function.__code__.co_freevars)
        raise InvalidParameterValueException(f"{function.__name__} uses {names} of the function around it: pass it in the event, or write a whole module with %%function")
    try:
        text = textwrap.dedent(inspect.getsource(function))
        definition = ast.parse(text).body[0]
    except (OSError, TypeError, SyntaxError):
        raise InvalidParameterValueException(f"the source of {function.__name__} cannot be read: write a whole module with %%function") from None
    if not isinstance(definition, ast.FunctionDef):
        raise InvalidParameterValueException(f"{function.__name__} is no plain function (def name(event, context)): write a whole module with %%function")
    lines = text.splitlines(keepends=True)
    return "".join(lines[definition.lineno - 1 :])
