"""From the journal to rows that charts draw. Pure and incremental: the cost of an update is that of what is new, its size is bounded whatever the rate.

A chart cannot tell a live journal from a simulated one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from kernel_runtime.control import facts, orders
from kernel_runtime.journal.cost import record_usd, snapshot_init_usd
from kernel_runtime.journal.journal import Entry
from kernel_runtime.model.names import LATEST

from .lanes import Lanes
from .rows import Point, Rows

BIN_S = 0.1
POINTS_MAX = 48
"""Latency points an update; cold starts and errors first, the rest thinned out."""
CPU_DUE_MIN_S = 0.05
"""CPU time due, below which a shortage says nothing."""


@dataclass(slots=True)
class Totals:
    """Counts since the fold began. contention: CPU seconds got of those due at the last measurement, None where hardly any were due."""

    invocations: int = 0
    cold: int = 0
    errors: int = 0
    throttles: int = 0
    cost_usd: float = 0.0
    contention: float | None = None


class Frames:
    """A fold over one function's part of the journal, all its versions together. origin: the time that is 0 in rows. limit: its concurrency's."""

    def __init__(self, function: str, origin: float, limit: int) -> None:
        self.function = function
        self.origin = origin
        self.limit = limit
        self.totals = Totals()
        self.latencies_ms: deque[float] = deque(maxlen=1_000)
        self.lanes = Lanes()
        self._requests: dict[str, float] = {}
        self._provisioning: set[int] = set()
        self._in_use = 0
        self._most = 0
        self._throttles = 0
        self._bin_at = self._began = 0.0
        self._marked: list[Point] = []
        self._plain: list[Point] = []

    def fold(self, entries: Iterable[Entry], now: float) -> Rows:
        """Rows for what happened since the last call, up to ``now``."""
        for entry in entries:
            self._take(entry)
        rows = Rows(now - self.origin)
        rows.spans, rows.standing = self.lanes.drawn(rows.now)
        room = max(POINTS_MAX - len(self._marked), 8)
        rows.points = self._marked[-POINTS_MAX:] + self._plain[:: max(1, -(-len(self._plain) // room))]
        self._marked, self._plain = [], []
        if rows.now - self._bin_at >= BIN_S * 0.9:
            width_s = max(rows.now - self._began, BIN_S)  # not from the last bin: nothing may have happened for a long time
            rows.bins.append((rows.now, self._most, self.limit, self._throttles, width_s))
            self._bin_at, self._most, self._throttles = rows.now, self._in_use, 0
        return rows

    def _take(self, entry: Entry) -> None:
        fact, at = entry.fact, entry.now - self.origin
        if self._began < self._bin_at:
            self._began = at
        if isinstance(fact, facts.InvokeRequested):
            if fact.function == self.function:
                self._requested(fact, entry.orders, at)
        elif isinstance(fact, facts.InvocationFinished):
            if fact.record.function == self.function:
                self._finished(fact, at)
        elif isinstance(fact, facts.EnvironmentReady):
            self.lanes.change(fact.environment_id, "idle" if fact.environment_id in self._provisioning else "busy", at)
            self._provisioning.discard(fact.environment_id)
        elif isinstance(fact, facts.InvocationBroken):
            if self._requests.pop(fact.request_id, None) is not None:
                self._in_use -= 1
                self.lanes.killed(fact.environment_id, at)
        elif isinstance(fact, facts.EnvironmentRefused):
            if fact.environment_id in self.lanes:
                self._in_use -= fact.environment_id not in self._provisioning
                self._provisioning.discard(fact.environment_id)
                self.lanes.end(fact.environment_id, at)
        else:
            self._take_rarer(fact, at)
        for order in entry.orders:
            if isinstance(order, orders.Stop):
                self.lanes.end(order.environment_id, at)
            elif isinstance(order, orders.Provision) and order.function == self.function:
                self._provisioning.add(order.environment_id)
                self.lanes.begin(order.environment_id, "init", at)

    def _take_rarer(self, fact: facts.Fact, at: float) -> None:
        if isinstance(fact, facts.EnvironmentDied):
            self.lanes.killed(fact.environment_id, at)
        elif isinstance(fact, facts.SnapshotTaken):
            if fact.record.function == self.function:
                self.totals.cost_usd += snapshot_init_usd(fact.record)
        elif isinstance(fact, facts.HostLost):
            self.lanes.end_all(at)
        elif isinstance(fact, facts.FunctionPut):
            if fact.function.name == self.function and fact.function.version == LATEST and fact.function.reserved_concurrency is not None:
                self.limit = fact.function.reserved_concurrency
        elif isinstance(fact, facts.MachineMeasured):
            self.totals.contention = fact.cpu_obtained_s / fact.cpu_due_s if fact.cpu_due_s > CPU_DUE_MIN_S else None

    def _requested(self, fact: facts.InvokeRequested, answer: Iterable[orders.Order], at: float) -> None:
        for order in answer:
            if isinstance(order, orders.Throttle):
                self._throttles += 1
                self.totals.throttles += 1
            elif isinstance(order, orders.Run | orders.Start):
                self._requests[fact.request_id] = at
                self._in_use += 1
                self._most = max(self._most, self._in_use)
                if order.environment_id not in self.lanes:  # new, or older than what has been folded
                    self.lanes.begin(order.environment_id, "init" if isinstance(order, orders.Start) else "idle", at)
                if isinstance(order, orders.Run):
                    self.lanes.change(order.environment_id, "busy", at)  # a suppressed init is part of the invocation, told by no fact of its own

    def _finished(self, fact: facts.InvocationFinished, at: float) -> None:
        record = fact.record
        began = self._requests.pop(fact.request_id, at - record.duration_ms / 1e3)
        self._in_use = max(self._in_use - 1, 0)
        if fact.alive:
            self.lanes.change(fact.environment_id, "idle", at)
        else:
            self.lanes.killed(fact.environment_id, at)
        latency_ms = (at - began) * 1e3
        self.latencies_ms.append(latency_ms)
        self.totals.invocations += 1
        self.totals.cost_usd += record_usd(record)
        self.totals.cold += record.start == "cold"
        self.totals.errors += record.status != "success"
        kind = record.start if record.status == "success" else "error"
        (self._plain if kind in ("warm", "provisioned") else self._marked).append((kind, at, latency_ms))


def whole(function: str, entries: list[Entry], limit: int, now: float) -> tuple[Rows, Frames]:
    """Rows for a finished stretch of the journal, folded in steps as a live chart would: in 0.1 s, or in 600 steps where that would be more."""
    origin = entries[0].now if entries else now
    frames = Frames(function, origin, limit)
    rows = Rows()
    step: list[Entry] = []
    width_s = max(BIN_S, (now - origin) / 600)
    edge = origin + width_s
    for entry in entries:
        while entry.now > edge:
            rows.extend(frames.fold(step, edge))
            step, edge = [], edge + width_s
        step.append(entry)
    rows.extend(frames.fold(step, max(now, edge)))
    return rows, frames
