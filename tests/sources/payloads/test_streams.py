"""Records of data streams and tables' streams as events have them, and what is sent on of those that are given up."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from kernel_runtime.sources.payloads import discards, dynamodb, kinesis

STREAM = "arn:aws:kinesis:us-east-2:123456789012:stream/lambda-stream"
TABLE = "arn:aws:dynamodb:us-east-1:123456789012:table/ExampleTableWithStream/stream/2015-06-27T00:48:05.899"


def test_a_record_of_a_data_stream() -> None:
    told = {
        "PartitionKey": "1",
        "SequenceNumber": "49590338271490256608559692538361571095921575989136588898",
        "Data": b"Hello, this is a test.",
        "ApproximateArrivalTimestamp": datetime.fromtimestamp(1545084650.987, UTC),
    }
    assert kinesis.record(told, STREAM, "shardId-000000000006", "arn:aws:iam::123456789012:role/lambda-role") == {
        "kinesis": {
            "kinesisSchemaVersion": "1.0",
            "partitionKey": "1",
            "sequenceNumber": "49590338271490256608559692538361571095921575989136588898",
            "data": "SGVsbG8sIHRoaXMgaXMgYSB0ZXN0Lg==",
            "approximateArrivalTimestamp": 1545084650.987,
        },
        "eventSource": "aws:kinesis",
        "eventVersion": "1.0",
        "eventID": "shardId-000000000006:49590338271490256608559692538361571095921575989136588898",
        "eventName": "aws:kinesis:record",
        "invokeIdentityArn": "arn:aws:iam::123456789012:role/lambda-role",
        "awsRegion": "us-east-2",
        "eventSourceARN": STREAM,
    }


def test_a_record_of_a_tables_stream() -> None:
    told = {
        "eventID": "c4ca4238a0b923820dcc509a6f75849b",
        "eventName": "INSERT",
        "eventVersion": "1.0",
        "dynamodb": {
            "Keys": {"Id": {"N": "101"}},
            "NewImage": {
                "Id": {"N": "101"},
                "raw": {"B": b"\x00"},
                "set": {"BS": [b"\x01", b"\x02"]},
                "deep": {"M": {"list": {"L": [{"B": b"\x03"}, {"NULL": True}]}}},
                "names": {"SS": ["a", "b"]},
            },
            "OldImage": {},
            "StreamViewType": "NEW_AND_OLD_IMAGES",
            "SequenceNumber": "4421584500000000017450439091",
            "SizeBytes": 26,
            "ApproximateCreationDateTime": datetime.fromtimestamp(1428537600, UTC),
        },
        "userIdentity": {"PrincipalId": "dynamodb.amazonaws.com", "Type": "Service"},
    }
    event = dynamodb.record(told, TABLE)
    json.dumps(event)
    assert event == {
        "eventID": "c4ca4238a0b923820dcc509a6f75849b",
        "eventName": "INSERT",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "us-east-1",
        "dynamodb": {
            "ApproximateCreationDateTime": 1428537600.0,
            "Keys": {"Id": {"N": "101"}},
            "NewImage": {
                "Id": {"N": "101"},
                "raw": {"B": "AA=="},
                "set": {"BS": ["AQ==", "Ag=="]},
                "deep": {"M": {"list": {"L": [{"B": "Aw=="}, {"NULL": True}]}}},
                "names": {"SS": ["a", "b"]},
            },
            "SequenceNumber": "4421584500000000017450439091",
            "SizeBytes": 26,
            "StreamViewType": "NEW_AND_OLD_IMAGES",
        },
        "eventSourceARN": TABLE,
        "userIdentity": {"principalId": "dynamodb.amazonaws.com", "type": "Service"},
    }


def test_what_a_destination_is_told_of_records_that_are_given_up() -> None:
    told = discards.record(
        at=1573856698.2, request_id="c9b8fa9f-5a7f-xmpl-af9c-0c604cde93a5", function_arn="arn:aws:lambda:us-east-2:123456789012:function:myfunction",
        condition="RetryAttemptsExhausted", calls=1, version="$LATEST", stream_arn=STREAM, shard_id="shardId-000000000001",
        first=("49601189658422359378836298521827638475320189012309704722", 1573856693.834),
        last=("49601189658422359378836298522902373528957594348623495186", 1573856693.835), count=500,
    )  # fmt: skip
    assert told == {
        "requestContext": {
            "requestId": "c9b8fa9f-5a7f-xmpl-af9c-0c604cde93a5",
            "functionArn": "arn:aws:lambda:us-east-2:123456789012:function:myfunction",
            "condition": "RetryAttemptsExhausted",
            "approximateInvokeCount": 1,
        },
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
        "version": "1.0",
        "timestamp": "2019-11-15T22:24:58.200Z",
        "KinesisBatchInfo": {
            "shardId": "shardId-000000000001",
            "startSequenceNumber": "49601189658422359378836298521827638475320189012309704722",
            "endSequenceNumber": "49601189658422359378836298522902373528957594348623495186",
            "approximateArrivalOfFirstRecord": "2019-11-15T22:24:53.834Z",
            "approximateArrivalOfLastRecord": "2019-11-15T22:24:53.835Z",
            "batchSize": 500,
            "streamArn": STREAM,
        },
    }
    of_a_table = discards.record(
        at=0.0, request_id="r", function_arn="f", condition="RecordAgeExceeded", calls=0, version=None, stream_arn=TABLE, shard_id="s",
        first=("1", 0.0), last=("1", 0.0), count=1,
    )  # fmt: skip
    assert "responseContext" not in of_a_table and of_a_table["DDBStreamBatchInfo"]["batchSize"] == 1
