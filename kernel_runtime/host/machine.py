"""How much memory this machine has left, a container's own limit included."""

from __future__ import annotations

import os
from typing import Optional


def available_mb() -> int:
    """MB that new processes may take: the system's own estimate, or what is left of the limit that this process is under."""
    free_kb = 0
    with open("/proc/meminfo") as file:
        for line in file:
            if line.startswith("MemAvailable:"):
                free_kb = int(line.split()[1])
    limits = [free_kb // 1024]
    for folder, limit, used in (
        ("/sys/fs/cgroup", "memory.max", "memory.current"),
        ("/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes"),
    ):
        most, taken = _number(folder, limit), _number(folder, used)
        if most is not None and taken is not None and most < 1 << 60:
            limits.append(max(0, most - taken) // (1024 * 1024))
    return min(limits)


def _number(folder: str, name: str) -> Optional[int]:
    try:
        with open(os.path.join(folder, name)) as file:
            return int(file.read())
    except (OSError, ValueError):
        return None
