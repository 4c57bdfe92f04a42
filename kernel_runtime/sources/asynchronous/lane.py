"""One function's part of the queue: which event has its turn, and when there will be one. No clock, no I/O: times are passed in.

Lambda reads less of the queue while a function is throttled ("Lambda … reduces the rate at which it reads events from the queue"): after a throttle or a system
error the lane rests for a second or until one of its own runs ends, and has fewer in flight until they succeed again.

Idle environments are used at once. For more of them it lets ten calls through, and then a hundred a second (AWS: a function may grow by 1,000 environments in
10 s): a burst of short events is worked off by the first environments, and does not start one for each of its events.
"""

from __future__ import annotations

import heapq
from collections import deque
from dataclasses import dataclass, field
from itertools import islice

from .accepted import Accepted

REST_S = 1.0
STARTS_AT_ONCE = 10
STARTS_PER_S = 100.0
_NO_BOUND = 1_000_000


@dataclass(slots=True)
class Lane:
    """ready: have their turn in this order. waiting: by when they are due. window: how many it has in flight at most, beside the function's own limit.

    in_flight: by number the events that run now; unbegun: those among them that have not got an environment yet. starts_per_s: of the queue's clock.
    arriving: accepted, and not taken in yet. gone: the function has been deleted. The rest counts since the lab began.
    """

    function: str
    starts_per_s: float = STARTS_PER_S
    ready: deque[Accepted] = field(default_factory=deque)
    waiting: list[tuple[float, int, Accepted]] = field(default_factory=list)
    in_flight: dict[int, Accepted] = field(default_factory=dict)
    window: int = _NO_BOUND
    unbegun: int = 0
    rests_until: float = 0.0
    starts: float = STARTS_AT_ONCE
    starts_at: float = 0.0
    starved: bool = False
    gone: bool = False
    received: int = 0
    arriving: int = 0
    runs: int = 0
    failures: int = 0
    throttles: int = 0
    dropped: int = 0
    result: str = ""

    def arrives(self) -> None:
        """An event of it is accepted; from any thread, one at a time."""
        self.received += 1
        self.arriving += 1

    def arrived(self) -> None:
        """One of those has been put; it is counted where it is from then on."""
        self.arriving = max(self.arriving - 1, 0)

    def put(self, event: Accepted, now: float) -> None:
        """Its turn comes when it is due."""
        if event.due_at <= now:
            self.ready.append(event)
        else:
            heapq.heappush(self.waiting, (event.due_at, event.number, event))

    def next(self, now: float, limit: int, idle: int) -> Accepted | None:
        """The event that is to run now, None where there is none or no place for it. ``limit``: how many of the function may run at once; ``idle``:
        environments that wait for a call."""
        self._turn(now)
        self.starved = False
        if not self.ready or len(self.in_flight) >= min(limit, self.window) or now < self.rests_until:
            return None
        if idle <= self.unbegun and not self._may_start(now):
            self.starved = True
            return None
        event = self.ready.popleft()
        self.in_flight[event.number] = event
        self.unbegun += 1
        return event

    def begun(self) -> None:
        """One that was let through has its environment, or is refused one."""
        self.unbegun -= 1

    def pop(self, now: float) -> Accepted | None:
        """The next event whose turn has come, whatever is in flight."""
        self._turn(now)
        return self.ready.popleft() if self.ready else None

    def wakes_at(self, now: float) -> float | None:
        """When to look again if nothing else happens; None where only an end of what is in flight can change anything."""
        moments = [self.waiting[0][0]] if self.waiting else []
        if self.ready and now < self.rests_until:
            moments.append(self.rests_until)
        elif self.starved:
            moments.append(now + (1.0 - self.starts) / self.starts_per_s)
        return min(moments, default=None)

    def ran(self, event: Accepted) -> None:
        """It has run, well or not."""
        self.in_flight.pop(event.number, None)
        self.runs += 1
        self.rests_until = 0.0
        self.window = min(self.window + 1, _NO_BOUND)

    def refused(self, event: Accepted, now: float) -> None:
        """It was throttled, or a system error kept it from running."""
        self.in_flight.pop(event.number, None)
        self.rests_until = now + REST_S
        self.window = max(min(self.window, len(self.in_flight)), 1)

    def left(self, event: Accepted) -> None:
        """It is not in flight any more, and has not run."""
        self.in_flight.pop(event.number, None)

    def clear(self) -> list[Accepted]:
        """Every event that is not in flight, taken out."""
        held = [*self.ready, *(event for _, _, event in self.waiting)]
        self.ready.clear()
        self.waiting.clear()
        return held

    @property
    def backlog(self) -> int:
        """Events that wait, for their turn or for a retry."""
        return self.arriving + len(self.ready) + len(self.waiting)

    def oldest_s(self, now: float) -> float | None:
        """How long the oldest that waits has been in the queue, seconds."""
        ages = [event.age_s(now) for event in (*islice(self.ready, 1), *(event for _, _, event in list(self.waiting)))]
        return max(ages, default=None)

    def _may_start(self, now: float) -> bool:
        self.starts = min(self.starts + (now - self.starts_at) * self.starts_per_s, float(STARTS_AT_ONCE))
        self.starts_at = now
        if self.starts < 1.0:
            return False
        self.starts -= 1.0
        return True

    def _turn(self, now: float) -> None:
        while self.waiting and self.waiting[0][0] <= now:
            self.ready.append(heapq.heappop(self.waiting)[2])
