"""CloudWatch's metrics of Lambda, folded from the journal (AWS: "Types of metrics for Lambda functions"). Pure and incremental.

A metric is stamped with the minute in which its invocation began. Dimensions: none; FunctionName; FunctionName and Resource (``NAME`` or ``NAME:ALIAS``);
with an alias ExecutedVersion too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..control import facts, orders
from ..model.invocation import InvocationRecord
from ..model.names import LATEST
from .in_use import InUse
from .journal import Entry

NAMESPACE = "AWS/Lambda"
_MINUTE_S = 60
Dimensions = tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Statistic:
    """What a minute's values come to. unit: CloudWatch's."""

    unit: str
    count: int = 0
    total: float = 0.0
    least: float = 0.0
    most: float = 0.0

    def add(self, value: float) -> None:
        self.least = value if not self.count else min(self.least, value)
        self.most = value if not self.count else max(self.most, value)
        self.count += 1
        self.total += value

    def merge(self, other: Statistic) -> None:
        """Take in another's values."""
        self.least = other.least if not self.count else min(self.least, other.least)
        self.most = other.most if not self.count else max(self.most, other.most)
        self.count += other.count
        self.total += other.total


Minutes = dict[tuple[str, Dimensions, int], Statistic]
"""By metric, dimensions and the minute's beginning (seconds of the epoch)."""


class Metrics:
    """Told of entries in order. wall_s: what to add to the journal's clock to have seconds of the epoch.

    finest_only: only the set of most dimensions, for a CloudWatch that counts it under every part of it too (moto's does; AWS's wants each set by itself).
    """

    def __init__(self, wall_s: float, finest_only: bool = False) -> None:
        self._wall_s = wall_s
        self._finest_only = finest_only
        self._in_use = InUse()

    def fold(self, entries: Iterable[Entry]) -> Minutes:
        """What these entries add."""
        minutes: Minutes = {}
        for entry in entries:
            self._take(entry, minutes)
        return minutes

    def _take(self, entry: Entry, minutes: Minutes) -> None:
        fact, at = entry.fact, entry.now + self._wall_s
        self._in_use.told(fact)
        if isinstance(fact, facts.InvokeRequested):
            for order in entry.orders:
                if isinstance(order, orders.Throttle):
                    for dimensions in self._sets(fact.function, fact.qualifier, ""):
                        _add(minutes, "Throttles", dimensions, at, 1.0, "Count")
                elif isinstance(order, orders.Run | orders.Start):
                    self._began(fact, order, at, minutes)
        elif isinstance(fact, facts.InvocationFinished):
            self._invocation(fact.record, minutes)

    def _began(self, fact: facts.InvokeRequested, order: orders.Run | orders.Start, at: float, minutes: Minutes) -> None:
        provisioned = isinstance(order, orders.Run) and order.start == "provisioned"
        for metric, function, qualifier, value, unit in self._in_use.began(fact, order.version, provisioned):
            dimensions: Dimensions = (("FunctionName", function),) if function else ()
            _add(minutes, metric, (*dimensions, ("Resource", f"{function}:{qualifier}")) if qualifier else dimensions, at, value, unit)

    def _invocation(self, record: InvocationRecord, minutes: Minutes) -> None:
        failed = float(record.status != "success")
        for dimensions in self._sets(record.function, record.qualifier, record.version):
            _add(minutes, "Invocations", dimensions, record.began_at, 1.0, "Count")
            _add(minutes, "Errors", dimensions, record.began_at, failed, "Count")
            _add(minutes, "Duration", dimensions, record.began_at, record.duration_ms, "Milliseconds")
            if record.start == "provisioned":
                _add(minutes, "ProvisionedConcurrencyInvocations", dimensions, record.began_at, 1.0, "Count")
            elif self._in_use.provisioned_as(record.function, record.qualifier, record.version):
                _add(minutes, "ProvisionedConcurrencySpilloverInvocations", dimensions, record.began_at, 1.0, "Count")

    def _sets(self, function: str, qualifier: str, version: str) -> list[Dimensions]:
        return dimension_sets(function, qualifier, version, self._finest_only)


def dimension_sets(function: str, qualifier: str, version: str, finest_only: bool) -> list[Dimensions]:
    """What a function's metric is counted under. qualifier, version: empty where there is none. finest_only: see ``Metrics``."""
    named = qualifier not in ("", LATEST)
    name = ("FunctionName", function)
    found: list[Dimensions] = [(), (name,), (name, ("Resource", f"{function}:{qualifier}" if named else function))]
    if named and version and not qualifier.isdigit():
        found.append((name, ("Resource", f"{function}:{qualifier}"), ("ExecutedVersion", version)))
    return found[-1:] if finest_only else found


def _add(minutes: Minutes, name: str, dimensions: Dimensions, at: float, value: float, unit: str) -> None:
    minute = int(at // _MINUTE_S * _MINUTE_S)
    minutes.setdefault((name, dimensions, minute), Statistic(unit)).add(value)
