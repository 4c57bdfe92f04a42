"""What Lambda sends on when an asynchronous invocation is over (AWS: "Capturing records of Lambda asynchronous invocations"). Pure."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

ERROR_MESSAGE_MAX_BYTES = 1_024


def invocation_record(
    *,
    at: float,
    request_id: str,
    function_arn: str,
    condition: str,
    runs: int,
    event: bytes,
    version: str | None = None,
    failed: bool = False,
    response: bytes = b"",
) -> dict[str, Any]:
    """The record for a destination, its keys in AWS's order. at: seconds of the epoch. function_arn: qualified, ``$LATEST`` too. runs: how often the function
    ran. version: the one that ran last; None where none did, and then there are no response parts.
    """
    record: dict[str, Any] = {
        "version": "1.0",
        "timestamp": _stamp(at),
        "requestContext": {"requestId": request_id, "functionArn": function_arn, "condition": condition, "approximateInvokeCount": runs},
        "requestPayload": _parsed(event),
    }
    if version is not None:
        context: dict[str, Any] = {"statusCode": 200, "executedVersion": version}
        if failed:
            context["functionError"] = "Unhandled"
        record |= {"responseContext": context, "responsePayload": _parsed(response)}
    return record


def text(record: dict[str, Any]) -> str:
    """As it is sent: compact JSON."""
    return json.dumps(record, separators=(",", ":"), ensure_ascii=False)


def detail_type(condition: str) -> str:
    """EventBridge's detail-type; the source is ``lambda``."""
    return f"Lambda Function Invocation Result - {'Success' if condition == 'Success' else 'Failure'}"


def object_key(function: str, at: float, unique: str) -> str:
    """The key of the object in a bucket. at: seconds of the epoch. unique: a UUID."""
    moment = datetime.fromtimestamp(at, UTC)
    return f"aws/lambda/async/{function}/{moment:%Y/%m/%d}/{moment:%Y-%m-%dT%H.%M.%S}-{unique}"


def dead_letter_attributes(request_id: str, code: int, message: str) -> dict[str, dict[str, str]]:
    """The attributes of a dead letter; its body is the event as it was. code: an HTTP status, 200 for a function's error. The message is cut to 1 KB."""
    cut = message.encode()[:ERROR_MESSAGE_MAX_BYTES].decode(errors="ignore")
    return {
        "RequestID": {"DataType": "String", "StringValue": request_id},
        "ErrorCode": {"DataType": "Number", "StringValue": str(code)},
        "ErrorMessage": {"DataType": "String", "StringValue": cut or "Unknown"},
    }


def error_message(response: bytes) -> str:
    """``errorMessage`` of a failed invocation's answer."""
    told = _parsed(response)
    return str(told.get("errorMessage", "")) if isinstance(told, dict) else ""


def _parsed(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return raw.decode(errors="replace")


def _stamp(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
