"""A request's body: bounded, and never waited for without end."""

from __future__ import annotations

import asyncio
import hashlib
import io
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from concurrent.futures import Executor
from typing import Any, NamedTuple

from ..model.errors import AwsError
from .arrival import Arrival
from .denials import RequestTimeoutException
from .signature import hash_of

Receive = Callable[[], Awaitable[dict[str, Any]]]
IDLE_S = 20.0
"""Seconds without a byte after which a body counts as stopped (S3 waits as long before it answers RequestTimeout)."""
LARGE_BYTES = 1_048_576
"""From so many bytes on, what is done with a body is worth a thread: the loop serves others meanwhile."""
STALLED = "Your socket connection to the server was not read from or written to within the timeout period. Idle connections will be closed."


class HungUp(Exception):
    """Whoever sent the request is gone; nobody is there to answer."""


class Body:
    """What ``too_large`` makes is raised once more than ``limit`` bytes are announced or arrive; RequestTimeoutException after ``idle_s`` without any."""

    def __init__(self, arrival: Arrival, receive: Receive, limit: int, too_large: Callable[[], AwsError], idle_s: float = IDLE_S) -> None:
        self._receive, self._limit, self._too_large, self._idle_s = receive, limit, too_large, idle_s
        length = arrival.header("content-length") or ""
        self.length = int(length) if length.isascii() and length.isdigit() else None
        self._none = not self.length and arrival.header("transfer-encoding") is None

    async def chunks(self) -> AsyncIterator[bytes]:
        """Whatever arrives, once. Raises HungUp when the sender goes."""
        if self._none:
            return
        if self.length is not None and self.length > self._limit:
            raise self._too_large()
        size, more = 0, True
        while more:
            try:
                async with asyncio.timeout(self._idle_s):
                    message = await self._receive()
            except TimeoutError:
                raise RequestTimeoutException(STALLED) from None
            if message["type"] != "http.request":
                raise HungUp
            chunk, more = message.get("body", b""), message.get("more_body", False)
            size += len(chunk)
            if size > self._limit:
                raise self._too_large()
            if chunk:
                yield chunk

    async def whole(self) -> bytes:
        """All of it."""
        kept = io.BytesIO()
        async for chunk in self.chunks():
            kept.write(chunk)
        return kept.getvalue()

    async def hashed(self, threads: Executor) -> Hashed:
        """All of it and its hash, which one of ``threads`` computes while more of a large body arrives."""
        kept, digest = io.BytesIO(), hashlib.sha256()
        fresh: list[bytes] = []
        fresh_bytes = 0
        hashing: asyncio.Future[None] | None = None
        async for chunk in self.chunks():
            kept.write(chunk)
            fresh.append(chunk)
            fresh_bytes += len(chunk)
            if fresh_bytes >= LARGE_BYTES:
                if hashing is not None:
                    await hashing
                hashing = asyncio.get_running_loop().run_in_executor(threads, _hash, digest, fresh)
                fresh, fresh_bytes = [], 0
        if hashing is None:
            return Hashed(data := kept.getvalue(), hash_of(data))
        await hashing
        _hash(digest, fresh)
        return Hashed(kept.getvalue(), digest.hexdigest())


class Hashed(NamedTuple):
    """A body that has come to its end. digest: its SHA-256 in hex."""

    data: bytes
    digest: str


def _hash(digest: hashlib._Hash, chunks: Iterable[bytes]) -> None:
    for chunk in chunks:
        digest.update(chunk)
