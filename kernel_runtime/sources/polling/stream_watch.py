"""One call to the process behind the door that waits for a change of any stream, in place of a question to each of them every second."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from .threads import in_thread

AFRESH_S = 0.5
APART_S = 0.05
"""Changes that are closer to each other are told of together."""
_TIMEOUT_S = 60.0


class StreamWatch:
    """where: the address to ask, empty where nothing answers. told: given the ARNs of streams that have changed; no address means all of them may have."""

    def __init__(self, where: Callable[[], str], told: Callable[[set[str]], None]) -> None:
        self._where, self._told = where, told
        self.works = False

    async def run(self) -> None:
        """Until it is cancelled."""
        address, count = "", -1
        while True:
            if (now := self._where()) != address:
                address, count = now, -1  # answered at once: what has been written so far
            try:
                answer = await in_thread(_ask, f"{address}?since={count}") if address else None
            except (OSError, ValueError):
                answer = None
            self.works = answer is not None
            if answer is None:
                await asyncio.sleep(AFRESH_S)
                continue
            count = answer["count"]
            if answer["changed"]:
                self._told(set(answer["changed"]))
                await asyncio.sleep(APART_S)


def _ask(url: str) -> dict[str, Any]:
    from urllib.request import ProxyHandler, build_opener  # not quickly imported, and most labs have no stream

    with build_opener(ProxyHandler({})).open(url, timeout=_TIMEOUT_S) as answer:
        told: dict[str, Any] = json.load(answer)
        return told
