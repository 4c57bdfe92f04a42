"""One request's way to a function and back, whatever the front: a synchronous invocation whose end each front tells in its own words."""

from __future__ import annotations

import json
from typing import Any

from ...account.account import Account
from ...account.identifiers import FunctionId
from ...fleet.base import awaiting
from ...model.errors import AwsError, LabError, RequestEntityTooLargeException, ResourceConflictException, ResourceNotFoundException
from ...model.invocation import InvocationRecord
from ...model.limits import REQUEST_MAX_BYTES
from ...runtimes import catalog
from ..denials import ServiceException
from ..operations.named import version_of

_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode
TOO_LARGE = f"Request must be smaller than {REQUEST_MAX_BYTES} bytes for the InvokeFunction operation"


async def call(account: Account, name: str, qualifier: str, event: dict[str, Any], request_id: str, trace: str) -> tuple[InvocationRecord, bytes]:
    """Run the function with ``event``; ``record.status`` says whether it failed.

    Raises AwsError: TooManyRequestsException (a throttle), ResourceNotFoundException (no such function, version or alias), RequestEntityTooLargeException
    (over 6 MB), ResourceConflictException (not active yet), ServiceException (this machine's fault).
    """
    payload = _encode(event).encode("utf-8", "replace")
    if len(payload) > REQUEST_MAX_BYTES:
        raise RequestEntityTooLargeException(TOO_LARGE)
    _check_runs(account, name, qualifier)
    try:
        return await awaiting(account.engine.invoke(name, payload, qualifier or None, request_id=request_id, trace_id=trace))
    except LabError as why:
        raise ServiceException(str(why)) from None


def _check_runs(account: Account, name: str, qualifier: str) -> None:
    named = FunctionId(account.id, account.region, name, qualifier)
    record = account.functions.get(name)
    if record is None:
        raise ResourceNotFoundException(f"Function not found: {named.arn}")
    version = version_of(record, named)
    if version.state != "Active":
        raise ResourceConflictException(f"The operation cannot be performed at this time. The function is currently in the following state: {version.state}")
    catalog.check_runs(version.settings["Runtime"])


def ending_of(error: AwsError) -> str:
    """For the lab's own view: AWS's type of it and the text."""
    return f"{error.type}: {error.args[0] if error.args else ''}"
