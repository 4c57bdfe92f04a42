"""CloudWatch's metrics of what happens around invocations and is in no journal: events accepted and dropped, records that could not be delivered. Bounded."""

from __future__ import annotations

import threading

from .metrics import Minutes, Statistic, dimension_sets

KEYS_MAX = 20_000
_MINUTE_S = 60


class Measures:
    """``add`` from any thread; ``take`` gives what has come since it was last called."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: dict[tuple[str, str, str, int], Statistic] = {}

    def add(self, metric: str, function: str, qualifier: str = "", *, at: float, value: float = 1.0, unit: str = "Count") -> None:
        """metric: AWS's name. at: seconds of the epoch. unit: CloudWatch's. While nobody takes them, the oldest go beyond 20,000."""
        key = (metric, function, qualifier, int(at // _MINUTE_S * _MINUTE_S))
        with self._lock:
            statistic = self._held.get(key)
            if statistic is None:
                statistic = self._held[key] = Statistic(unit)
                if len(self._held) > KEYS_MAX:
                    del self._held[next(iter(self._held))]
            statistic.add(value)

    def take(self, finest_only: bool = False) -> Minutes:
        """finest_only: see ``Metrics``."""
        with self._lock:
            held, self._held = self._held, {}
        minutes: Minutes = {}
        for (metric, function, qualifier, minute), statistic in held.items():
            for dimensions in dimension_sets(function, qualifier, "", finest_only):
                minutes.setdefault((metric, dimensions, minute), Statistic(statistic.unit)).merge(statistic)
        return minutes
