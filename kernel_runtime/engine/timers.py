"""One thread that tells when a moment has come; asleep until then, and not there at all before the first one is asked for."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Timers:
    """Wakes ``ring`` at the earliest moment that was asked for. The clock is the caller's (seconds)."""

    def __init__(self, clock: Callable[[], float], ring: Callable[[], None]) -> None:
        self._clock = clock
        self._ring = ring
        self._due: float | None = None
        self._closed = False
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def wake_at(self, time_s: float) -> None:
        with self._changed:
            if self._closed:
                return
            if self._due is None or time_s < self._due:
                self._due = time_s
                self._changed.notify()
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="serverless-lab-timers", daemon=True)
                self._thread.start()

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify()

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._closed and (self._due is None or self._clock() < self._due):
                    self._changed.wait(None if self._due is None else max(self._due - self._clock(), 0))
                if self._closed:
                    return
                self._due = None
            self._ring()
