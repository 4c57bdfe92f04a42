"""What an event source mapping may say beyond the shapes of its members, by the kind of its source; texts as recorded on AWS where one is known."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ..model.errors import InvalidParameterValueException
from . import event_filters
from .event_sources import EVERY_MEMBER, OWN_KAFKA, SQS, Source

_PLAIN_BATCH_MAX = 10
"""Records that a queue hands out at once; FIFO queues give no more, others need a batching window for more (AWS: "Using Lambda with Amazon SQS")."""


def check(source: Source, given: Mapping[str, Any], whole: Mapping[str, Any]) -> None:
    """``given``: what a request says; ``whole``: the mapping that it makes. Raises InvalidParameterValueException."""
    _check_supported(source, given)
    if "EventSourceArn" in given or "SelfManagedEventSource" in given:
        _check_start(source, given)
        _check_complete(source, given)
    if source is SQS:
        _check_queue(given, whole)
    age = given.get("MaximumRecordAgeInSeconds")
    if age is not None and age != -1 and age < 60:
        raise InvalidParameterValueException("MaximumRecordAgeInSeconds must be either -1 (forever) or between 60 and 604800 (inclusive)")
    event_filters.check(given.get("FilterCriteria") or {})


def _check_supported(source: Source, given: Mapping[str, Any]) -> None:
    if (given.get("DestinationConfig") or {}).get("OnSuccess") is not None:
        raise InvalidParameterValueException("Unsupported DestinationConfig parameter for given event source mapping type.")
    if source is SQS and given.get("StartingPosition"):
        raise InvalidParameterValueException("StartingPosition is not valid for SQS event sources.")
    for member in sorted(EVERY_MEMBER - source.takes):
        if given.get(member) is not None:
            name = member if member[:2].isupper() else member[0].lower() + member[1:]
            raise InvalidParameterValueException(f"Unsupported '{name}' parameter for given event source mapping type.")


def _check_start(source: Source, given: Mapping[str, Any]) -> None:
    position, moment = given.get("StartingPosition"), given.get("StartingPositionTimestamp")
    if not source.reads_on:
        return
    if not position:
        raise InvalidParameterValueException(
            "1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: Member must not be null."
        )
    if position not in source.positions:
        raise InvalidParameterValueException(f"Unsupported starting position for arn type: {given['EventSourceArn']}")
    if moment is not None and position != "AT_TIMESTAMP":
        raise InvalidParameterValueException("Timestamp only valid with StartingPosition AT_TIMESTAMP")
    if position == "AT_TIMESTAMP" and moment is None:
        raise InvalidParameterValueException("Need to specify a timestamp")
    if moment is not None and moment < datetime.fromtimestamp(0, UTC):
        raise InvalidParameterValueException("Received Exception while reading from provided stream. class java.lang.Long can not be converted to a Timestamp")


def _check_complete(source: Source, given: Mapping[str, Any]) -> None:
    missing = source.must_have if source.must_have and not given.get(source.must_have) else ""
    if source is OWN_KAFKA and not given.get("SourceAccessConfigurations"):
        missing = missing or "SourceAccessConfigurations"
    if missing:
        name = missing if missing[:2].isupper() else missing[0].lower() + missing[1:]
        raise InvalidParameterValueException(f"Required '{name}' parameter is missing.")


def _check_queue(given: Mapping[str, Any], whole: Mapping[str, Any]) -> None:
    size, window = whole.get("BatchSize") or SQS.batch_size, whole.get("MaximumBatchingWindowInSeconds") or 0
    if str(whole.get("EventSourceArn", "")).endswith(".fifo"):
        if window:
            raise InvalidParameterValueException("Batching window is not supported for FIFO queues")
        if size > _PLAIN_BATCH_MAX:
            raise InvalidParameterValueException(f"Maximum batch size must be between 1 and {_PLAIN_BATCH_MAX} inclusive")
    if size > _PLAIN_BATCH_MAX and not window:
        raise InvalidParameterValueException(f"Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than {_PLAIN_BATCH_MAX}")
