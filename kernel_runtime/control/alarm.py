"""When control wants to be told that time has passed: one wake-up is asked for at a time, the earliest."""

from __future__ import annotations

from .orders import WakeAt


class Alarm:
    """``ask`` for a moment, and ``rings`` when it has come."""

    def __init__(self) -> None:
        self._at: float | None = None

    def ask(self, time_s: float) -> list[WakeAt]:
        """The order, where none is out that comes as early."""
        if self._at is not None and self._at <= time_s:
            return []
        self._at = time_s
        return [WakeAt(time_s)]

    def rings(self, now: float) -> bool:
        """Whether TimeReached means anything: not where it is an earlier order's that a still earlier one has replaced."""
        if self._at is not None and now < self._at:
            return False
        self._at = None
        return True
