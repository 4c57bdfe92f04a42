"""What this process holds of the machine, to be counted before and after."""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass

from kernel_runtime.host import processes

POOL = "lab-door-operation"
"""Threads of the door's pool, which grows to its bound as chance has it and is emptied when the door closes."""
_PATIENCE_S = 20.0
_REST_S = 1.0


@dataclass(frozen=True)
class Held:
    """Threads and descriptors of this process, and the processes below it."""

    threads: int
    descriptors: int
    processes: int

    @classmethod
    def now(cls) -> Held:
        threads = [thread for thread in threading.enumerate() if not thread.name.startswith(POOL)]
        return cls(len(threads), len(os.listdir("/proc/self/fd")), len(processes.descendants(os.getpid())))

    @classmethod
    def at_rest(cls) -> Held:
        """Once it has stayed the same for a while: what is made ahead of need is made when nothing else is to be done."""
        held, since, give_up = cls.now(), time.monotonic(), time.monotonic() + _PATIENCE_S
        while time.monotonic() < min(since + _REST_S, give_up):
            time.sleep(0.05)
            if (now := cls.now()) != held:
                held, since = now, time.monotonic()
        return held

    def no_more_than(self, before: Held) -> bool:
        return self.threads <= before.threads and self.descriptors <= before.descriptors and self.processes <= before.processes


def back_to(before: Held) -> Held:
    """What is held once it is no more than ``before``, or still is after a while: closing takes its time on the other side."""
    give_up = time.monotonic() + _PATIENCE_S
    while not (held := Held.now()).no_more_than(before) and time.monotonic() < give_up:
        time.sleep(0.05)
    return held
