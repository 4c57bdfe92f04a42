"""Lambda authorizers' answers, asked for once and kept for as long as each authorizer says. A full book forgets what is oldest."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from ...sources.payloads.authorizers import Grant

KEPT_MAX = 10_000
Key = tuple[object, ...]


class Grants:
    """By authorizer and identity. Belongs to the door's loop."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._held: OrderedDict[Key, tuple[float, Grant]] = OrderedDict()

    async def get(self, key: Key, ttl_s: float, ask: Callable[[], Awaitable[Grant]]) -> Grant:
        """The grant that is kept under ``key``, else what ``ask`` gives, kept for ``ttl_s`` (0: not at all). Raises what ``ask`` raises."""
        until, grant = self._held.get(key, (float("-inf"), None))
        if grant is not None and self._clock() < until:
            return grant
        grant = await ask()
        if ttl_s > 0:
            self._held[key] = (self._clock() + ttl_s, grant)
            while len(self._held) > KEPT_MAX:
                self._held.popitem(last=False)
        return grant
