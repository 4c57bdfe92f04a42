"""Data streams and tables' streams, as their pollers read them: by boto3, each call in a thread of its own, in one form."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from ..clock import LabClock
from ..payloads import dynamodb, kinesis
from .filters import Filters
from .stream_course import StreamRecord
from .threads import in_thread


@dataclass(frozen=True, slots=True)
class Shard:
    """closed: nothing more will be written to it."""

    id: str
    parents: tuple[str, ...]
    closed: bool


@dataclass(frozen=True, slots=True)
class Read:
    """What one read gave. records: those that pass the filters. last: the sequence number of the last that was there, passing or not; seen: how many there
    were. next: where to read on, None at the end of a closed shard."""

    records: list[StreamRecord]
    last: str | None
    seen: int
    next: str | None


class StreamGone(Exception):
    """There is no such stream. The text is what a mapping shows."""

    def __init__(self, arn: str) -> None:
        super().__init__(f"PROBLEM: Stream not found: {arn}")


class StreamClient(Protocol):
    """One stream. ``identity`` tells it from another of the same name."""

    identity: str

    async def shards(self) -> list[Shard]: ...

    async def iterator(self, shard_id: str, position: Mapping[str, Any]) -> str:
        """position: ShardIteratorType and what goes with it."""

    async def read(self, shard_id: str, iterator: str, most: int) -> Read: ...


class KinesisClient:
    """A data stream. Raises StreamGone from ``of``."""

    LIMIT = 10_000

    def __init__(self, client: Any, arn: str, clock: LabClock, role: str, filters: Filters) -> None:
        self._client, self._arn, self._clock, self._role, self._filters = client, arn, clock, role, filters
        self._stream = arn.partition("/consumer/")[0]
        self.identity = ""

    @classmethod
    async def of(cls, client: Any, arn: str, clock: LabClock, role: str, filters: Filters) -> KinesisClient:
        made = cls(client, arn, clock, role, filters)
        try:
            told = await in_thread(client.describe_stream_summary, StreamARN=made._stream)
        except client.exceptions.ResourceNotFoundException:
            raise StreamGone(arn) from None
        made.identity = str(told["StreamDescriptionSummary"]["StreamCreationTimestamp"].timestamp())
        return made

    async def shards(self) -> list[Shard]:
        found: list[Shard] = []
        given: dict[str, Any] = {"StreamARN": self._stream}
        while True:
            told = await in_thread(self._client.list_shards, **given)
            for one in told["Shards"]:
                parents = tuple(one[name] for name in ("ParentShardId", "AdjacentParentShardId") if one.get(name))
                found.append(Shard(one["ShardId"], parents, "EndingSequenceNumber" in one["SequenceNumberRange"]))
            if not told.get("NextToken"):
                return found
            given = {"NextToken": told["NextToken"]}

    async def iterator(self, shard_id: str, position: Mapping[str, Any]) -> str:
        wanted = dict(position)
        if "SequenceNumber" in wanted:
            wanted["StartingSequenceNumber"] = wanted.pop("SequenceNumber")
        if "Timestamp" in wanted:
            wanted["Timestamp"] = datetime.fromtimestamp(wanted["Timestamp"], UTC)
        told = await in_thread(self._client.get_shard_iterator, StreamARN=self._stream, ShardId=shard_id, **wanted)
        return str(told["ShardIterator"])

    async def read(self, shard_id: str, iterator: str, most: int) -> Read:
        told = await in_thread(self._client.get_records, ShardIterator=iterator, Limit=min(most, self.LIMIT), StreamARN=self._stream)
        passing = []
        for one in told["Records"]:
            record = kinesis.record(one, self._arn, shard_id, self._role)
            if self._filters.passes({**record["kinesis"], "data": _text(one["Data"])}):
                passing.append(
                    _stream_record(one["SequenceNumber"], one["PartitionKey"], record["kinesis"]["approximateArrivalTimestamp"], record, self._clock)
                )
        return _read(passing, [one["SequenceNumber"] for one in told["Records"]], told.get("NextShardIterator"))


class TableClient:
    """A table's stream. Raises StreamGone from ``of``."""

    LIMIT = 1_000

    def __init__(self, client: Any, arn: str, clock: LabClock, filters: Filters) -> None:
        self._client, self._arn, self._clock, self._filters = client, arn, clock, filters
        self.identity = arn

    @classmethod
    async def of(cls, client: Any, arn: str, clock: LabClock, filters: Filters) -> TableClient:
        made = cls(client, arn, clock, filters)
        await made._describe()
        return made

    async def _describe(self, **more: Any) -> dict[str, Any]:
        try:
            told: dict[str, Any] = (await in_thread(self._client.describe_stream, StreamArn=self._arn, **more))["StreamDescription"]
        except self._client.exceptions.ResourceNotFoundException:
            raise StreamGone(self._arn) from None
        if told.get("StreamLabel") != self._arn.rpartition("/stream/")[2]:
            raise StreamGone(self._arn)  # the table has been made anew, or its stream has
        return told

    async def shards(self) -> list[Shard]:
        found: list[Shard] = []
        more: dict[str, Any] = {}
        while True:
            told = await self._describe(**more)
            for one in told["Shards"]:
                parents = (one["ParentShardId"],) if one.get("ParentShardId") else ()
                found.append(Shard(one["ShardId"], parents, "EndingSequenceNumber" in one["SequenceNumberRange"]))
            if not told.get("LastEvaluatedShardId"):
                return found
            more = {"ExclusiveStartShardId": told["LastEvaluatedShardId"]}

    async def iterator(self, shard_id: str, position: Mapping[str, Any]) -> str:
        told = await in_thread(self._client.get_shard_iterator, StreamArn=self._arn, ShardId=shard_id, **position)
        return str(told["ShardIterator"])

    async def read(self, shard_id: str, iterator: str, most: int) -> Read:
        told = await in_thread(self._client.get_records, ShardIterator=iterator, Limit=min(most, self.LIMIT))
        passing = []
        for one in told["Records"]:
            record = dynamodb.record(one, self._arn)
            if self._filters.passes(record):
                key = json.dumps(record["dynamodb"]["Keys"], sort_keys=True)
                arrived = record["dynamodb"]["ApproximateCreationDateTime"]
                passing.append(_stream_record(one["dynamodb"]["SequenceNumber"], key, arrived, record, self._clock))
        return _read(passing, [one["dynamodb"]["SequenceNumber"] for one in told["Records"]], told.get("NextShardIterator"))


def _read(passing: list[StreamRecord], numbers: list[str], following: str | None) -> Read:
    return Read(passing, numbers[-1] if numbers else None, len(numbers), following)


def _stream_record(sequence: str, key: str, arrived: float, record: dict[str, Any], clock: LabClock) -> StreamRecord:
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    return StreamRecord(sequence, key, arrived, clock.of_wall(arrived), text)


def _text(data: bytes) -> str:
    """What filters see of a record's data; empty where it is no text."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return ""
