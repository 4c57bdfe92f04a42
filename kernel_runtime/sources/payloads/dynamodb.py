"""The event of a table's stream (Lambda Developer Guide, "Using Lambda with DynamoDB", example event)."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

_IMAGES = ("Keys", "NewImage", "OldImage")


def record(told: Mapping[str, Any], stream_arn: str) -> dict[str, Any]:
    """One of ``Records``. told: as boto3's ``get_records`` gives it; bytes in attributes become base64."""
    change = told["dynamodb"]
    images = {name: {key: attribute(value) for key, value in change[name].items()} for name in _IMAGES if change.get(name)}
    event: dict[str, Any] = {
        "eventID": told["eventID"],
        "eventName": told["eventName"],
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": stream_arn.split(":")[3],
        "dynamodb": {
            "ApproximateCreationDateTime": float(int(change["ApproximateCreationDateTime"].timestamp())),
            **images,
            "SequenceNumber": change["SequenceNumber"],
            "SizeBytes": change["SizeBytes"],
            "StreamViewType": change["StreamViewType"],
        },
        "eventSourceARN": stream_arn,
    }
    if told.get("userIdentity"):  # an item that its time to live took away
        identity = told["userIdentity"]
        event["userIdentity"] = {"principalId": identity.get("PrincipalId"), "type": identity.get("Type")}
    return event


def attribute(value: Mapping[str, Any]) -> dict[str, Any]:
    """An attribute's value with its type, such as ``{"S": "text"}``."""
    ((kind, held),) = value.items()
    match kind:
        case "B":
            return {kind: base64.b64encode(held).decode()}
        case "BS":
            return {kind: [base64.b64encode(one).decode() for one in held]}
        case "M":
            return {kind: {name: attribute(one) for name, one in held.items()}}
        case "L":
            return {kind: [attribute(one) for one in held]}
    return {kind: held}
