"""AWS Lambda as it is, in one process and its worker host. The public names; each is imported when it is first asked for, since the worker host and
its zygotes import this package too and must stay small."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .artifacts.cells import notebook_only_names as notebook_only_names
    from .function_handle import FunctionHandle as FunctionHandle
    from .lab import Lab as Lab
    from .model.errors import AwsError as AwsError
    from .model.errors import LabError as LabError
    from .model.errors import TooManyRequestsException as TooManyRequestsException
    from .outcome import FunctionError as FunctionError
    from .outcome import Outcome as Outcome
    from .sources.view import SourceView as SourceView

_HOMES = {
    "Lab": "lab",
    "FunctionHandle": "function_handle",
    "Outcome": "outcome",
    "FunctionError": "outcome",
    "AwsError": "model.errors",
    "LabError": "model.errors",
    "TooManyRequestsException": "model.errors",
    "SourceView": "sources.view",
    "notebook_only_names": "artifacts.cells",
}
__all__ = list(_HOMES)
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'kernel_runtime' has no attribute {name!r}")
    return getattr(import_module(f".{_HOMES[name]}", __name__), name)


def __dir__() -> list[str]:
    return __all__
