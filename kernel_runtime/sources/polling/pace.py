"""How many batches of a queue may be in flight at once (AWS: "Configuring scaling behavior for SQS event source mappings")."""

from __future__ import annotations

from dataclasses import dataclass

FIRST = 5
PER_S = 300 / 60
CEILING = 1_250
HOLD_S = 10.0
"""After a throttle nothing grows for so long."""


@dataclass(slots=True)
class Pace:
    """Begins with five, grows by up to 300 a minute while more is waiting than may be taken, begins anew when the queue is empty, gives way to throttles.

    ceiling: the mapping's MaximumConcurrency. Times are seconds of one clock.
    """

    ceiling: int = CEILING
    allowed: float = FIRST
    _since: float | None = None
    _held_until: float = 0.0

    def places(self, reserved: int | None = None) -> int:
        """How many may be in flight now; ``reserved``: the function's reserved concurrency, which no poller runs ahead of. At least one, so that
        something is tried."""
        most = self.ceiling if reserved is None else min(self.ceiling, reserved)
        return max(1, min(int(self.allowed), most))

    def full(self, now: float) -> float:
        """All places are taken and more is waiting: grow. Gives the seconds after which one more place is there."""
        since = max(self._since if self._since is not None else now, self._held_until)
        if now > since:
            self.allowed = min(self.allowed + (now - since) * PER_S, float(CEILING))
        self._since = max(now, self._held_until)
        missing = int(self.allowed) + 1 - self.allowed
        return max(self._held_until - now, 0.0) + missing / PER_S

    def enough(self) -> None:
        """A place was free: nothing grows."""
        self._since = None

    def empty(self) -> None:
        """The queue has nothing more."""
        self.allowed, self._since = FIRST, None

    def throttled(self, in_flight: int, now: float) -> None:
        """The function had no room for a batch: half of what is in flight, for a while."""
        if now >= self._held_until:
            self.allowed = max(1.0, min(self.allowed, in_flight) / 2)
        self._held_until, self._since = now + HOLD_S, None
