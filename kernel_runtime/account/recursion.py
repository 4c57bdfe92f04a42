"""Loops: a function that calls itself over queues, topics or other functions is stopped (AWS: "Use Lambda recursive loop detection to prevent infinite
loops")."""

from __future__ import annotations

import time

from ..model.errors import RecursiveInvocationException
from ..model.tracing import passing
from .account import Account
from .records import FunctionRecord

NOUN = "recursion"
"""Under which a record keeps RecursiveLoop: ``Allow`` or ``Terminate`` (the default)."""
RUNS_MAX = 16
"""AWS: "approximately 16 times" in the same chain of requests; the next is stopped."""


def loop_setting(record: FunctionRecord) -> str:
    """``Allow`` or ``Terminate``."""
    return str(record.attached.get(NOUN, {}).get("", "Terminate"))


def traced(account: Account, record: FunctionRecord, header: str) -> str:
    """The trace header with which the function runs. Raises RecursiveInvocationException where it has run too often in this chain of requests."""
    passed, before = passing(header, account.arn(record.name))
    if before >= RUNS_MAX and loop_setting(record) != "Allow":
        account.measures.add("RecursiveInvocationsDropped", record.name, at=time.time())
        raise RecursiveInvocationException(
            "Lambda has detected your function being invoked in a recursive loop with other AWS resources and stopped your function's invocation."
        )
    return passed
