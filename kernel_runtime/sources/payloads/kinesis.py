"""The event of a data stream (Lambda Developer Guide, "Using Lambda with Kinesis", example event)."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any


def record(told: Mapping[str, Any], stream_arn: str, shard_id: str, role_arn: str) -> dict[str, Any]:
    """One of ``Records``. told: as boto3's ``get_records`` gives it. role_arn: the function's own role, by which Lambda reads."""
    return {
        "kinesis": {
            "kinesisSchemaVersion": "1.0",
            "partitionKey": told["PartitionKey"],
            "sequenceNumber": told["SequenceNumber"],
            "data": base64.b64encode(told["Data"]).decode(),
            "approximateArrivalTimestamp": round(told["ApproximateArrivalTimestamp"].timestamp(), 3),
        },
        "eventSource": "aws:kinesis",
        "eventVersion": "1.0",
        "eventID": f"{shard_id}:{told['SequenceNumber']}",
        "eventName": "aws:kinesis:record",
        "invokeIdentityArn": role_arn,
        "awsRegion": stream_arn.split(":")[3],
        "eventSourceARN": stream_arn,
    }
