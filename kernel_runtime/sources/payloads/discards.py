"""What Lambda sends on of stream records that it gives up (AWS: "Configuring destinations for failed invocations", Kinesis and DynamoDB)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal

Condition = Literal["RetryAttemptsExhausted", "RecordAgeExceeded"]


def record(
    *,
    at: float,
    request_id: str,
    function_arn: str,
    condition: Condition,
    calls: int,
    version: str | None,
    stream_arn: str,
    shard_id: str,
    first: tuple[str, float],
    last: tuple[str, float],
    count: int,
) -> dict[str, Any]:
    """Keys in AWS's order. at: seconds of the epoch. calls: how often the function ran for them; version: the one that did, None where none did. first, last:
    sequence number and arrival (seconds of the epoch)."""
    told: dict[str, Any] = {
        "requestContext": {"requestId": request_id, "functionArn": function_arn, "condition": condition, "approximateInvokeCount": calls},
    }
    if version is not None:
        told["responseContext"] = {"statusCode": 200, "executedVersion": version, "functionError": "Unhandled"}
    return {
        **told,
        "version": "1.0",
        "timestamp": stamp(at),
        "KinesisBatchInfo" if stream_arn.split(":")[2] == "kinesis" else "DDBStreamBatchInfo": {
            "shardId": shard_id,
            "startSequenceNumber": first[0],
            "endSequenceNumber": last[0],
            "approximateArrivalOfFirstRecord": stamp(first[1]),
            "approximateArrivalOfLastRecord": stamp(last[1]),
            "batchSize": count,
            "streamArn": stream_arn,
        },
    }


def object_key(uuid: str, shard_id: str, at: float, unique: str) -> str:
    """Of the object in a bucket: by mapping, shard and moment."""
    moment = datetime.fromtimestamp(at, UTC)
    return f"aws/lambda/{uuid}/{shard_id}/{moment:%Y/%m/%d}/{moment:%Y-%m-%dT%H.%M.%S}-{unique}"


def stamp(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
