"""fn.on_queue, fn.on_stream, fn.on_table: what they make is what boto3 makes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from kernel_runtime import AwsError, Lab
from kernel_runtime.triggers.polled import Polled

from ..sources.polling.polled import until

pytest.importorskip("moto")
OWN = {"UUID", "EventSourceMappingArn", "FunctionArn", "LastModified", "ResponseMetadata"}


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab(clock=60) as opened:
        for name in ("one", "other"):
            opened.function(name, source="def handler(event, context):\n    return len(event['Records'])\n", timeout_s=5)
        yield opened


def settings(lab: Lab, uuid: str) -> dict[str, Any]:
    told = lab.boto3("lambda").get_event_source_mapping(UUID=uuid)
    return {member: value for member, value in told.items() if member not in OWN}


def made_by_boto3(lab: Lab, source_arn: str, **members: Any) -> dict[str, Any]:
    aws = lab.boto3("lambda")
    uuid = aws.create_event_source_mapping(EventSourceArn=source_arn, FunctionName="other", **members)["UUID"]
    until(lambda: aws.get_event_source_mapping(UUID=uuid)["State"] == "Enabled")
    told = settings(lab, uuid)
    aws.delete_event_source_mapping(UUID=uuid)
    return told


def test_a_queue(lab: Lab) -> None:
    trigger = lab.get("one").on_queue(
        "orders", batch_size=100, window_s=20, filters={"body": {"n": [1]}}, partial_failures=True, max_concurrency=7
    )  # fmt: skip
    assert repr(trigger) == "<queue orders → one enabled, made the queue orders>"
    arn = "arn:aws:sqs:us-east-1:000000000000:orders"
    assert settings(lab, trigger.uuid) == made_by_boto3(
        lab, arn, BatchSize=100, MaximumBatchingWindowInSeconds=20, FilterCriteria={"Filters": [{"Pattern": '{"body": {"n": [1]}}'}]},
        FunctionResponseTypes=["ReportBatchItemFailures"], ScalingConfig={"MaximumConcurrency": 7},
    )  # fmt: skip
    sqs = lab.boto3("sqs")
    url = sqs.get_queue_url(QueueName="orders")["QueueUrl"]
    assert sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])["Attributes"] == {"VisibilityTimeout": "30"}
    again = lab.get("one").on_queue(arn, batch_size=1)
    assert again.uuid == trigger.uuid and again.made == () and "FilterCriteria" not in settings(lab, again.uuid)
    sqs.send_message(QueueUrl=url, MessageBody="{}")
    until(lambda: any(view.records for view in lab.sources("one")))
    again.delete()
    again.delete()
    assert repr(again) == "<queue orders → one deleted>"


def test_a_fifo_queue_on_a_version(lab: Lab) -> None:
    version = lab.get("one").publish()
    trigger = lab.get("one").on_queue("strict.fifo", qualifier=version)
    assert repr(trigger) == f"<queue strict.fifo → one:{version} enabled, made the queue strict.fifo>"
    trigger.delete()


def test_a_stream(lab: Lab) -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    dead = "arn:aws:sqs:us-east-1:000000000000:dead"
    trigger = lab.get("one").on_stream(
        "clicks", shards=2, start=moment, batch_size=7, retries=3, max_age_s=60, bisect=True, parallel=4, tumbling_s=30, on_failure=dead
    )  # fmt: skip
    assert repr(trigger) == "<stream clicks → one enabled, made the stream clicks>"
    assert settings(lab, trigger.uuid) == made_by_boto3(
        lab, "arn:aws:kinesis:us-east-1:000000000000:stream/clicks", StartingPosition="AT_TIMESTAMP", StartingPositionTimestamp=moment, BatchSize=7,
        MaximumRetryAttempts=3, MaximumRecordAgeInSeconds=60, BisectBatchOnFunctionError=True, ParallelizationFactor=4, TumblingWindowInSeconds=30,
        DestinationConfig={"OnFailure": {"Destination": dead}},
    )  # fmt: skip
    assert len(lab.boto3("kinesis").list_shards(StreamName="clicks")["Shards"]) == 2
    trigger.delete()


def test_a_table_with_and_without_a_stream(lab: Lab) -> None:
    trigger = lab.get("one").on_table("things", start="LATEST")
    assert repr(trigger) == "<table things → one enabled, made the table things with its stream>"
    dynamodb = lab.boto3("dynamodb")
    arn = dynamodb.describe_table(TableName="things")["Table"]["LatestStreamArn"]
    assert settings(lab, trigger.uuid) == made_by_boto3(lab, arn, StartingPosition="LATEST")
    trigger.delete()
    dynamodb.create_table(
        TableName="still", BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "N"}],
    )  # fmt: skip
    trigger = lab.get("one").on_table("still")
    assert trigger.made == ("the stream of the table still",)
    dynamodb.put_item(TableName="still", Item={"k": {"N": "1"}})
    until(lambda: any(view.name == "still" and view.records for view in lab.sources("one")))
    trigger.delete()


def test_it_is_switched_off_and_on(lab: Lab) -> None:
    trigger: Polled = lab.get("one").on_queue("switched")
    assert trigger.disable().state == "Disabled" and repr(trigger).startswith("<queue switched → one disabled")
    assert trigger.enable().state == "Enabled"
    assert trigger.update(BatchSize=3).uuid == trigger.uuid and settings(lab, trigger.uuid)["BatchSize"] == 3
    trigger.delete()


def test_what_lambda_refuses_is_refused(lab: Lab) -> None:
    with pytest.raises(AwsError, match="Maximum batch window in seconds must be greater than 0"):
        lab.get("one").on_queue("refused", batch_size=100)
