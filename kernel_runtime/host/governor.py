"""The CPU share where no cgroup holds it: stop a process group when it has used more than its due, let it go on when it has not.

It is steered by the CPU time really used, so what the steering itself does wrong is put right at the next look. What an idle environment may save up is capped.
"""

from __future__ import annotations

import os
import signal
from typing import Iterable

SAVED_S = 0.05
"""The most CPU time's worth of waiting that is saved up, in seconds of the clock."""


class Allowance:
    """CPU seconds that one environment may still use. Arithmetic only."""

    __slots__ = ("_at", "_left_s", "_share", "_used_s")

    def __init__(self, share: float, now: float, used_s: float) -> None:
        self._share = share
        self._at = now
        self._used_s = used_s
        self._left_s = SAVED_S * share

    def look(self, now: float, used_s: float) -> bool:
        """Whether it may run, having used ``used_s`` in all."""
        self._left_s = min(self._left_s + (now - self._at) * self._share, SAVED_S * self._share) - max(used_s - self._used_s, 0.0)
        self._at, self._used_s = now, used_s
        return self._left_s >= 0.0


def let_run(group: int, others: Iterable[int], may: bool) -> None:
    """Stop a process group, and others that may have left it, or let them go on. Letting go on what runs already does nothing."""
    number = signal.SIGCONT if may else signal.SIGSTOP
    try:
        os.killpg(group, number)
        for pid in others:
            os.kill(pid, number)
    except (ProcessLookupError, PermissionError):
        pass
