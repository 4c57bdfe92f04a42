"""A queue's messages as records of an event."""

from __future__ import annotations

from kernel_runtime.sources.payloads import sqs

ARN = "arn:aws:sqs:eu-west-1:123456789012:orders"


def test_a_message_of_a_standard_queue() -> None:
    message = {
        "MessageId": "059f36b4-87a3-44ab-83d2-661975830a7d",
        "ReceiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a",
        "MD5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3",
        "Body": "Test message.",
        "Attributes": {
            "SenderId": "AIDAIENQZJOLO23YVJ4VO",
            "SentTimestamp": "1545082649183",
            "ApproximateReceiveCount": "1",
            "ApproximateFirstReceiveTimestamp": "1545082649185",
        },
        "MD5OfMessageAttributes": "d326d59e52374ec1d1ff87040b56c09d",
        "MessageAttributes": {
            "colour": {"StringValue": "red", "DataType": "String"},
            "count": {"StringValue": "7", "DataType": "Number"},
            "bytes": {"BinaryValue": b"\x00\x01", "DataType": "Binary"},
        },
    }
    assert sqs.record(message, ARN) == {
        "messageId": "059f36b4-87a3-44ab-83d2-661975830a7d",
        "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a",
        "body": "Test message.",
        "attributes": {
            "SenderId": "AIDAIENQZJOLO23YVJ4VO",
            "SentTimestamp": "1545082649183",
            "ApproximateReceiveCount": "1",
            "ApproximateFirstReceiveTimestamp": "1545082649185",
        },
        "messageAttributes": {
            "colour": {"stringValue": "red", "stringListValues": [], "binaryListValues": [], "dataType": "String"},
            "count": {"stringValue": "7", "stringListValues": [], "binaryListValues": [], "dataType": "Number"},
            "bytes": {"binaryValue": "AAE=", "stringListValues": [], "binaryListValues": [], "dataType": "Binary"},
        },
        "md5OfMessageAttributes": "d326d59e52374ec1d1ff87040b56c09d",
        "md5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3",
        "eventSource": "aws:sqs",
        "eventSourceARN": ARN,
        "awsRegion": "eu-west-1",
    }


def test_a_message_without_attributes_of_its_own() -> None:
    told = sqs.record({"MessageId": "m", "ReceiptHandle": "h", "MD5OfBody": "5", "Body": ""}, ARN)
    assert (told["messageAttributes"], told["md5OfMessageAttributes"], told["attributes"], told["body"]) == ({}, None, {}, "")
