"""Polls one stream for one mapping: a reader for each shard, parents before their children, so that the order of a key outlasts a resharding."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from ...account import event_source_mappings
from ...account.account import Account
from ...model.errors import LabClosed
from ..clock import LabClock
from ..tally import Tally
from .calling import Target, error_code, error_text
from .checkpoints import Checkpoints
from .discards import Discards
from .filters import Filters
from .service_door import ServiceDoor
from .shard_lane import Work
from .shard_poller import ShardPoller
from .stream_clients import KinesisClient, Shard, StreamClient, StreamGone, TableClient
from .stream_course import Policy

RETRY_FIRST_S, RETRY_MAX_S = 0.25, 10.0
ABSENT_LOOK_S = 0.5
RESHARDING_LOOK_S = 60.0
"""How often a stream is asked for shards that are new; the end of one is noticed at once."""


class StreamPoller:
    """client: as ``Discards`` takes it. idle_s: how long a shard that has nothing is left alone. A change of the mapping's settings begins anew from the
    checkpoints."""

    def __init__(
        self,
        account: Account,
        mapping: dict[str, Any],
        clock: LabClock,
        service: ServiceDoor,
        client: Callable[[str, str, str], Any],
        tally: Tally,
        idle_s: Callable[[], float],
    ) -> None:
        self._idle_s = idle_s
        self._account, self._clock, self._service, self._client, self._tally = account, clock, service, client, tally
        self._shards: dict[str, ShardPoller] = {}
        self._changed = asyncio.Event()
        self._mapping = mapping

    def settings(self, mapping: dict[str, Any]) -> None:
        """What is in flight is broken off and read again: at least once, as on AWS."""
        self._mapping = mapping
        self._changed.set()

    def nudge(self, arns: set[str]) -> None:
        """Something has been written to these."""
        if self._mapping["EventSourceArn"].partition("/consumer/")[0] in arns:
            for shard in self._shards.values():
                shard.nudge()

    def look(self) -> None:
        """Bring the tally up to now."""
        shards = list(self._shards.values())
        self._tally.backlog = sum(shard.waiting() for shard in shards) if shards else None
        self._tally.oldest_at = min((at for shard in shards if (at := shard.oldest_at()) is not None), default=None)

    async def run(self) -> None:
        """Until it is cancelled or the lab closes."""
        pause_s = RETRY_FIRST_S
        while True:
            try:
                await self._until_both_are_there()
                await self._poll()
                pause_s = RETRY_FIRST_S
                continue
            except LabClosed:
                return
            except StreamGone as gone:
                self._tally.result = str(gone)
            except Exception as error:  # what holds the stream was restarted, an endpoint does not answer: all of it may end
                self._tally.result = f"PROBLEM: {error_text(error)}"
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, RETRY_MAX_S)

    async def _until_both_are_there(self) -> None:
        while True:
            if Target.of(self._mapping["FunctionArn"]).name not in self._account.functions:
                self._tally.result = f"PROBLEM: Function does not exist: {self._mapping['FunctionArn']}"
            elif not self._service.open():
                self._tally.result = str(StreamGone(self._mapping["EventSourceArn"]))
            else:
                return
            await asyncio.sleep(ABSENT_LOOK_S)

    async def _poll(self) -> None:
        """Until the settings change. Raises what a service answers, StreamGone."""
        mapping = self._mapping
        self._changed.clear()
        stream = await self._stream(mapping)
        if self._tally.result.startswith("PROBLEM: "):
            self._tally.result = ""
        checkpoints = Checkpoints(self._account, mapping["UUID"], stream.identity)
        work = self._work(mapping)
        running: dict[str, asyncio.Task[None]] = {}
        first = not checkpoints.known()
        try:
            while not self._changed.is_set():
                shards = await stream.shards()
                if first:
                    _begin(checkpoints, shards, mapping)
                    first = False
                for shard in _ready(shards, checkpoints):
                    if shard.id in self._shards:
                        self._shards[shard.id].shard = shard
                        self._shards[shard.id].nudge()
                        continue
                    poller = ShardPoller(
                        work, stream, shard, checkpoints, _position(checkpoints.shard(shard.id)), mapping.get("ParallelizationFactor") or 1,
                        self._idle_s, 1_000 if isinstance(stream, TableClient) else 10_000,
                    )  # fmt: skip
                    self._shards[shard.id] = poller
                    running[shard.id] = asyncio.get_running_loop().create_task(poller.run())
                await self._until_something_ends(running)
        finally:
            self._shards.clear()
            for task in running.values():
                task.cancel()
            await asyncio.gather(*running.values(), return_exceptions=True)

    async def _until_something_ends(self, running: dict[str, asyncio.Task[None]]) -> None:
        changed = asyncio.get_running_loop().create_task(self._changed.wait())
        try:
            ended, _ = await asyncio.wait([*running.values(), changed], timeout=RESHARDING_LOOK_S, return_when=asyncio.FIRST_COMPLETED)
        finally:
            changed.cancel()
        for shard_id, task in list(running.items()):
            if task in ended:
                del running[shard_id]
                self._shards.pop(shard_id, None)
                task.result()

    async def _stream(self, mapping: dict[str, Any]) -> StreamClient:
        client, arn = await self._service.client(), mapping["EventSourceArn"]
        try:
            if ":kinesis:" in arn:
                return await KinesisClient.of(client, arn, self._clock, self._role(mapping), Filters(mapping.get("FilterCriteria"), "data"))
            return await TableClient.of(client, arn, self._clock, Filters(mapping.get("FilterCriteria")))
        except Exception as error:
            if error_code(error) == "ResourceNotFoundException":
                raise StreamGone(arn) from None
            raise

    def _role(self, mapping: dict[str, Any]) -> str:
        record = self._account.functions.get(Target.of(mapping["FunctionArn"]).name)
        return str(record.latest.settings.get("Role", "")) if record is not None else ""

    def _work(self, mapping: dict[str, Any]) -> Work:
        return Work(
            account=self._account, clock=self._clock, tally=self._tally, target=Target.of(mapping["FunctionArn"]), policy=Policy.of(mapping),
            discards=Discards(self._account, mapping, self._client), stream_arn=mapping["EventSourceArn"], batch_size=mapping["BatchSize"],
            batch_window_s=float(mapping.get("MaximumBatchingWindowInSeconds") or 0), window_s=mapping.get("TumblingWindowInSeconds") or 0,
            told=lambda result: event_source_mappings.note_result(self._account, mapping["UUID"], result),
        )  # fmt: skip


def _begin(checkpoints: Checkpoints, shards: list[Shard], mapping: Mapping[str, Any]) -> None:
    """The shards of the first time begin where the mapping says; LATEST passes over those that are closed. A stream that was made anew is read whole."""
    start, moment = mapping.get("StartingPosition") or "TRIM_HORIZON", mapping.get("StartingPositionTimestamp")
    for shard in shards:
        if not checkpoints.first_time:
            checkpoints.note(shard.id, start="TRIM_HORIZON")
        elif start == "LATEST" and shard.closed:
            checkpoints.note(shard.id, finished=True)
        else:
            checkpoints.note(shard.id, start=start, **({"moment": moment} if moment is not None else {}))


def _position(held: Mapping[str, Any]) -> dict[str, Any]:
    """Shards that appear later are read from their beginning."""
    position = {"ShardIteratorType": held.get("start", "TRIM_HORIZON")}
    return {**position, "Timestamp": held["moment"]} if held.get("moment") is not None else position


def _ready(shards: list[Shard], checkpoints: Checkpoints) -> list[Shard]:
    """Those that are not finished, and whose parents are, or are not kept any more."""
    there = {shard.id for shard in shards}
    finished = {shard.id for shard in shards if checkpoints.shard(shard.id).get("finished")}
    return [shard for shard in shards if shard.id not in finished and all(parent in finished or parent not in there for parent in shard.parents)]
