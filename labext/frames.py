"""From the journal to rows that charts draw. Pure and incremental: the cost of an update is that of what is new, its size is bounded whatever the rate.

A chart cannot tell a live journal from a simulated one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from kernel_runtime.control import facts, orders
from kernel_runtime.journal.cost import record_usd
from kernel_runtime.journal.journal import Entry

BIN_S = 0.1
LANES_MAX = 48
"""Rows of the timeline; an environment has one as long as it lives, and those that find none free are counted."""
POINTS_MAX = 48
"""Latency points an update; cold starts and errors first, the rest thinned out."""
WINDOW_S = 120.0

Lane = Literal["init", "busy", "idle", "killed"]
Span = tuple[Lane, int, float, float]
"""state, row of the timeline, from, to"""
Bin = tuple[float, int, int, int]
"""at, most in use, limit, throttles"""
Point = tuple[str, float, float]
"""kind (cold, warm, suppressed, error), at, latency in ms"""


@dataclass(slots=True)
class Rows:
    """What is new: times in seconds of the lab's clock, counted from ``Frames.origin``.

    base: what charts take off their times, so that a message stays short.
    """

    now: float = 0.0
    base: float = 0.0
    spans: list[Span] = field(default_factory=list)
    bins: list[Bin] = field(default_factory=list)
    points: list[Point] = field(default_factory=list)


@dataclass(slots=True)
class _Environment:
    state: Lane
    since: float
    lane: int
    busy_from: float | None = None
    busy_to: float = 0.0


@dataclass(slots=True)
class Totals:
    """Counts since the fold began. contention: CPU seconds got of those due in the last second, None where nothing was due."""

    invocations: int = 0
    cold: int = 0
    errors: int = 0
    throttles: int = 0
    cost_usd: float = 0.0
    contention: float | None = None


class Frames:
    """A fold over one function's part of the journal. origin: the time that is 0 in rows."""

    def __init__(self, function: str, origin: float, limit: int) -> None:
        self.function = function
        self.origin = origin
        self.limit = limit
        self.totals = Totals()
        self.latencies_ms: deque[float] = deque(maxlen=1_000)
        self._environments: dict[int, _Environment] = {}
        self._free_lanes = list(range(LANES_MAX, 0, -1))
        self._requests: dict[str, float] = {}
        self._in_use = 0
        self._most = 0
        self._throttles = 0
        self._drawn_to = 0.0
        self._bin_at = 0.0

    @property
    def hidden(self) -> int:
        """Environments that the timeline does not show."""
        return len(self._environments) - (LANES_MAX - len(self._free_lanes))

    def fold(self, entries: Iterable[Entry], now: float) -> Rows:
        """Rows for what happened since the last call, up to ``now``."""
        rows = Rows(now - self.origin)
        ended: list[Span] = []
        marked: list[Point] = []
        plain: list[Point] = []
        for entry in entries:
            self._take(entry, ended, marked, plain)
        rows.spans = ended[-4 * LANES_MAX :] + self._open_spans(rows.now)
        room = max(POINTS_MAX - len(marked), 8)
        rows.points = marked[-POINTS_MAX:] + plain[:: max(1, -(-len(plain) // room))]
        if rows.now - self._bin_at >= BIN_S:
            rows.bins.append((rows.now, self._most, self.limit, self._throttles))
            self._bin_at, self._most, self._throttles = rows.now, self._in_use, 0
        self._drawn_to = rows.now
        return rows

    def _take(self, entry: Entry, ended: list[Span], marked: list[Point], plain: list[Point]) -> None:
        fact, at = entry.fact, entry.now - self.origin
        if isinstance(fact, facts.InvokeRequested):
            if fact.function == self.function:
                self._requested(fact, entry, at)
        elif isinstance(fact, facts.InvocationFinished):
            if fact.record.function == self.function:
                self._finished(fact, at, ended, marked, plain)
        elif isinstance(fact, facts.EnvironmentReady):
            self._change(fact.environment_id, "busy", at, ended)
        elif isinstance(fact, facts.InvocationBroken):
            if self._requests.pop(fact.request_id, None) is not None:
                self._in_use -= 1
                self._change(fact.environment_id, "killed", at, ended)
        elif isinstance(fact, facts.EnvironmentRefused):
            refused = self._environments.pop(fact.environment_id, None)
            if refused is not None:
                self._in_use -= 1
                self._give_back(refused.lane)
        elif isinstance(fact, facts.EnvironmentDied):
            self._change(fact.environment_id, "killed", at, ended)
        elif isinstance(fact, facts.FunctionPut):
            if fact.function.name == self.function and fact.function.reserved_concurrency is not None:
                self.limit = fact.function.reserved_concurrency
        elif isinstance(fact, facts.MachineMeasured):
            self.totals.contention = fact.cpu_obtained_s / fact.cpu_due_s if fact.cpu_due_s > 0.05 else None
        for order in entry.orders:
            if isinstance(order, orders.Stop):
                self._stop(order.environment_id, at, ended)

    def _requested(self, fact: facts.InvokeRequested, entry: Entry, at: float) -> None:
        for order in entry.orders:
            if isinstance(order, orders.Throttle):
                self._throttles += 1
                self.totals.throttles += 1
            elif isinstance(order, orders.Run | orders.Start):
                self._requests[fact.request_id] = at
                self._in_use += 1
                self._most = max(self._most, self._in_use)
                if order.environment_id not in self._environments:  # new, or older than what has been folded
                    lane = self._free_lanes.pop() if self._free_lanes else 0
                    self._environments[order.environment_id] = _Environment("init" if isinstance(order, orders.Start) else "idle", at, lane)
                if isinstance(order, orders.Run):
                    self._change(order.environment_id, "busy" if order.start == "warm" else "init", at, [])

    def _finished(self, fact: facts.InvocationFinished, at: float, ended: list[Span], marked: list[Point], plain: list[Point]) -> None:
        record = fact.record
        began = self._requests.pop(fact.request_id, at - record.duration_ms / 1e3)
        self._in_use = max(self._in_use - 1, 0)
        self._change(fact.environment_id, "idle" if fact.alive else "killed", at, ended)
        latency_ms = (at - began) * 1e3
        self.latencies_ms.append(latency_ms)
        self.totals.invocations += 1
        self.totals.cost_usd += record_usd(record)
        self.totals.cold += record.start == "cold"
        self.totals.errors += record.status != "success"
        kind = record.start if record.status == "success" else "error"
        (plain if kind == "warm" else marked).append((kind, at, latency_ms))

    def _change(self, number: int, state: Lane, at: float, ended: list[Span]) -> None:
        environment = self._environments.get(number)
        if environment is None:
            return
        if environment.state == "busy":  # drawn once an update, however many invocations it was
            environment.busy_from = environment.busy_from if environment.busy_from is not None else max(environment.since, self._drawn_to)
            environment.busy_to = at
        elif environment.lane and environment.state == "init":
            ended.append(("init", environment.lane, max(environment.since, self._drawn_to), at))
        if state == "killed" and environment.lane:
            ended.append(("killed", environment.lane, at, at))
        environment.state, environment.since = ("idle" if state == "killed" else state), at

    def _stop(self, number: int, at: float, ended: list[Span]) -> None:
        environment = self._environments.pop(number, None)
        if environment is not None and environment.lane:
            self._give_back(environment.lane)
            ended.append(("idle", environment.lane, max(environment.since, self._drawn_to), at))

    def _give_back(self, lane: int) -> None:
        """The lowest free row is the next one to be used."""
        if lane:
            self._free_lanes.append(lane)
            self._free_lanes.sort(reverse=True)

    def _open_spans(self, now: float) -> list[Span]:
        spans: list[Span] = []
        for environment in self._environments.values():
            if not environment.lane:
                continue
            if environment.busy_from is not None:
                spans.append(("busy", environment.lane, environment.busy_from, environment.busy_to))
                environment.busy_from = None
            spans.append((environment.state, environment.lane, max(environment.since, self._drawn_to), now))
        return spans


def whole(function: str, entries: list[Entry], limit: int, now: float) -> tuple[Rows, Frames]:
    """Rows for a finished stretch of the journal, folded in steps as a live chart would."""
    origin = entries[0].now if entries else now
    frames = Frames(function, origin, limit)
    rows = Rows()
    step: list[Entry] = []
    edge = origin + BIN_S
    for entry in entries:
        while entry.now > edge:
            _extend(rows, frames.fold(step, edge))
            step, edge = [], edge + BIN_S * max(1, int((now - origin) / 60))
        step.append(entry)
    _extend(rows, frames.fold(step, max(now, edge)))
    return rows, frames


def _extend(rows: Rows, more: Rows) -> None:
    rows.now = more.now
    rows.spans += more.spans
    rows.bins += more.bins
    rows.points += more.points
