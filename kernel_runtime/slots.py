"""Shared memory between callers and the host: a slot an environment, in which a caller writes the deadline of its invocation (seconds of
CLOCK_MONOTONIC, 0 for none).

The first slot is the header: whether the host sleeps without a tick, so that a caller in need of one rings the doorbell.
"""

from __future__ import annotations

import mmap
import os
from typing import List

SLOTS = 16_384
_DOUBLES = 8  # a slot is one cache line


class Slots:
    """Both sides' view of the memory behind ``fd``."""

    def __init__(self, fd: int) -> None:
        self._memory = mmap.mmap(fd, SLOTS * _DOUBLES * 8)
        self._doubles = memoryview(self._memory).cast("d")

    @classmethod
    def make(cls) -> "tuple[int, Slots]":
        fd = os.memfd_create("serverless-lab-slots", os.MFD_CLOEXEC)
        os.ftruncate(fd, SLOTS * _DOUBLES * 8)
        return fd, cls(fd)

    def begin(self, slot: int, deadline_s: float) -> bool:
        """An invocation begins. Gives whether the host sleeps and wants to be told."""
        self._doubles[slot * _DOUBLES] = deadline_s
        return self._doubles[0] != 0.0

    def end(self, slot: int) -> None:
        self._doubles[slot * _DOUBLES] = 0.0

    def deadline(self, slot: int) -> float:
        return self._doubles[slot * _DOUBLES]

    def deadlines(self, upto: int) -> List[float]:
        """By slot, the header included; ``upto``: the highest slot of interest."""
        return self._doubles[0 : (upto + 1) * _DOUBLES : _DOUBLES].tolist()  # type: ignore[return-value]

    def wants_doorbell(self, wants: bool) -> None:
        self._doubles[0] = 1.0 if wants else 0.0
