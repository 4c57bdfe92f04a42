"""A function's share of the network."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
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


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[], float]:
    """Sleeping is all that takes time."""
    now = [100.0]

    async def sleep(seconds: float) -> None:
        now[0] += seconds

    monkeypatch.setattr(network.asyncio, "sleep", sleep)
    return lambda: now[0]


async def _read(body: Any) -> bytes:
    return b"".join([chunk async for chunk in body])


def _received(shaped: Network, caller: Caller, count: int) -> bytes:
    return asyncio.run(_read(shaped.received(caller, Answer(200, [], bytes(count))).body))


def test_a_share_is_in_proportion_to_memory_up_to_a_whole_cpu() -> None:
    assert share(1_769) == share(10_240) == FULL_BYTES_PER_S
    assert share(128) / share(1_769) == pytest.approx(128 / 1_769)


@pytest.mark.parametrize(("memory_mb", "in_use"), [(128, 1), (1_769, 1), (128, 4)])
def test_an_answer_comes_at_the_functions_pace(clock: Callable[[], float], memory_mb: int, in_use: int) -> None:
    shaped, began = Network(lambda key: (memory_mb, in_use), clock=clock), clock()
    assert len(_received(shaped, FUNCTION, 20_000_000)) == 20_000_000
    assert clock() - began == pytest.approx(20_000_000 / (share(memory_mb) * in_use) - network.BURST_S, abs=0.01)
    told = shaped.of(KEY)
    assert (told.received_bytes, told.sent_bytes) == (20_000_000, 0)
    assert told.waited_s == pytest.approx(clock() - began)


def test_a_request_goes_at_it_too(clock: Callable[[], float]) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(10):
            yield bytes(1_000_000)

    shaped, began = Network(lambda key: (128, 1), clock=clock), clock()
    asyncio.run(_read(shaped.sent(FUNCTION, Payload(chunks(), 10_000_000, "")).chunks))
    assert clock() - began == pytest.approx(10_000_000 / share(128) - network.BURST_S, abs=0.01)
    assert shaped.of(KEY).sent_bytes == 10_000_000


def test_nobody_else_is_slowed(clock: Callable[[], float]) -> None:
    shaped, began = Network(lambda key: (128, 1), clock=clock), clock()
    answer = Answer(200, [("A", "b")], b"x")
    assert shaped.received(OWNER, answer) is answer
    assert clock() == began and shaped.of(KEY).received_bytes == 0


def test_an_open_network_counts_and_slows_nothing(clock: Callable[[], float]) -> None:
    shaped, began = Network(lambda key: (128, 1), open=True, clock=clock), clock()
    _received(shaped, FUNCTION, 20_000_000)
    assert clock() == began and shaped.of(KEY).received_bytes == 20_000_000


def test_small_calls_are_not_held_back(clock: Callable[[], float]) -> None:
    shaped, began = Network(lambda key: (128, 1), clock=clock), clock()
    _received(shaped, FUNCTION, 200_000)
    assert clock() == began


def test_a_plain_answers_length_is_told() -> None:
    shaped = Network(lambda key: (10_240, 1))
    assert ("Content-Length", "3") in list(shaped.received(FUNCTION, Answer(200, [("A", "b")], b"xyz")).headers)
