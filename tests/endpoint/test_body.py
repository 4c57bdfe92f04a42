"""A body is whole and hashed, however it comes."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from kernel_runtime.endpoint.arrival import Arrival
from kernel_runtime.endpoint.body import LARGE_BYTES, Body, HungUp
from kernel_runtime.endpoint.denials import RequestEntityTooLargeException
from kernel_runtime.model.errors import AwsError


@pytest.fixture(scope="module")
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as pool:
        yield pool


def arriving(messages: list[dict[str, Any]], limit: int = 10 * LARGE_BYTES) -> Body:
    left = iter(messages)

    async def receive() -> dict[str, Any]:
        return next(left)

    return Body(Arrival("POST", "/", "", (("transfer-encoding", "chunked"),)), receive, limit, lambda: RequestEntityTooLargeException("too large"))


def pieces(data: bytes, size: int) -> list[dict[str, Any]]:
    starts = range(0, max(len(data), 1), size)
    return [{"type": "http.request", "body": data[start : start + size], "more_body": start != starts[-1]} for start in starts]


@pytest.mark.parametrize("length", [0, 1, 1_000, LARGE_BYTES - 1, LARGE_BYTES, LARGE_BYTES + 1, 3 * LARGE_BYTES + 7])
def test_it_is_whole_and_hashed(threads: ThreadPoolExecutor, length: int) -> None:
    data = os.urandom(length)
    for size in (1 << 16, 1 << 18, 1 << 22):
        read = asyncio.run(arriving(pieces(data, size)).hashed(threads))
        assert read == (data, hashlib.sha256(data).hexdigest())
        assert asyncio.run(arriving(pieces(data, size)).whole()) == data


def test_one_that_breaks_off_or_is_too_large(threads: ThreadPoolExecutor) -> None:
    begun = pieces(bytes(2 * LARGE_BYTES), LARGE_BYTES)[:1]
    with pytest.raises(HungUp):
        asyncio.run(arriving([*begun, {"type": "http.disconnect"}]).hashed(threads))
    with pytest.raises(AwsError, match="too large"):
        asyncio.run(arriving(pieces(bytes(2 * LARGE_BYTES), LARGE_BYTES), limit=2 * LARGE_BYTES - 1).hashed(threads))
