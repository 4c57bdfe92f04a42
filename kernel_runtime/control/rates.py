"""A token bucket with no clock in it: the time is told; and the buckets that Lambda's rules make of it."""

from __future__ import annotations

from ..model import limits


class Bucket:
    """At most ``capacity`` at once, refilled by ``per_s`` a second, nothing saved beyond ``capacity``."""

    __slots__ = ("_at", "_level", "capacity", "per_s")

    def __init__(self, capacity: float, per_s: float, now: float) -> None:
        self.capacity = capacity
        self.per_s = per_s
        self._level = capacity
        self._at = now

    def has_one(self, now: float) -> bool:
        return self.level(now) >= 1.0

    def take(self, now: float) -> None:
        """One, which must be there: see ``has_one``."""
        self._level = self.level(now) - 1.0
        self._at = now

    def level(self, now: float) -> float:
        return min(self.capacity, self._level + max(now - self._at, 0.0) * self.per_s)

    def wait_s(self, now: float) -> float:
        """Seconds until there is one."""
        return max(0.0, (1.0 - self.level(now)) / self.per_s) if self.per_s else 0.0

    def resize(self, capacity: float, per_s: float, now: float) -> None:
        """New bounds; what is in it stays, up to the new capacity."""
        self._level, self._at = min(self.level(now), capacity), now
        self.capacity, self.per_s = capacity, per_s


def scaling_bucket(now: float) -> Bucket:
    """At most 1,000 new environments in 10 s (AWS: "Lambda scaling behavior")."""
    return Bucket(limits.SCALING_ENVIRONMENTS, limits.SCALING_ENVIRONMENTS / limits.SCALING_PERIOD_S, now)


def requests_bucket(concurrency: int, now: float) -> Bucket:
    """Ten requests a second for each unit of concurrency (AWS: "Understanding Lambda function scaling")."""
    rate = requests_rate(concurrency)
    return Bucket(rate, rate, now)


def requests_rate(concurrency: int) -> float:
    """Requests a second that ``concurrency`` allows."""
    return limits.REQUESTS_PER_S_PER_CONCURRENCY * concurrency


def allocation_bucket(now: float) -> Bucket:
    """At most 6,000 provisioned environments a minute (AWS: "Configuring provisioned concurrency for a function")."""
    return Bucket(limits.PROVISIONED_PER_MINUTE, limits.PROVISIONED_PER_MINUTE / 60, now)
