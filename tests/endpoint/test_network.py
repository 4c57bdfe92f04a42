"""A function's share of the network."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from kernel_runtime.endpoint import network
from kernel_runtime.endpoint.answer import Answer
from kernel_runtime.endpoint.caller import Caller
from kernel_runtime.endpoint.network import FULL_BYTES_PER_S, Network, share
from kernel_runtime.endpoint.payload import Payload

KEY = ("000000000000", "us-east-1", "reader")
FUNCTION = Caller("ASIA", KEY[0], KEY[1], "s3", "arn:aws:sts::000000000000:assumed-role/serverless-lab/reader")
OWNER = Caller("AKIA", KEY[0], KEY[1], "s3", "arn:aws:iam::000000000000:root")


class Time:
    """Sleeping is all that takes time."""

    def __init__(self) -> None:
        self.now = 100.0

    async def sleep(self, seconds: float) -> None:
        self.now += seconds

    def network(self, memory_mb: int, in_use: int = 1, *, open: bool = False) -> Network:
        return Network(lambda key: (memory_mb, in_use), open=open, clock=lambda: self.now, sleep=self.sleep)


@pytest.fixture
def time() -> Time:
    return Time()


async def _read(body: Any) -> bytes:
    return b"".join([chunk async for chunk in body])


def _received(shaped: Network, caller: Caller, count: int) -> bytes:
    return asyncio.run(_read(shaped.received(caller, Answer(200, [], bytes(count))).body))


def test_a_share_is_in_proportion_to_memory_up_to_a_whole_cpu() -> None:
    assert share(1_769) == share(10_240) == FULL_BYTES_PER_S
    assert share(128) / share(1_769) == pytest.approx(128 / 1_769)


@pytest.mark.parametrize(("memory_mb", "in_use"), [(128, 1), (1_769, 1), (128, 4)])
def test_an_answer_comes_at_the_functions_pace(time: Time, memory_mb: int, in_use: int) -> None:
    shaped, began = time.network(memory_mb, in_use), time.now
    assert len(_received(shaped, FUNCTION, 20_000_000)) == 20_000_000
    assert time.now - began == pytest.approx(20_000_000 / (share(memory_mb) * in_use) - network.BURST_S, abs=0.01)
    told = shaped.of(KEY)
    assert (told.received_bytes, told.sent_bytes) == (20_000_000, 0)
    assert told.waited_s == pytest.approx(time.now - began)


def test_a_request_goes_at_it_too(time: Time) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(10):
            yield bytes(1_000_000)

    shaped, began = time.network(128), time.now
    asyncio.run(_read(shaped.sent(FUNCTION, Payload(chunks(), 10_000_000, "")).chunks))
    assert time.now - began == pytest.approx(10_000_000 / share(128) - network.BURST_S, abs=0.01)
    assert shaped.of(KEY).sent_bytes == 10_000_000


def test_nobody_else_is_slowed(time: Time) -> None:
    shaped, began = time.network(128), time.now
    answer = Answer(200, [("A", "b")], b"x")
    assert shaped.received(OWNER, answer) is answer
    assert time.now == began and shaped.of(KEY).received_bytes == 0


def test_an_open_network_counts_and_slows_nothing(time: Time) -> None:
    shaped, began = time.network(128, open=True), time.now
    _received(shaped, FUNCTION, 20_000_000)
    assert time.now == began and shaped.of(KEY).received_bytes == 20_000_000


def test_small_calls_are_not_held_back(time: Time) -> None:
    shaped, began = time.network(128), time.now
    _received(shaped, FUNCTION, 200_000)
    assert time.now == began


def test_a_plain_answers_length_is_told() -> None:
    shaped = Network(lambda key: (10_240, 1))
    assert ("Content-Length", "3") in list(shaped.received(FUNCTION, Answer(200, [("A", "b")], b"xyz")).headers)
