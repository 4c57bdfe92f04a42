"""Rates and bursts of an API's stages and routes: a token bucket each (API Gateway Developer Guide, "Throttle requests to your HTTP APIs")."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

Key = tuple[object, ...]


class Throttles:
    """Belongs to the door's loop."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._held: dict[Key, tuple[float, float]] = {}

    def admits(self, key: Key, settings: Mapping[str, Any]) -> bool:
        """Whether one more may pass now. ``settings``: throttlingRateLimit (requests a second) and throttlingBurstLimit; without a rate all may."""
        rate = settings.get("throttlingRateLimit")
        if rate is None:
            return True
        burst = float(settings.get("throttlingBurstLimit") or max(float(rate), 1.0))
        now = self._clock()
        left, at = self._held.get(key, (burst, now))
        left = min(burst, left + (now - at) * float(rate))
        self._held[key] = (left - 1 if left >= 1 else left, now)
        return left >= 1
