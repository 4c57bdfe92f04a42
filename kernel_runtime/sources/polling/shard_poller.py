"""Reads one shard, deals its records out to lanes, and keeps how far all of it is done with."""

from __future__ import annotations

import asyncio
import zlib
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .calling import error_code
from .checkpoints import Checkpoints
from .shard_lane import Lane, Work
from .stream_clients import Shard, StreamClient
from .stream_course import StreamRecord
from .stream_windows import Window

_EXPIRED, _TRIMMED = "ExpiredIteratorException", "TrimmedDataAccessException"
_UNKNOWN = {_TRIMMED, "InvalidArgumentException"}
"""Of a position that is older than what is kept: reading goes on at the oldest that is there."""
_OLDEST: Mapping[str, Any] = {"ShardIteratorType": "TRIM_HORIZON"}


class ShardPoller:
    """start: where to begin a shard of which nothing is known. idle_s: how long to wait after a read that gave nothing, unless ``nudge`` comes."""

    def __init__(
        self,
        work: Work,
        client: StreamClient,
        shard: Shard,
        checkpoints: Checkpoints,
        start: Mapping[str, Any],
        lanes: int,
        idle_s: Callable[[], float],
        limit: int,
    ) -> None:
        self._work, self._client, self.shard, self._checkpoints, self._start = work, client, shard, checkpoints, start
        self._idle_s, self._limit = idle_s, limit
        self._open: deque[StreamRecord] = deque()
        self._finished: set[str] = set()
        self._read_to: str | None = None
        self._nudged, self._room = asyncio.Event(), asyncio.Event()
        held = checkpoints.shard(shard.id).get("window")
        window = Window(held["start"], work.window_s, held["state"]) if held and work.window_s else None
        count = 1 if work.window_s else lanes
        self._lanes = [Lane(work, shard.id, self._done, window, self._keep_window) for _ in range(count)]

    def nudge(self) -> None:
        """Something may have been written."""
        self._nudged.set()

    def waiting(self) -> int:
        """Records that were read and are not done with."""
        return len(self._open)

    def oldest_at(self) -> float | None:
        try:
            return self._open[0].at
        except IndexError:
            return None

    async def run(self) -> None:
        """Until the shard is at its end, or it is cancelled. Raises what a service answers."""
        lanes = [asyncio.get_running_loop().create_task(lane.run()) for lane in self._lanes]
        reading = asyncio.get_running_loop().create_task(self._read_all())
        try:
            await asyncio.wait([*lanes, reading], return_when=asyncio.FIRST_COMPLETED)
            for lane in lanes:
                if lane.done():
                    lane.result()
            reading.result()
            for one in self._lanes:
                await one.finish()
            self._checkpoints.note(self.shard.id, finished=True)
        finally:
            for task in (*lanes, reading):
                task.cancel()
            await asyncio.gather(*lanes, reading, return_exceptions=True)

    async def _read_all(self) -> None:
        """Until the end of the shard."""
        iterator = await self._iterator()
        most = max(self._work.batch_size, 100)
        while True:
            await self._until_room(most * len(self._lanes))
            self._nudged.clear()
            try:
                read = await self._client.read(self.shard.id, iterator, min(most, self._limit))
            except Exception as error:
                code = error_code(error)
                if code not in (_EXPIRED, _TRIMMED):
                    raise
                iterator = await (self._iterator() if code == _EXPIRED else self._client.iterator(self.shard.id, _OLDEST))
                continue
            self._deal(read.records, read.last)
            if read.next is None or (not read.seen and self.shard.closed):
                return
            iterator = read.next
            if not read.seen:
                await _within(self._nudged, self._idle_s())

    async def _iterator(self) -> str:
        after = self._read_to or self._checkpoints.shard(self.shard.id).get("after")
        position: Mapping[str, Any] = {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": after} if after else self._start
        try:
            return await self._client.iterator(self.shard.id, position)
        except Exception as error:
            if error_code(error) not in _UNKNOWN:
                raise
            return await self._client.iterator(self.shard.id, _OLDEST)

    async def _until_room(self, most: int) -> None:
        while len(self._open) >= most:
            self._room.clear()
            await self._room.wait()

    def _deal(self, records: Sequence[StreamRecord], last: str | None) -> None:
        """One key, one lane. What the filters held back is done with when what precedes it is."""
        self._open.extend(records)
        self._read_to = last or self._read_to
        dealt: list[list[StreamRecord]] = [[] for _ in self._lanes]
        for record in records:
            dealt[zlib.crc32(record.key.encode("utf-8", "surrogatepass")) % len(dealt)].append(record)
        for lane, own in zip(self._lanes, dealt, strict=True):
            lane.add(own)
        if last is not None and not self._open:
            self._checkpoints.note(self.shard.id, after=last)

    def _done(self, records: Sequence[StreamRecord]) -> None:
        if not records:
            return
        self._finished.update(record.sequence for record in records)
        after = None
        while self._open and self._open[0].sequence in self._finished:
            after = self._open.popleft().sequence
            self._finished.discard(after)
        if after is not None:
            self._checkpoints.note(self.shard.id, after=self._read_to if not self._open and self._read_to else after)
        self._room.set()

    def _keep_window(self, window: Window | None) -> None:
        self._checkpoints.note(self.shard.id, window={"start": window.start, "state": window.state} if window else None)


async def _within(event: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        pass
