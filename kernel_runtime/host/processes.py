"""What the system says of running processes: memory held, CPU used, waiting for a CPU, children. A process that is gone says 0."""

from __future__ import annotations

import os
import time
from typing import List

_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_TICKS_A_S = os.sysconf("SC_CLK_TCK")


def resident_bytes(pid: int) -> int:
    """Resident pages, those shared with its template included."""
    return _field(f"/proc/{pid}/statm", 1) * _PAGE_BYTES


def peak_resident_mb(pid: int) -> int:
    try:
        with open(f"/proc/{pid}/status") as file:
            for line in file:
                if line.startswith("VmHWM:"):
                    return -(-int(line.split()[1]) // 1024)
    except OSError:
        pass
    return 0


def shared_bytes(pid: int) -> int:
    """Resident pages that other processes map too."""
    return _in_smaps(pid, "Shared_")


def private_bytes(pid: int) -> int:
    """Resident pages that it alone maps."""
    return _in_smaps(pid, "Private_")


def _in_smaps(pid: int, prefix: str) -> int:
    total = 0
    try:
        with open(f"/proc/{pid}/smaps_rollup") as file:
            for line in file:
                if line.startswith(prefix):
                    total += int(line.split()[1]) * 1024
    except OSError:
        pass
    return total


def cpu_s(pid: int) -> float:
    """CPU time of all its threads, by its own clock."""
    try:
        return time.clock_gettime((~pid) << 3 | 2)
    except OSError:
        return 0.0


def ended_children_cpu_s(pid: int) -> float:
    """CPU time of those of its children that have ended and been waited for."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[13]) + int(fields[14])) / _TICKS_A_S
    except (OSError, IndexError):
        return 0.0


def run_queue_wait_s(pid: int) -> float:
    """Time it was ready to run and did not."""
    return _field(f"/proc/{pid}/schedstat", 1) / 1e9


def descendants(pid: int) -> List[int]:
    """Its children, and theirs."""
    found: List[int] = []
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/children") as file:
                for child in map(int, file.read().split()):
                    found += [child, *descendants(child)]
    except OSError:
        pass
    return found


def _field(path: str, index: int) -> int:
    try:
        with open(path) as file:
            return int(file.read().split()[index])
    except (OSError, IndexError):
        return 0
