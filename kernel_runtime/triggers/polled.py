"""What queues, streams and tables are tied to a function with: event source mappings, made by exactly the calls of the AWS API that boto3 would make.

A queue, a stream or a table that is not there is made, and the trigger's ``made`` says so. What was made stays when the trigger is deleted; the mapping goes.
Asked again for the same source and function, the mapping that is there gets the new settings.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from .asking import asking
from .pushed import Tie, Trigger

if TYPE_CHECKING:
    from ..lab import Lab

VISIBILITY_PER_TIMEOUT = 6
"""AWS: "set the source queue's visibility timeout to at least six times the timeout that you configure on your function"."""
_LOOK_AGAIN_S = 0.01
_FIXED = ("StartingPosition", "StartingPositionTimestamp")
"""What a mapping keeps for good."""

Filters = Mapping[str, Any] | Iterable[Mapping[str, Any]] | None


class Polled(Trigger):
    """An event source mapping. uuid: its own. kind, name: as ``Lab.sources`` names them."""

    def __init__(self, kind: str, name: str, function: str, made: Iterable[str], aws: Any, uuid: str) -> None:
        super().__init__(kind, name, function, made, self._remove)
        self._aws, self.uuid = aws, uuid

    @property
    def state(self) -> str:
        """As AWS has it; ``Deleted`` where the mapping is gone."""
        try:
            return str(self._aws.get_event_source_mapping(UUID=self.uuid)["State"])
        except self._aws.exceptions.ResourceNotFoundException:
            return "Deleted"

    def disable(self) -> Polled:
        """Nothing is taken from the source until ``enable``; a stream is read on from where it was. In force when it returns."""
        return self.update(Enabled=False)

    def enable(self) -> Polled:
        return self.update(Enabled=True)

    @asking()
    def update(self, **members: Any) -> Polled:
        """Change settings, by the names of the AWS API: ``update(BatchSize=5)``. In force when it returns. Raises AwsError."""
        self.settled()
        self._aws.update_event_source_mapping(UUID=self.uuid, **members)
        return self.settled()

    def settled(self) -> Polled:
        """Wait until the mapping is in no state between two others."""
        while self.state not in ("Enabled", "Disabled", "Deleted"):
            time.sleep(_LOOK_AGAIN_S)
        return self

    def __repr__(self) -> str:
        made = f", made {' and '.join(self.made)}" if self.made else ""
        return f"<{self.kind} {self.name} → {self.function} {self.state.lower()}{made}>"

    def _remove(self) -> None:
        if self.settled().state != "Deleted":
            self._aws.delete_event_source_mapping(UUID=self.uuid)
        while self.state != "Deleted":
            time.sleep(_LOOK_AGAIN_S)


@asking()
def queue(lab: Lab, function: str, name: str, filters: Filters, qualifier: str | None, **members: Any) -> Polled:
    """SQS API Reference, CreateQueue; Lambda API Reference, CreateEventSourceMapping. name: a queue's name or ARN."""
    tie, made = Tie(lab, function, qualifier), []
    arn = name if name.startswith("arn:") else f"arn:aws:sqs:{tie.region}:{tie.account}:{name}"
    account, own = arn.split(":")[4:6]
    sqs = tie.client("sqs")
    try:
        sqs.get_queue_url(QueueName=own, QueueOwnerAWSAccountId=account)
    except sqs.exceptions.QueueDoesNotExist:
        if account != tie.account:
            raise
        timeout_s = lab.configuration(function).timeout_s
        attributes = {"VisibilityTimeout": str(VISIBILITY_PER_TIMEOUT * timeout_s)}
        if own.endswith(".fifo"):
            attributes |= {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
        sqs.create_queue(QueueName=own, Attributes=attributes)
        made.append(f"the queue {own}")
    return _tied("queue", own, tie, arn, made, filters, members)


@asking()
def stream(lab: Lab, function: str, name: str, shards: int, start: str | datetime, filters: Filters, qualifier: str | None, **members: Any) -> Polled:
    """Kinesis API Reference, CreateStream. name: a stream's name or ARN. start: a StartingPosition, or the moment from which it is read."""
    tie, made = Tie(lab, function, qualifier), []
    arn = name if name.startswith("arn:") else f"arn:aws:kinesis:{tie.region}:{tie.account}:stream/{name}"
    own = arn.rpartition(":stream/")[2]
    kinesis = tie.client("kinesis")
    try:
        kinesis.describe_stream_summary(StreamName=own)
    except kinesis.exceptions.ResourceNotFoundException:
        kinesis.create_stream(StreamName=own, ShardCount=shards)
        kinesis.get_waiter("stream_exists").wait(StreamName=own, WaiterConfig={"Delay": 0})
        made.append(f"the stream {own}")
    return _tied("stream", own, tie, arn, made, filters, {**_starting(start), **members})


@asking()
def table(lab: Lab, function: str, name: str, key: str, view: str, start: str, filters: Filters, qualifier: str | None, **members: Any) -> Polled:
    """DynamoDB API Reference, CreateTable and UpdateTable. name: a table's name, or the ARN of its stream. key: the partition key of one that is made, text."""
    tie, made = Tie(lab, function, qualifier), list[str]()
    if name.startswith("arn:"):
        return _tied("table", name.split(":table/")[-1].partition("/")[0], tie, name, made, filters, {**_starting(start), **members})
    dynamodb = tie.client("dynamodb")
    streaming = {"StreamEnabled": True, "StreamViewType": view}
    try:
        told = dynamodb.describe_table(TableName=name)["Table"]
        if not (told.get("StreamSpecification") or {}).get("StreamEnabled"):
            told = dynamodb.update_table(TableName=name, StreamSpecification=streaming)["TableDescription"]
            made.append(f"the stream of the table {name}")
    except dynamodb.exceptions.ResourceNotFoundException:
        told = dynamodb.create_table(
            TableName=name, BillingMode="PAY_PER_REQUEST", StreamSpecification=streaming,
            KeySchema=[{"AttributeName": key, "KeyType": "HASH"}], AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}],
        )["TableDescription"]  # fmt: skip
        dynamodb.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
        made.append(f"the table {name} with its stream")
    return _tied("table", name, tie, told["LatestStreamArn"], made, filters, {**_starting(start), **members})


def _tied(kind: str, name: str, tie: Tie, source_arn: str, made: list[str], filters: Filters, members: Mapping[str, Any]) -> Polled:
    """The mapping, settled."""
    aws = tie.client("lambda")
    wanted = {member: value for member, value in members.items() if value is not None}
    patterns = [filters] if isinstance(filters, Mapping) else list(filters or ())
    if patterns:
        wanted["FilterCriteria"] = {"Filters": [{"Pattern": json.dumps(pattern)} for pattern in patterns]}
    try:
        uuid = aws.create_event_source_mapping(EventSourceArn=source_arn, FunctionName=tie.arn, **wanted)["UUID"]
    except aws.exceptions.ResourceConflictException:
        (held,) = aws.list_event_source_mappings(EventSourceArn=source_arn, FunctionName=tie.arn)["EventSourceMappings"]
        changed = {member: value for member, value in wanted.items() if member not in _FIXED}
        return Polled(kind, name, tie.function, made, aws, held["UUID"]).update(**{"FilterCriteria": {}, "Enabled": True, **changed})
    return Polled(kind, name, tie.function, made, aws, uuid).settled()


def _starting(start: str | datetime) -> dict[str, Any]:
    if isinstance(start, datetime):
        return {"StartingPosition": "AT_TIMESTAMP", "StartingPositionTimestamp": start}
    return {"StartingPosition": start}


def of_streams(
    batch_size: int,
    window_s: int,
    partial_failures: bool,
    retries: int | None,
    max_age_s: int | None,
    bisect: bool,
    parallel: int,
    tumbling_s: int,
    on_failure: str | None,
) -> dict[str, Any]:
    """What streams and tables take beside their filters, by the names of the AWS API."""
    return {
        "BatchSize": batch_size,
        "MaximumBatchingWindowInSeconds": window_s or None,
        "FunctionResponseTypes": ["ReportBatchItemFailures"] if partial_failures else None,
        "MaximumRetryAttempts": retries,
        "MaximumRecordAgeInSeconds": max_age_s,
        "BisectBatchOnFunctionError": bisect or None,
        "ParallelizationFactor": parallel if parallel != 1 else None,
        "TumblingWindowInSeconds": tumbling_s or None,
        "DestinationConfig": {"OnFailure": {"Destination": on_failure}} if on_failure else None,
    }
