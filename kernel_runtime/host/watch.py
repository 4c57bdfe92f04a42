"""What the host looks at every few milliseconds while something runs that no cgroup holds: memory, CPU share, the size of /tmp; and once a second,
contention."""

from __future__ import annotations

from typing import Dict, Iterable, List, Tuple

from ..slots import Slots
from . import processes
from .environment import MB, Environment
from .machine import available_mb

TICK_S = 0.004
_SLOW_EVERY = 16
"""/tmp is looked at every 16th tick."""
_CHILDREN_A_TICK = 8
"""No more environments than these are asked in one tick for children that they have started: it costs as much as the rest of a look."""
MEASURE_EVERY_S = 1.0
SAMPLED = 32


class Watch:
    """Looks at what is busy: in its init, or with a deadline in its slot."""

    def __init__(self, slots: Slots) -> None:
        self._slots = slots
        self._ticks = 0

    def look(self, environments: Iterable[Environment], now: float) -> None:
        """Once over everything that runs."""
        self._ticks += 1
        busy = [e for e in environments if e.pid and not e.ending and (not e.ready or self._slots.deadline(e.slot) != 0.0)]
        turns = -(-len(busy) // _CHILDREN_A_TICK)
        for place, environment in enumerate(busy):
            if (self._ticks + place) % _SLOW_EVERY == 0:
                self._look_slowly(environment)
            if environment.group is None and (self._ticks + place) % turns == 0:
                environment.look_for_children()
            self._look_at_memory(environment)
            if environment.allowance is not None and not environment.ending:
                self._steer(environment, now)

    def _look_slowly(self, environment: Environment) -> None:
        if environment.owns_tmp_folder and environment.tmp_bytes() > environment.tmp_mb * MB:
            environment.message = f"/tmp grew over its {environment.tmp_mb} MB"
            environment.kill("tmp_full")

    def _look_at_memory(self, environment: Environment) -> None:
        if environment.memory_bytes_used() > environment.memory_bytes:
            environment.kill("out_of_memory")

    def _steer(self, environment: Environment, now: float) -> None:
        assert environment.allowance is not None
        environment.let_run(environment.allowance.look(now, environment.cpu_s()))
        if self._slots.deadline(environment.slot) == 0.0:
            environment.let_run(False)  # its caller froze it while we looked


class Contention:
    """CPU seconds that busy environments got, and that they were due: got, and waited for although their own share would have let them run."""

    def __init__(self) -> None:
        self._last: Dict[int, Tuple[int, float, float, float]] = {}

    def measure(self, environments: Iterable[Environment]) -> "tuple[int, float, float]":
        """Available MB, due and obtained CPU seconds since the last time."""
        due = obtained = 0.0
        seen: Dict[int, Tuple[int, float, float, float]] = {}
        for environment in _some([e for e in environments if e.pid and not e.is_snapshot]):
            throttled = _throttled_s(environment)
            reading = (environment.pid, environment.cpu_s(), processes.run_queue_wait_s(environment.pid), throttled)
            seen[environment.number] = reading
            before = self._last.get(environment.number, (environment.pid, *reading[1:]))
            if before[0] == environment.pid:
                got = max(reading[1] - before[1], 0.0)
                waited = max(reading[2] - before[2] - (reading[3] - before[3]), 0.0)
                obtained += got
                due += got + waited
        self._last = seen
        return available_mb(), due, obtained


def _some(environments: List[Environment]) -> List[Environment]:
    """At most SAMPLED of them, the same ones as long as they live: a measurement must not cost what it measures."""
    return sorted(environments, key=lambda e: e.number)[:SAMPLED]


def _throttled_s(environment: Environment) -> float:
    if environment.group is None:
        return 0.0
    try:
        return environment.group.throttled_s()
    except (OSError, KeyError):
        return 0.0
