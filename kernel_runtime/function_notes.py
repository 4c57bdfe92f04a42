"""What a user should know of how a function runs here, and of a handler that cannot be found."""

from __future__ import annotations

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
    if wanted in defined or (not defined and "*" in source):  # a star import may bring any
        return ()
    there = f"defines {', '.join(defined)}" if defined else "defines no function"
    return (f"the handler {handler} is not defined: this module {there}. Invoking it will fail with Runtime.HandlerNotFound",)
