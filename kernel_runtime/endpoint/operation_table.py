"""The operations by name, and where each runs: an awaitable one in the door's loop, a quick one there too, every other in a thread.

An operation is a plain function of an account, a request and a caller. Most take files and locks, so a thread is where they run unless they say otherwise;
Invoke is a coroutine, so that a warm call changes threads nowhere.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from inspect import iscoroutinefunction
from typing import Any, TypeVar

from .caller import Caller
from .denials import UnknownOperationException

Operation = Callable[[Any, dict[str, Any], Caller], Any]
Decorated = TypeVar("Decorated", bound=Callable[..., Any])


def quick(operation: Decorated) -> Decorated:
    """Marks an operation that only reads memory: some tens of microseconds, no file, no lock that anyone holds for longer."""
    operation.__dict__["quick"] = True
    return operation


class OperationTable:
    """``operations`` maps botocore's operation names to functions or coroutine functions ``(account, request, caller) -> result``."""

    def __init__(self, operations: Mapping[str, Operation]) -> None:
        self._operations = dict(operations)
        self._awaited = {name for name, operation in operations.items() if iscoroutinefunction(operation)}
        self._quick = {name for name, operation in operations.items() if getattr(operation, "quick", False)}

    async def run(self, name: str, account: Any, request: dict[str, Any], caller: Caller, threads: Executor) -> Any:
        """The operation's result. Raises what the operation raises, UnknownOperationException where there is none of that name."""
        operation = self._operations.get(name)
        if operation is None:
            raise UnknownOperationException(f"Serverless Lab does not serve the operation {name}.")
        if name in self._awaited:
            return await operation(account, request, caller)
        if name in self._quick:
            return operation(account, request, caller)
        return await asyncio.get_running_loop().run_in_executor(threads, operation, account, request, caller)
