"""What a user should know of how a function runs here, and of a handler that cannot be found."""

from __future__ import annotations

import ast

from .artifacts.bundles import module_file
from .artifacts.cells import handler_names
from .model.function import Function
from .runtimes import catalog

_KERNEL_PACKAGES = "sees the notebook kernel's installed packages, which Lambda would not have: put them into a layer before you deploy"


def notes_of(function: Function) -> tuple[str, ...]:
    """Another interpreter than asked for, the kernel's packages shown."""
    notes = []
    note = catalog.find_interpreter(function.runtime).note
    if note:
        notes.append(note)
    if function.packages == "kernel":
        notes.append(_KERNEL_PACKAGES)
    return tuple(notes)


def missing_handler(source: str, handler: str) -> tuple[str, ...]:
    """What will surely go wrong at init, said when the function is defined: Lambda says it at the first invocation."""
    if "." not in handler:
        return (f"the handler {handler} is no module.function: invoking it will fail with Runtime.MalformedHandlerName",)
    try:
        compile(source, module_file(handler), "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as why:
        return (f"a syntax error, {why}: invoking it will fail with Runtime.UserCodeSyntaxError",)
    except (RecursionError, MemoryError):
        return ()
    defined = handler_names(source)
    wanted = handler.rpartition(".")[2]
    if wanted in defined:
        return _refused_arguments(source, handler)
    if not defined and "*" in source:  # a star import may bring any
        return ()
    there = f"defines {', '.join(defined)}" if defined else "defines no function"
    return (f"the handler {handler} is not defined: this module {there}. Invoking it will fail with Runtime.HandlerNotFound",)


def _refused_arguments(source: str, handler: str) -> tuple[str, ...]:
    """A plain handler that cannot be called with (event, context); what a decorator makes of one is not known before it runs."""
    wanted = handler.rpartition(".")[2]
    made = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef) and node.name == wanted]
    if not made or made[-1].decorator_list:
        return ()
    taken = made[-1].args
    most = len(taken.posonlyargs) + len(taken.args)
    if most - len(taken.defaults) <= 2 and (most >= 2 or taken.vararg) and None not in taken.kw_defaults:
        return ()
    return (f"the handler {handler} takes ({ast.unparse(taken)}), and Lambda passes (event, context). Invoking it will fail with TypeError",)
