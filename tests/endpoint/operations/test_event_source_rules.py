"""What an event source mapping may not say, in AWS's words."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import Any

import pytest

from kernel_runtime import Lab

from .test_event_source_mappings import ACCESS, ARN, SERVERS, made, source
from .test_functions import refused

QUEUE, FIFO = source("sqs", "queue"), source("sqs", "queue.fifo")
STREAM, TABLE = source("kinesis", "stream/s"), source("dynamodb", "table/t/stream/2025-01-31T12:00:00.000")
NULL_POSITION = "1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: Member must not be null."
TODAY = datetime(2025, 1, 31, tzinfo=UTC)


def unsupported(member: str) -> str:
    return f"Unsupported '{member}' parameter for given event source mapping type."


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({}, "Unrecognized event source."),
        ({"EventSourceArn": "arn:aws:s3:::bucket"}, "Unrecognized event source."),
        ({"EventSourceArn": QUEUE, "BatchSize": 11}, "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10"),
        ({"EventSourceArn": FIFO, "MaximumBatchingWindowInSeconds": 5}, "Batching window is not supported for FIFO queues"),
        ({"EventSourceArn": FIFO, "BatchSize": 11}, "Maximum batch size must be between 1 and 10 inclusive"),
        ({"EventSourceArn": QUEUE, "StartingPosition": "LATEST"}, "StartingPosition is not valid for SQS event sources."),
        ({"EventSourceArn": QUEUE, "ParallelizationFactor": 2}, unsupported("parallelizationFactor")),
        ({"EventSourceArn": QUEUE, "MaximumRetryAttempts": 2}, unsupported("maximumRetryAttempts")),
        ({"EventSourceArn": STREAM, "StartingPosition": "LATEST", "ScalingConfig": {"MaximumConcurrency": 2}}, unsupported("scalingConfig")),
        ({"EventSourceArn": STREAM}, NULL_POSITION),
        ({"EventSourceArn": TABLE}, NULL_POSITION),
        ({"EventSourceArn": TABLE, "StartingPosition": "AT_TIMESTAMP"}, f"Unsupported starting position for arn type: {TABLE}"),
        ({"EventSourceArn": STREAM, "StartingPosition": "AT_TIMESTAMP"}, "Need to specify a timestamp"),
        (
            {"EventSourceArn": STREAM, "StartingPosition": "LATEST", "StartingPositionTimestamp": TODAY},
            "Timestamp only valid with StartingPosition AT_TIMESTAMP",
        ),
        (
            {"EventSourceArn": STREAM, "StartingPosition": "AT_TIMESTAMP", "StartingPositionTimestamp": -7},
            "Received Exception while reading from provided stream. class java.lang.Long can not be converted to a Timestamp",
        ),
        (
            {"EventSourceArn": STREAM, "StartingPosition": "LATEST", "MaximumRecordAgeInSeconds": 59},
            "MaximumRecordAgeInSeconds must be either -1 (forever) or between 60 and 604800 (inclusive)",
        ),
        (
            {"EventSourceArn": STREAM, "StartingPosition": "LATEST", "DestinationConfig": {"OnSuccess": {"Destination": QUEUE}}},
            "Unsupported DestinationConfig parameter for given event source mapping type.",
        ),
        (
            {"SelfManagedEventSource": SERVERS, "Topics": ["orders"], "StartingPosition": "LATEST"},
            "Required 'sourceAccessConfigurations' parameter is missing.",
        ),
        ({"EventSourceArn": QUEUE, "FilterCriteria": {"Filters": [{"Pattern": "no json"}]}}, "Invalid filter pattern definition."),
    ],
)
def test_what_is_refused(aws: Any, function: str, given: dict[str, Any], text: str) -> None:
    assert refused(aws.create_event_source_mapping, FunctionName=function, **given) == ("InvalidParameterValueException", text, 400)
    assert aws.list_event_source_mappings(FunctionName=function)["EventSourceMappings"] == []


def test_a_function_must_be_there(aws: Any, function: str) -> None:
    for name in ("nothing", f"{function}:7", f"{function}:missing"):
        assert refused(aws.create_event_source_mapping, FunctionName=name, EventSourceArn=QUEUE) == (
            "InvalidParameterValueException", "Function does not exist", 400,
        )  # fmt: skip


def test_a_source_and_a_function_have_one(aws: Any, function: str) -> None:
    tail = "already exists. Please update or delete the existing mapping with UUID"
    queue = made(aws, function, EventSourceArn=QUEUE)["UUID"]
    assert refused(aws.create_event_source_mapping, FunctionName=function, EventSourceArn=QUEUE) == (
        "ResourceConflictException", f'An event source mapping with SQS arn (" {QUEUE} ") and function (" {function} ") {tail} {queue}', 409,
    )  # fmt: skip
    stream = made(aws, function, EventSourceArn=STREAM, StartingPosition="LATEST")["UUID"]
    assert refused(aws.create_event_source_mapping, FunctionName=function, EventSourceArn=STREAM, StartingPosition="LATEST")[1] == (
        f'The event source arn (" {STREAM} ") and function (" {function} ") provided mapping {tail} {stream}'
    )
    kafka = {"SelfManagedEventSource": SERVERS, "SourceAccessConfigurations": ACCESS, "StartingPosition": "LATEST"}
    topic = made(aws, function, Topics=["orders"], **kafka)["UUID"]
    assert refused(aws.create_event_source_mapping, FunctionName=function, Topics=["orders"], **kafka)[1] == (
        f'An event source mapping with event source ("broker:9092"), function ("{ARN}{function}"), topics ("orders") {tail} {topic}'
    )
    made(aws, function, Topics=["another"], **kafka)


def test_an_update_is_checked_as_a_whole(aws: Any, function: str) -> None:
    uuid = made(aws, function, EventSourceArn=QUEUE, BatchSize=100, MaximumBatchingWindowInSeconds=1)["UUID"]
    assert refused(aws.update_event_source_mapping, UUID=uuid, MaximumBatchingWindowInSeconds=0)[1].startswith("Maximum batch window in seconds must be")
    assert refused(aws.update_event_source_mapping, UUID=uuid, FunctionName="nothing")[1] == "Function does not exist"
    assert aws.get_event_source_mapping(UUID=uuid)["MaximumBatchingWindowInSeconds"] == 1


def test_nothing_is_done_with_one_that_has_not_settled(lab: Lab, aws: Any, function: str) -> None:
    held = threading.Event()
    for _ in range(2):  # as many as settle at once
        lab.account_of_notebook.settle(lambda: held.wait(30) and None)
    uuid = aws.create_event_source_mapping(FunctionName=function, EventSourceArn=QUEUE)["UUID"]
    try:
        for call, verb in ((aws.update_event_source_mapping, "update"), (aws.delete_event_source_mapping, "delete")):
            assert refused(call, UUID=uuid) == ("ResourceInUseException", f"Cannot {verb} the event source mapping because it is in use.", 400)
    finally:
        held.set()
