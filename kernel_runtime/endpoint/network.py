"""A function's share of the network, for what it sends and receives through the door: its calls of AWS services.

Modelled. AWS says that network-bound functions gain by memory and publishes no figures (Lambda Operator Guide, "Memory and computing power"); public
measurements find some 600 Mbit/s where a function has a whole vCPU. Here it is that at 1,769 MB and more, and in proportion below.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Any

from ..model.limits import MEMORY_PER_VCPU_MB
from ..model.network import Traffic
from .answer import Answer, Answering
from .caller import Caller
from .payload import Payload

FULL_BYTES_PER_S = 75_000_000
"""600 Mbit/s."""
BURST_S = 0.05
"""How much may pass before it is slowed: what passes in this time."""
_ROLE = ":assumed-role/"
_PIECE_BYTES = 65_536
ENFORCED: dict[str, dict[str, Any]] = {
    "modelled": {
        "mechanism": "the AWS door slows what functions send and receive: 600 Mbit/s at 1,769 MB, in proportion below (modelled)",
        "enforced": True,
        "note": "only what passes the door; beside it functions reach what the notebook reaches, unshaped",
    },
    "open": {"note": "not limited: functions reach what the notebook reaches; nothing is shaped by memory"},
}
"""What a doctor says of it, by the lab's option."""
Key = tuple[str, str, str]
"""Account, region, function."""


def share(memory_mb: int) -> float:
    """Bytes per second of one environment. Modelled."""
    return FULL_BYTES_PER_S * min(memory_mb / MEMORY_PER_VCPU_MB, 1.0)


class Network:
    """``standing`` gives a function's memory (MB) and its environments in use, or None where it is not there. open: shape nothing, only count."""

    def __init__(
        self,
        standing: Callable[[Key], tuple[int, int] | None],
        *,
        open: bool = False,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._standing, self._open, self._clock, self._sleep = standing, open, clock, sleep
        self._traffic: dict[Key, Traffic] = {}
        self._free_at: dict[Key, float] = {}

    def of(self, key: Key) -> Traffic:
        """As it stands now; nothing where the function has called nothing."""
        return replace(self._traffic.get(key, Traffic()))

    def sent(self, caller: Caller, payload: Payload) -> Payload:
        """A request's body, at the pace of the function that sends it; as it is where no function does."""
        key = _function_of(caller)
        return payload if key is None else replace(payload, chunks=self._paced(key, payload.chunks, sending=True))

    def received(self, caller: Caller, answer: Answering) -> Answering:
        """An answer, at the pace of the function that receives it."""
        key = _function_of(caller)
        if key is None or answer.body == b"":
            return answer
        body = _pieces(answer.body) if isinstance(answer.body, bytes) else answer.body
        length = [("Content-Length", str(len(answer.body)))] if isinstance(answer.body, bytes) else []
        headers = list(answer.headers.items() if hasattr(answer.headers, "items") else answer.headers)
        told = {name.lower() for name, _ in headers}
        return Answer(answer.status, headers + ([] if "content-length" in told else length), self._paced(key, body, sending=False))

    async def _paced(self, key: Key, chunks: AsyncIterator[bytes], *, sending: bool) -> AsyncIterator[bytes]:
        async for chunk in chunks:
            await self._pass(key, len(chunk), sending)
            yield chunk

    async def _pass(self, key: Key, count: int, sending: bool) -> None:
        traffic = self._traffic.setdefault(key, Traffic())
        if sending:
            traffic.sent_bytes += count
        else:
            traffic.received_bytes += count
        standing = self._standing(key)
        if standing is None:
            return
        memory_mb, in_use = standing
        traffic.bytes_per_s = share(memory_mb) * max(in_use, 1)
        if self._open:
            return
        now = self._clock()
        free_at = max(self._free_at.get(key, 0.0), now - BURST_S) + count / traffic.bytes_per_s
        self._free_at[key] = free_at
        if free_at > now:
            traffic.waited_s += free_at - now
            await self._sleep(free_at - now)


def _function_of(caller: Caller) -> Key | None:
    """A function's SDK signs as a session of its role that is named after it."""
    if _ROLE not in caller.principal:
        return None
    return caller.account, caller.region, caller.principal.rsplit("/", 1)[-1]


async def _pieces(body: bytes) -> AsyncIterator[bytes]:
    for at in range(0, len(body), _PIECE_BYTES):
        yield body[at : at + _PIECE_BYTES]
