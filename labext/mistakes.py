"""A caller's mistake, shown as one short message: no traceback through our files. It still is an exception, so a regression notebook fails on it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from kernel_runtime import AwsError, LabError
from kernel_runtime.model import limits

_LEGAL = {
    "memorySize": f"{limits.MEMORY_MIN_MB:,} to {limits.MEMORY_MAX_MB:,} MB",
    "timeout": f"{limits.TIMEOUT_MIN_S} to {limits.TIMEOUT_MAX_S} s",
    "ephemeralStorage.size": f"{limits.EPHEMERAL_MIN_MB:,} to {limits.EPHEMERAL_MAX_MB:,} MB",
    "reservedConcurrentExecutions": "0 and up, or none at all",
    "functionName": f"1 to {limits.FUNCTION_NAME_MAX} letters, digits, - and _",
    "handler": f"module.function, {limits.HANDLER_MAX} characters at most, no spaces",
    "environment.variables": "a name begins with a letter and has two or more letters, digits and _; a value is text",
}
"""AWS's messages name the end that was passed, by the member's path; a learner wants the whole range."""
_AT = re.compile(r"at '([\w.]+)' failed")
_LEAST = re.compile(r"UnreservedConcurrentExecution below its minimum value of \[(\d+)\]")
_NO_LAYER = re.compile(r"Layer version \S+ does not exist")


class Mistake(Exception):
    """What IPython shows in place of a traceback: the type that AWS has for it, and the message."""

    def _render_traceback_(self) -> list[str]:
        return [f"\x1b[31m{type(self).__name__}\x1b[39m: {self}"]


def mistake(kind: str, message: str) -> Mistake:
    """A Mistake whose type is named ``kind``."""
    made: Mistake = type(kind, (Mistake,), {})(message)
    return made


def explained(error: Exception) -> str:
    """AWS's message, and where it does not name them the legal values after it."""
    message = str(error)
    legal = _legal(message)
    return f"{message} (legal: {legal})" if legal else message


def _legal(message: str) -> str:
    at = _AT.search(message)
    if at:
        return "" if "whole number" in message else _LEGAL.get(at[1], "")
    least = _LEAST.search(message)
    if least:
        return f"all functions together may reserve what the account has but {least[1]}"
    if _NO_LAYER.search(message):
        return "what %layers lists"
    return ""


@contextmanager
def shown_shortly() -> Iterator[None]:
    """Turn AWS's errors and the lab's into mistakes."""
    try:
        yield
    except AwsError as error:
        raise mistake(error.type, explained(error)) from None
    except LabError as error:
        raise mistake(type(error).__name__, str(error)) from None
