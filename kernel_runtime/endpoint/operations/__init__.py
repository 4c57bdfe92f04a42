"""Lambda's operations, one plain function each: ``(account, request, caller) -> result`` with botocore's member names.

A module is a noun; an operation is found by its name in snake case.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from botocore import xform_name

from ...model.errors import ServiceException
from ..caller import Caller
from .refused import REFUSED

Operation = Callable[[Any, dict[str, Any], Caller], Any]


def operations(names: tuple[str, ...]) -> dict[str, Operation]:
    """By botocore's names. Every name is there: what is not real refuses."""
    modules = [import_module(f".{module.name}", __name__) for module in iter_modules(__path__)]
    held = {name: thing for module in modules for name, thing in vars(module).items() if callable(thing)}
    return {name: held.get(xform_name(name)) or _refusing(name) for name in names}


def is_real(name: str) -> bool:
    """Whether an operation does what AWS's does."""
    operation = operations((name,))[name]
    return not getattr(operation, "refuses", False)


def refusal_of(name: str) -> str:
    """What an operation that is not real answers."""
    return f"Serverless Lab does not serve {name}: {REFUSED.get(name, 'it has not been built')}."


def _refusing(name: str) -> Operation:
    def refuse(account: Any, request: dict[str, Any], caller: Caller) -> Any:
        raise NotServed(refusal_of(name))

    refuse.__dict__["refuses"] = True
    return refuse


class NotServed(ServiceException):
    """An operation that Lambda has and the lab has not."""

    status = 501

    @property
    def type(self) -> str:
        return "NotImplementedException"
