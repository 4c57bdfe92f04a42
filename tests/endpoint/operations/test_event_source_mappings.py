"""Event source mappings by the API: states, defaults of each kind of source, updates, lists. What is refused has a file of its own."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import pytest

from .conftest import create
from .test_functions import refused

ARN = "arn:aws:lambda:us-east-1:000000000000:function:"
GONE = ("ResourceNotFoundException", "The resource you requested does not exist.", 404)
SERVERS = {"Endpoints": {"KAFKA_BOOTSTRAP_SERVERS": ["broker:9092"]}}
ACCESS = [{"Type": "BASIC_AUTH", "URI": "arn:aws:secretsmanager:us-east-1:000000000000:secret:s"}]
VARYING = ("ResponseMetadata", "UUID", "EventSourceMappingArn", "LastModified")


def source(service: str, rest: str) -> str:
    return f"arn:aws:{service}:us-east-1:000000000000:{rest}"


def settled(aws: Any, uuid: str, state: str) -> dict[str, Any]:
    """The mapping once it is in ``state``: the states before it last only while the lab does other work."""
    until = time.monotonic() + 30
    while True:
        mapping: dict[str, Any] = aws.get_event_source_mapping(UUID=uuid)
        if mapping["State"] == state:
            return mapping
        assert time.monotonic() < until, f"{mapping['State']} did not become {state}"


def made(aws: Any, function: str, **given: Any) -> dict[str, Any]:
    mapping: dict[str, Any] = aws.create_event_source_mapping(FunctionName=function, **given)
    settled(aws, mapping["UUID"], "Disabled" if given.get("Enabled") is False else "Enabled")
    return mapping


def test_a_queue(aws: Any, function: str) -> None:
    arn = source("sqs", f"queue-{function}")
    answer = made(aws, function, EventSourceArn=arn)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 202
    assert answer["EventSourceMappingArn"] == f"arn:aws:lambda:us-east-1:000000000000:event-source-mapping:{answer['UUID']}"
    assert abs((datetime.now(UTC) - answer["LastModified"]).total_seconds()) < 600
    assert {member: value for member, value in answer.items() if member not in VARYING} == {
        "BatchSize": 10, "MaximumBatchingWindowInSeconds": 0, "EventSourceArn": arn, "FunctionArn": ARN + function, "FunctionResponseTypes": [],
        "State": "Creating", "StateTransitionReason": "USER_INITIATED",
    }  # fmt: skip


@pytest.mark.parametrize("service", ["kinesis", "dynamodb"])
def test_a_stream(aws: Any, function: str, service: str) -> None:
    arn = source(service, f"stream/{function}" if service == "kinesis" else f"table/{function}/stream/2025-01-31T12:00:00.000")
    answer = made(aws, function, EventSourceArn=arn, StartingPosition="TRIM_HORIZON")
    assert {member: value for member, value in answer.items() if member not in VARYING} == {
        "BatchSize": 100, "MaximumBatchingWindowInSeconds": 0, "EventSourceArn": arn, "FunctionArn": ARN + function, "FunctionResponseTypes": [],
        "StartingPosition": "TRIM_HORIZON", "ParallelizationFactor": 1, "DestinationConfig": {"OnFailure": {}}, "MaximumRecordAgeInSeconds": -1,
        "BisectBatchOnFunctionError": False, "MaximumRetryAttempts": -1, "TumblingWindowInSeconds": 0, "LastProcessingResult": "No records processed",
        "State": "Creating", "StateTransitionReason": "User action",
    }  # fmt: skip


def test_a_moment_to_start_from(aws: Any, function: str) -> None:
    moment = datetime(2025, 1, 31, 12, 0, tzinfo=UTC)
    answer = made(aws, function, EventSourceArn=source("kinesis", f"stream/{function}"), StartingPosition="AT_TIMESTAMP", StartingPositionTimestamp=moment)
    assert answer["StartingPositionTimestamp"] == moment


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({"EventSourceArn": source("kafka", "cluster/c/1"), "Topics": ["orders"], "StartingPosition": "LATEST"}, "AmazonManagedKafkaEventSourceConfig"),
        (
            {"SelfManagedEventSource": SERVERS, "SourceAccessConfigurations": ACCESS, "Topics": ["orders"], "StartingPosition": "LATEST"},
            "SelfManagedKafkaEventSourceConfig",
        ),
        ({"EventSourceArn": source("mq", "broker:b:b-1"), "Queues": ["q"], "SourceAccessConfigurations": ACCESS}, "Queues"),
        (
            {"EventSourceArn": source("rds", "cluster:docs"), "DocumentDBEventSourceConfig": {"DatabaseName": "d"}, "StartingPosition": "LATEST"},
            "DocumentDBEventSourceConfig",
        ),
    ],
    ids=["MSK", "Kafka", "MQ", "DocumentDB"],
)
def test_other_sources(aws: Any, function: str, given: dict[str, Any], shown: str) -> None:
    answer = made(aws, function, **given)
    assert answer["BatchSize"] == 100 and answer[shown] == given.get(shown, {"ConsumerGroupId": answer["UUID"]})
    assert {member: answer[member] for member in given} == given


def test_off_and_on_again(aws: Any, function: str) -> None:
    uuid = made(aws, function, EventSourceArn=source("sqs", f"queue-{function}"), Enabled=False)["UUID"]
    assert aws.update_event_source_mapping(UUID=uuid, Enabled=True)["State"] == "Enabling"
    settled(aws, uuid, "Enabled")
    changed = aws.update_event_source_mapping(UUID=uuid, BatchSize=5, Enabled=True)
    assert (changed["State"], changed["BatchSize"], changed["ResponseMetadata"]["HTTPStatusCode"]) == ("Updating", 5, 202)
    settled(aws, uuid, "Enabled")
    assert aws.update_event_source_mapping(UUID=uuid, Enabled=False)["State"] == "Disabling"
    assert settled(aws, uuid, "Disabled")["BatchSize"] == 5


def test_what_an_update_empties_goes(aws: Any, function: str) -> None:
    filters = {"Filters": [{"Pattern": '{"body": {"kind": ["order"]}}'}]}
    arn = source("sqs", f"queue-{function}")
    answer = made(aws, function, EventSourceArn=arn, FilterCriteria=filters, ScalingConfig={"MaximumConcurrency": 5})
    assert (answer["FilterCriteria"], answer["ScalingConfig"]) == (filters, {"MaximumConcurrency": 5})
    changed = aws.update_event_source_mapping(UUID=answer["UUID"], FilterCriteria={}, ScalingConfig={})
    assert "FilterCriteria" not in changed and "ScalingConfig" not in changed


def test_deleted_is_gone_once_it_has_settled(aws: Any, function: str) -> None:
    uuid = made(aws, function, EventSourceArn=source("sqs", f"queue-{function}"))["UUID"]
    answer = aws.delete_event_source_mapping(UUID=uuid)
    assert (answer["State"], answer["ResponseMetadata"]["HTTPStatusCode"]) == ("Deleting", 202)
    until = time.monotonic() + 30
    while any(mapping["UUID"] == uuid for mapping in aws.list_event_source_mappings(FunctionName=function)["EventSourceMappings"]):
        assert time.monotonic() < until
    for call in (aws.get_event_source_mapping, aws.update_event_source_mapping, aws.delete_event_source_mapping):
        assert refused(call, UUID=uuid) == GONE


def test_lists(aws: Any, function: str, name: str, alias: str) -> None:
    queues = [source("sqs", f"{name}-{number}") for number in range(3)]
    uuids = {made(aws, function, EventSourceArn=queue)["UUID"] for queue in queues}
    qualified = made(aws, f"{function}:{alias}", EventSourceArn=queues[0])
    assert qualified["FunctionArn"] == f"{ARN}{function}:live"

    def listed(**asked: Any) -> set[str]:
        return {mapping["UUID"] for mapping in aws.list_event_source_mappings(**asked)["EventSourceMappings"]}

    assert listed(FunctionName=function) == uuids
    assert listed(FunctionName=f"{function}:{alias}") == {qualified["UUID"]}
    assert len(listed(EventSourceArn=queues[0])) == 2 and len(listed(EventSourceArn=queues[0], FunctionName=function)) == 1
    pages = list(aws.get_paginator("list_event_source_mappings").paginate(FunctionName=function, PaginationConfig={"PageSize": 2}))
    assert [len(page["EventSourceMappings"]) for page in pages] == [2, 1]


def test_a_mapping_outlives_its_function(aws: Any, function: str, name: str) -> None:
    uuid = made(aws, function, EventSourceArn=source("sqs", name))["UUID"]
    aws.delete_function(FunctionName=function)
    assert [mapping["UUID"] for mapping in aws.list_event_source_mappings(FunctionName=function)["EventSourceMappings"]] == [uuid]
    create(aws, f"{function}-new")
    assert aws.update_event_source_mapping(UUID=uuid, FunctionName=f"{function}-new")["FunctionArn"] == f"{ARN}{function}-new"
