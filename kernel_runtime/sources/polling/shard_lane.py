"""One lane of a shard: its records in order, one batch in flight. A shard has as many lanes as its mapping's ParallelizationFactor; a key is always in one."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ...account.account import Account
from ..clock import LabClock
from ..tally import Tally
from .batches import Collector, Item
from .calling import FAILED, Called, Target, call, error_text, payload_of
from .discards import Discards
from .stream_course import Piece, Policy, StreamRecord, back_off_s
from .stream_windows import Window, inside, window_at

OK = "OK"


@dataclass(slots=True)
class Work:
    """What all lanes of a mapping have in common. told: given the LastProcessingResult."""

    account: Account
    clock: LabClock
    tally: Tally
    target: Target
    policy: Policy
    discards: Discards
    stream_arn: str
    batch_size: int
    batch_window_s: float
    window_s: int
    told: Callable[[str], None]


class Lane:
    """done: told of records that need no more. window, keep_window: the tumbling window that is open, and who keeps it."""

    def __init__(
        self,
        work: Work,
        shard_id: str,
        done: Callable[[Sequence[StreamRecord]], None],
        window: Window | None = None,
        keep_window: Callable[[Window | None], None] = lambda window: None,
    ) -> None:
        self._work, self._shard_id, self._done = work, shard_id, done
        self._window, self._keep_window = window, keep_window
        self._collector = Collector(work.batch_size, work.batch_window_s)
        self._more = asyncio.Event()
        self._rests = 0
        self._last: Called | None = None
        self._closing = False
        self.idle = asyncio.Event()
        self.idle.set()

    def add(self, records: Sequence[StreamRecord]) -> None:
        now = self._work.clock.now()
        self._collector.add([Item(record, record.text, now) for record in records])
        if records:
            self.idle.clear()
            self._more.set()

    def __len__(self) -> int:
        return len(self._collector)

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            batch = await self._collect()
            if batch:
                await self._see_through(tuple(item.message for item in batch))
            elif self._window is not None:
                await self._close_window()
            if not len(self._collector) and self._window is None:
                self.idle.set()

    async def finish(self) -> None:
        """Nothing more will be added: returns when all is done with, the window that is open too."""
        self._closing = True  # the end of an open window need not be waited for
        if self._window is not None:
            self.idle.clear()
        self._more.set()
        await self.idle.wait()

    async def _collect(self) -> list[Item]:
        """The next batch; none when the open window is over and nothing of it waits."""
        work, collector = self._work, self._collector
        while True:
            now = work.clock.now()
            if len(collector):
                if (due_s := collector.due(now)) == 0:
                    return collector.take()
            elif self._window is not None:
                if self._closing or (due_s := max(self._window.end - now, 0.0)) == 0:
                    return []
            else:
                due_s = float("inf")
            self._more.clear()
            await _within(self._more, work.clock.real_s(due_s) if due_s < float("inf") else None)

    async def _see_through(self, records: tuple[StreamRecord, ...]) -> None:
        """Until each of them has succeeded or been given up."""
        left = [Piece(records)]
        while left:
            piece = left.pop(0)
            if self._work.window_s:
                piece, later = await self._in_window(piece)
                left[:0] = later
            if (old := self._work.policy.expired(piece.records, self._work.clock.now())) > 0:
                await self._give_up(Piece(piece.records[:old], piece.failed, piece.calls), "RecordAgeExceeded", self._last if piece.calls else None)
                piece = Piece(piece.records[old:], piece.failed, piece.calls)
            if piece.records:
                left[:0] = await self._try(piece)

    async def _try(self, piece: Piece) -> list[Piece]:
        """One call; gives what is to be tried again."""
        called = await self._call(piece.records, final=False)
        if called.kind not in ("ok", "failed"):
            await self._rest()
            return [piece]
        verdict = self._work.policy.judge(piece, called.kind == "ok", called.answer)
        good = not verdict.left and verdict.given_up is None
        self._note(called, OK if good else FAILED, failed=not good)
        if called.kind == "ok" and self._window is not None:
            self._set_window(self._window.after(called.answer))
        self._done(piece.records[: verdict.done])
        if verdict.given_up is not None:
            await self._give_up(verdict.given_up, "RetryAttemptsExhausted", called)
        if self._window is not None and self._window.early:
            await self._close_window()
        if verdict.pause:
            await self._rest()
        else:
            self._rests = 0
        return list(verdict.left)

    async def _in_window(self, piece: Piece) -> tuple[Piece, list[Piece]]:
        """What of the piece belongs to the window that is open, or that it opens, and what comes later."""
        if self._window is not None and not inside(piece.records, self._window):
            await self._close_window()
        if self._window is None:
            self._set_window(window_at(piece.records[0].at, self._work.window_s))
        assert self._window is not None
        count = inside(piece.records, self._window)
        later = [Piece(piece.records[count:])] if count < len(piece.records) else []
        return Piece(piece.records[:count], piece.failed, piece.calls), later

    async def _close_window(self) -> None:
        """The last call of the window that is open; tried again as any other, then its state is dropped."""
        failures = 0
        while True:
            called = await self._call((), final=True)
            if called.kind == "ok":
                self._note(called, OK)
                break
            if called.kind == "failed":
                failures += 1
                self._note(called, FAILED, failed=True)
                if 0 <= self._work.policy.attempts < failures:
                    break
            await self._rest()
        self._set_window(None)

    async def _call(self, records: Sequence[StreamRecord], final: bool) -> Called:
        work = self._work
        more = self._window.members(self._shard_id, work.stream_arn, final) if self._window is not None else b""
        sent = work.clock.now()
        called = await call(work.account, work.target, payload_of((record.text for record in records), more))
        if called.kind in ("ok", "failed"):
            self._last = called
            work.tally.calls += 1
            work.tally.records += len(records)
            if records:  # AWS: "IteratorAge", of the batch's last record as it is sent
                target, age_s = work.target, max(sent - records[-1].at, 0.0)
                work.account.measures.add("IteratorAge", target.name, target.qualifier, at=time.time(), value=age_s * 1e3, unit="Milliseconds")
        else:
            work.tally.throttles += called.kind == "throttled"
            work.tally.result = f"{FAILED} ({called.why})"
            work.told(FAILED)
        return called

    def _note(self, called: Called, result: str, failed: bool = False) -> None:
        tally = self._work.tally
        tally.failures += failed
        tally.result = result + (f" ({called.why})" if called.why else "")
        self._work.told(result)

    async def _give_up(self, piece: Piece, condition: Any, called: Called | None) -> None:
        work = self._work
        version = called.version if called is not None else None
        try:
            await work.discards.send(
                piece.records,
                self._shard_id,
                condition,
                at=work.clock.now(),
                request_id=called.request_id if called else "",
                calls=piece.calls,
                version=version,
            )
        except Exception as error:  # whatever keeps it from arriving: the shard goes on
            work.tally.result = f"PROBLEM: the on-failure destination did not take what was given up: {error_text(error)}"
        work.tally.discarded += len(piece.records)
        self._done(piece.records)

    async def _rest(self) -> None:
        self._rests += 1
        await self._work.clock.sleep(back_off_s(self._rests))

    def _set_window(self, window: Window | None) -> None:
        self._window = window
        self._keep_window(window)


async def _within(event: asyncio.Event, seconds: float | None) -> None:
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        pass
