"""SnapStart's hooks: the module ``snapshot_restore_py`` that Lambda's Python runtimes hold, and the running of what was registered in it.

A package of that name among the function's own files comes first, as on AWS (AWS: "Lambda SnapStart runtime hooks for Python").
"""

from __future__ import annotations

import importlib.machinery
import sys
import types
from typing import Any, Callable, Dict, List, Tuple

NAME = "snapshot_restore_py"
Hook = Tuple[Callable[..., Any], Tuple[Any, ...], Dict[str, Any]]


class HooksFinder:
    """Finds the module where nothing else does; it is made when it is first imported."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        return importlib.machinery.ModuleSpec(name, self) if name == NAME and path is None else None  # type: ignore[arg-type]

    def create_module(self, spec: Any) -> types.ModuleType:
        return _made()

    def exec_module(self, module: types.ModuleType) -> None:
        """It is whole already."""


def run_before_snapshot() -> None:
    """The last registered first. Raises what a hook raises."""
    hooks: List[Hook] = _registered("get_before_snapshot")
    while hooks:
        function, arguments, named = hooks.pop()
        function(*arguments, **named)


def run_after_restore() -> None:
    """In the order in which they were registered. Raises what a hook raises."""
    for function, arguments, named in _registered("get_after_restore"):
        function(*arguments, **named)


def _registered(getter: str) -> List[Hook]:
    module = sys.modules.get(NAME)
    return getattr(module, getter)() if module is not None else []


def _made() -> types.ModuleType:
    before: List[Hook] = []
    after: List[Hook] = []

    def register_before_snapshot(func: Callable[..., Any], *args: Any, **kwargs: Any) -> Callable[..., Any]:
        """Have ``func`` called before the snapshot is made; also as a decorator."""
        before.append((func, args, kwargs))
        return func

    def register_after_restore(func: Callable[..., Any], *args: Any, **kwargs: Any) -> Callable[..., Any]:
        """Have ``func`` called after each restore; also as a decorator."""
        after.append((func, args, kwargs))
        return func

    def get_before_snapshot() -> List[Hook]:
        return before

    def get_after_restore() -> List[Hook]:
        return after

    module = types.ModuleType(NAME, "Hooks that run before Lambda makes a snapshot and after it restores one.")
    for function in (register_before_snapshot, register_after_restore, get_before_snapshot, get_after_restore):
        function.__module__, function.__qualname__ = NAME, function.__name__
        setattr(module, function.__name__, function)
    return module
