"""Invoke: the payload in, the answer out, told in AWS's headers (AWS: Invoke, InvokeAsync, InvokeWithResponseStream).

A function that fails is answered 200 with ``X-Amz-Function-Error``; a throttle and a caller's mistake are errors.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
from typing import Any

from ...account.account import Account
from ...account.recursion import traced
from ...fleet.base import awaiting
from ...journal import report
from ...model.errors import (
    InvalidRequestContentException,
    LabError,
    ResourceConflictException,
    ServiceException,
)
from ...model.event import asynchronous_event_bytes, event_bytes
from ...model.invocation import InvocationRecord
from ...model.tracing import trace_header
from ...runtimes import catalog
from ..caller import Caller
from .named import permitted, version_of
from .refused import check_members

_CHUNK_BYTES = 131_072


async def invoke(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    kind = request.get("InvocationType") or "RequestResponse"
    target, name, qualifier = _target(account, request, caller)
    payload = _payload(request.get("Payload"), kind)
    context = _client_context(request.get("ClientContext"))
    if kind == "DryRun":
        return {"StatusCode": 204}
    if kind == "Event":
        await _run_later(target, name, qualifier, payload, caller.request_id, _trace(account, caller))
        return {"StatusCode": 202}
    trace = traced(target, target.record(name), _trace(account, caller))
    record, body = await _run(target, name, qualifier, payload, caller.request_id, context, trace)
    answer: dict[str, Any] = {"StatusCode": 200, "ExecutedVersion": record.version, "Payload": body, "TraceId": trace}
    if record.status != "success":
        answer["FunctionError"] = "Unhandled"
    if request.get("LogType") == "Tail":
        answer["LogResult"] = _log_tail(record)
    return answer


async def invoke_async(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    """The old way of an asynchronous invocation."""
    target, name, qualifier = _target(account, request, caller)
    await _run_later(target, name, qualifier, _payload(request.get("InvokeArgs"), "Event"), caller.request_id, _trace(account, caller))
    return {"Status": 202}


async def invoke_with_response_stream(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    """Python functions cannot stream their answers: it comes in pieces once it is whole, as on AWS."""
    kind = request.get("InvocationType") or "RequestResponse"
    target, name, qualifier = _target(account, request, caller)
    payload = _payload(request.get("Payload"), kind)
    context = _client_context(request.get("ClientContext"))
    if kind == "DryRun":
        return {"StatusCode": 204, "EventStream": []}
    trace = traced(target, target.record(name), _trace(account, caller))
    record, body = await _run(target, name, qualifier, payload, caller.request_id, context, trace)
    complete: dict[str, Any] = {}
    if record.status != "success":
        told = json.loads(body)
        complete = {"ErrorCode": told.get("errorType", ""), "ErrorDetails": body.decode()}
        body = b""
    if request.get("LogType") == "Tail":
        complete["LogResult"] = _log_tail(record)
    chunks = [{"PayloadChunk": {"Payload": body[at : at + _CHUNK_BYTES]}} for at in range(0, len(body), _CHUNK_BYTES)]
    return {
        "StatusCode": 200,
        "ExecutedVersion": record.version,
        "TraceId": trace,
        "ResponseStreamContentType": "application/octet-stream",
        "EventStream": [*chunks, {"InvokeComplete": complete}],
    }


def _target(account: Account, request: dict[str, Any], caller: Caller) -> tuple[Account, str, str | None]:
    """Whose function is called, its name, and the qualifier as it was given. Raises AwsError where it cannot be called now."""
    target, named = permitted(account, request, caller, "lambda:InvokeFunction")
    check_members(request)
    version = version_of(target.record(named.name, named.version), named, always_qualified=True)
    if version.state != "Active":
        raise ResourceConflictException(f"The operation cannot be performed at this time. The function is currently in the following state: {version.state}")
    catalog.check_runs(version.settings["Runtime"])
    return target, named.name, named.qualifier or None


def _payload(given: bytes | None, kind: str) -> bytes:
    return asynchronous_event_bytes(given or None) if kind == "Event" else event_bytes(given or None)


def _client_context(given: str | None) -> str:
    """The JSON text inside. Raises InvalidRequestContentException where it is none."""
    if not given:
        return ""
    try:
        text = base64.b64decode(given, validate=True).decode()
        json.loads(text)
    except (binascii.Error, ValueError):
        raise InvalidRequestContentException("Client context must be a valid Base64-encoded JSON object.") from None
    return text


async def _run(account: Account, name: str, qualifier: str | None, payload: bytes, request_id: str, context: str, trace: str) -> tuple[InvocationRecord, bytes]:
    try:
        return await awaiting(account.engine.invoke(name, payload, qualifier, request_id=request_id, client_context=context, trace_id=trace))
    except LabError as why:
        raise ServiceException(str(why)) from None


def _trace(account: Account, caller: Caller) -> str:
    return trace_header(caller.request_id, account.now().timestamp(), caller.trace)


async def _run_later(account: Account, name: str, qualifier: str | None, payload: bytes, request_id: str, trace: str) -> None:
    """The event is safe in the queue when this returns."""
    accept = account.surroundings.accept
    if accept is None:
        raise ServiceException("This lab has no queue for asynchronous invocations.")
    try:
        await asyncio.wrap_future(accept(name, qualifier, payload, request_id, trace))
    except LabError as why:
        raise ServiceException(str(why)) from None


def _log_tail(record: InvocationRecord) -> str:
    return base64.b64encode(report.tail(record)).decode()
