"""What every front of API Gateway does alike: which function an integration names, whether it may be called, a wait that may end before the function does."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ...account.account import Account
from ...account.accounts import Accounts
from ...account.identifiers import FunctionId
from ...account.policies import decided
from ...model.errors import AwsError, RequestEntityTooLargeException, TooManyRequestsException
from ...model.invocation import InvocationRecord
from .calling import call, ending_of

PRINCIPAL = "apigateway.amazonaws.com"
Kind = Literal["misconfigured", "forbidden", "throttled", "timeout", "failed", "too_large", "error"]
_FUNCTION = re.compile(
    r"arn:aws[a-z-]*:lambda:(?P<region>[a-z0-9-]+):(?P<account>\d{12}):function:(?P<name>[A-Za-z0-9-_]+)(?::(?P<qualifier>[$A-Za-z0-9-_]+))?"
)
_VARIABLE = re.compile(r"\$\{stageVariables\.([A-Za-z0-9_]+)\}")
_running: set[asyncio.Task[Any]] = set()
"""Calls that nobody waits for any more: a task that nobody holds may vanish."""


class Trouble(Exception):
    """A call that brought no answer: ``kind`` decides what a client is told, ``why`` is for the lab's own view. message: a failed function's errorMessage."""

    def __init__(self, kind: Kind, why: str, message: str = "") -> None:
        super().__init__(why)
        self.kind, self.why, self.message = kind, why, message


@dataclass(frozen=True, slots=True)
class Target:
    """The function that an integration means."""

    account: Account
    named: FunctionId


def extended_id() -> str:
    """A request id as API Gateway makes them: ``JKJaXmPLvHcESHA=``."""
    return base64.urlsafe_b64encode(os.urandom(11)).decode()


def domain(api_id: str, region: str) -> str:
    return f"{api_id}.execute-api.{region}.amazonaws.com"


def execute_arn(region: str, account: str, api_id: str, rest: str) -> str:
    """``rest``: ``STAGE/METHOD/PATH``, or ``authorizers/ID``."""
    return f"arn:aws:execute-api:{region}:{account}:{api_id}/{rest}"


def target_of(accounts: Accounts, uri: str, stage_variables: Mapping[str, str]) -> Target:
    """From a function's ARN, or the one in ``arn:aws:apigateway:…:lambda:path/2015-03-31/functions/ARN/invocations``. Raises Trouble."""
    said = _VARIABLE.sub(lambda found: stage_variables.get(found[1], ""), uri or "")
    found = _FUNCTION.search(said)
    if found is None:
        raise Trouble("misconfigured", f"the integration names no function: {said!r}")
    account = accounts.known(found["account"], found["region"])
    if account is None or found["name"] not in account.functions:
        raise Trouble("misconfigured", f"there is no function {found[0]}")
    return Target(account, FunctionId(account.id, account.region, found["name"], found["qualifier"] or ""))


async def invoke(
    target: Target, event: dict[str, Any], *, source_arn: str, source_account: str, by_role: bool, timeout_s: float, request_id: str, trace: str
) -> bytes:
    """The function's result. Raises Trouble. The function goes on where ``timeout_s`` ends before it does. ``by_role``: a role was named that calls it, so
    the function's policy is not asked."""
    if not by_role:
        _check_permitted(target, source_arn, source_account)
    task = asyncio.get_running_loop().create_task(call(target.account, target.named.name, target.named.qualifier, event, request_id, trace))
    _running.add(task)
    task.add_done_callback(_done)
    done, _ = await asyncio.wait({task}, timeout=timeout_s)
    if not done:
        raise Trouble("timeout", f"the integration's timeout of {timeout_s:g} s has passed; the function goes on")
    try:
        record, result = task.result()
    except AwsError as error:
        kind: Kind = "throttled" if isinstance(error, TooManyRequestsException) else "too_large" if _too_large(error) else "error"
        raise Trouble(kind, ending_of(error)) from None
    if record.status != "success":
        raise Trouble("failed", f"the function failed: {record.error_type or record.status}", _message(result))
    return result


def _check_permitted(target: Target, source_arn: str, source_account: str) -> None:
    context = {"aws:SourceArn": source_arn, "aws:SourceAccount": source_account}
    if decided(target.account, target.named, PRINCIPAL, "", "lambda:InvokeFunction", context) != "Allow":
        raise Trouble("forbidden", f"the function's policy does not let {PRINCIPAL} call it from {source_arn}")


def _message(failure: bytes) -> str:
    try:
        held = json.loads(failure)
    except ValueError:
        return ""
    return str(held.get("errorMessage", "")) if isinstance(held, dict) else ""


def _too_large(error: AwsError) -> bool:
    return isinstance(error, RequestEntityTooLargeException)


def _done(task: asyncio.Task[tuple[InvocationRecord, bytes]]) -> None:
    _running.discard(task)
    if not task.cancelled():
        task.exception()  # seen, whether or not anybody waits
