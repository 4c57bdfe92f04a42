"""The event of a queue (Lambda Developer Guide, "Using Lambda with Amazon SQS", example message events)."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any


def record(message: Mapping[str, Any], queue_arn: str) -> dict[str, Any]:
    """One of ``Records``. message: as boto3's ``receive_message`` gives it, with all attributes."""
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": dict(message.get("Attributes") or {}),
        "messageAttributes": {name: _attribute(value) for name, value in (message.get("MessageAttributes") or {}).items()},
        "md5OfMessageAttributes": message.get("MD5OfMessageAttributes"),
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": queue_arn.split(":")[3],
    }


def _attribute(value: Mapping[str, Any]) -> dict[str, Any]:
    """Binary values come in base64; lists are there and always empty, as SQS itself has none yet."""
    told: dict[str, Any] = {}
    if value.get("StringValue") is not None:
        told["stringValue"] = value["StringValue"]
    if value.get("BinaryValue") is not None:
        told["binaryValue"] = base64.b64encode(value["BinaryValue"]).decode()
    return {**told, "stringListValues": [], "binaryListValues": [], "dataType": value["DataType"]}
