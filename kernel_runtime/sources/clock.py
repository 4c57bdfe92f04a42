"""The lab's clock for waits that are its own: retries, ages, batching windows, schedules. Never a handler's timeout or duration."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from ..model.errors import InvalidParameterValueException


class LabClock:
    """Runs ``speed`` times as fast as the wall's: at 60, a minute takes a second. Starts at the wall's time.

    speed: 1 or more. wall: seconds of the Unix epoch; monotonic: seconds. Raises InvalidParameterValueException for a speed that is none.
    """

    def __init__(self, speed: float = 1.0, *, wall: Callable[[], float] = time.time, monotonic: Callable[[], float] = time.monotonic) -> None:
        if isinstance(speed, bool) or not isinstance(speed, int | float) or not 1 <= speed <= 100_000:
            raise InvalidParameterValueException(f"clock is how many times as fast as real time the lab's own waits pass: 1 to 100,000, not {speed!r}")
        self.speed = float(speed)
        self._wall, self._monotonic = wall, monotonic
        self._began_wall, self._began = wall(), monotonic()

    def now(self) -> float:
        """Seconds of the Unix epoch, as this clock has them. At speed 1 the wall's own time, whatever sets it."""
        if self.speed == 1.0:
            return self._wall()
        return self._began_wall + (self._monotonic() - self._began) * self.speed

    def of_wall(self, wall: float) -> float:
        """What this clock had when the wall's had ``wall``: for moments that a service noted."""
        return wall if self.speed == 1.0 else self._began_wall + (wall - self._began_wall) * self.speed

    def real_s(self, seconds: float) -> float:
        """How many real seconds a wait of ``seconds`` of this clock takes; never below 0."""
        return max(seconds, 0.0) / self.speed

    async def sleep(self, seconds: float) -> None:
        """Wait for ``seconds`` of this clock."""
        await asyncio.sleep(self.real_s(seconds))
