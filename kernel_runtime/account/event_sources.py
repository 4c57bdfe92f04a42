"""The kinds of event sources that Lambda polls: what each takes and what it is given where nothing is said (botocore: CreateEventSourceMappingRequest).

AWS: "Parameters for … event source mappings" of SQS, Kinesis, DynamoDB, Amazon MSK, self-managed Kafka, Amazon MQ and DocumentDB.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..model.errors import InvalidParameterValueException

_EVERY = {"BatchSize", "MaximumBatchingWindowInSeconds", "FilterCriteria", "KMSKeyArn"}
_FAILING = {"DestinationConfig", "MaximumRecordAgeInSeconds", "BisectBatchOnFunctionError", "MaximumRetryAttempts"}
_STARTING = {"StartingPosition", "StartingPositionTimestamp"}
_KAFKA = {"Topics", "SourceAccessConfigurations", "LoggingConfig", "MetricsConfig", "ProvisionedPollerConfig", "FunctionResponseTypes"}
_STREAM_DEFAULTS: dict[str, Any] = {
    "MaximumBatchingWindowInSeconds": 0,
    "ParallelizationFactor": 1,
    "DestinationConfig": {"OnFailure": {}},
    "MaximumRecordAgeInSeconds": -1,
    "BisectBatchOnFunctionError": False,
    "MaximumRetryAttempts": -1,
    "TumblingWindowInSeconds": 0,
    "FunctionResponseTypes": [],
}


@dataclass(frozen=True)
class Source:
    """A kind of event source. ``takes``: members beyond the source's own ARN and the function; ``reads_on``: it has a starting position, which must be given.

    reason: what AWS says of why a mapping's state changed. defaults: what is shown where nothing was said.
    """

    name: str
    batch_size: int
    takes: frozenset[str]
    reason: str
    reads_on: bool = False
    positions: tuple[str, ...] = ("TRIM_HORIZON", "LATEST", "AT_TIMESTAMP")
    must_have: str = ""
    defaults: Mapping[str, Any] = field(default_factory=dict)


def _source(name: str, batch_size: int, takes: set[str], reason: str, **more: Any) -> Source:
    return Source(name, batch_size, frozenset(_EVERY | takes), reason, **more)


_STREAM_TAKES = _STARTING | _FAILING | {"ParallelizationFactor", "TumblingWindowInSeconds", "FunctionResponseTypes", "MetricsConfig"}
_SEEN: dict[str, Any] = {"LastProcessingResult": "No records processed"}
_BY_USER, _USER_ACTION = "USER_INITIATED", "User action"

SQS = _source(
    "SQS", 10, {"ScalingConfig", "FunctionResponseTypes", "MetricsConfig", "ProvisionedPollerConfig"}, _BY_USER,
    defaults={"MaximumBatchingWindowInSeconds": 0, "FunctionResponseTypes": []},
)  # fmt: skip
KINESIS = _source("Kinesis", 100, _STREAM_TAKES, _USER_ACTION, reads_on=True, defaults={**_STREAM_DEFAULTS, **_SEEN})
DYNAMODB = _source("DynamoDB", 100, _STREAM_TAKES, _USER_ACTION, reads_on=True, positions=("TRIM_HORIZON", "LATEST"), defaults={**_STREAM_DEFAULTS, **_SEEN})
MSK = _source("Kafka", 100, _STARTING | _FAILING | _KAFKA | {"AmazonManagedKafkaEventSourceConfig"}, _BY_USER, reads_on=True, must_have="Topics")
OWN_KAFKA = _source(
    "Kafka", 100, _STARTING | _FAILING | _KAFKA | {"SelfManagedKafkaEventSourceConfig", "SelfManagedEventSource"}, _BY_USER,
    reads_on=True, must_have="Topics",
)  # fmt: skip
MQ = _source("MQ", 100, {"Queues", "SourceAccessConfigurations"}, _BY_USER, must_have="Queues")
DOCUMENTDB = _source(
    "DocumentDB", 100, _STARTING | {"DocumentDBEventSourceConfig", "SourceAccessConfigurations"}, _USER_ACTION,
    reads_on=True, must_have="DocumentDBEventSourceConfig", defaults=_SEEN,
)  # fmt: skip

_BY_SERVICE = {"sqs": SQS, "kinesis": KINESIS, "dynamodb": DYNAMODB, "kafka": MSK, "mq": MQ, "rds": DOCUMENTDB}
EVERY_MEMBER = frozenset().union(*(source.takes for source in (*_BY_SERVICE.values(), OWN_KAFKA)))
"""Every member that some source takes."""


def source_of(given: Mapping[str, Any]) -> Source:
    """The kind that a request or a mapping is about. Raises InvalidParameterValueException for none that Lambda polls."""
    if given.get("SelfManagedEventSource"):
        return OWN_KAFKA
    parts = (given.get("EventSourceArn") or "").split(":")
    source = _BY_SERVICE.get(parts[2]) if len(parts) > 5 else None
    if source is None:
        raise InvalidParameterValueException("Unrecognized event source.")
    return source
