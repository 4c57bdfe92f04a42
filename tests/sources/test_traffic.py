"""Open-loop traffic against calls that answer as they are told."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass
from typing import Any

import pytest

from kernel_runtime.model.arrivals import burst, constant, from_list
from kernel_runtime.model.errors import LabError, MachineFull, TooManyRequestsException
from kernel_runtime.sources.traffic import Traffic


@dataclass
class Answered:
    ok: bool = True
    start: str = "warm"
    cost_usd: float = 0.5


async def at_once(event: Any) -> Answered:
    return Answered()


def test_every_call_is_sent_and_counted() -> None:
    traffic = Traffic(at_once, constant(200, 0.5)).start()
    assert traffic.wait(20)
    summary = traffic.summary()
    assert (summary.sent, summary.succeeded, summary.failed, summary.unsent, summary.in_flight) == (100, 100, 0, 0, 0)
    assert summary.cost_usd == 50.0 and summary.starts == {"warm": 100}
    assert summary.lasted_s >= 0.49


def test_slow_answers_do_not_slow_the_calls() -> None:
    release = threading.Event()
    most = 0
    now = 0

    async def slow(event: Any) -> Answered:
        nonlocal most, now
        now += 1
        most = max(most, now)
        while not release.is_set():
            await asyncio.sleep(0.01)
        now -= 1
        return Answered()

    traffic = Traffic(slow, constant(100, 0.3)).start()
    while traffic.summary().sent < 30:
        assert traffic.running
    release.set()
    assert traffic.wait(20)
    assert most == 30


def test_what_became_of_calls_is_told_apart() -> None:
    async def various(event: int) -> Answered:
        if event == 0:
            raise TooManyRequestsException("ConcurrentInvocationLimitExceeded")
        if event == 1:
            raise MachineFull("no memory")
        return Answered(ok=event == 2, start="cold")

    traffic = Traffic(various, burst(4), event=lambda number: number).start()
    assert traffic.wait(20)
    summary = traffic.summary()
    assert summary.throttled == {"ConcurrentInvocationLimitExceeded": 1}
    assert (summary.refused, summary.failed, summary.succeeded, summary.cold) == (1, 1, 1, 2)
    assert "no memory" in summary.first_fault


def test_stop_sends_no_more_and_breaks_off_what_does_not_end() -> None:
    broken_off = threading.Event()

    async def endless(event: Any) -> Answered:
        try:
            await asyncio.sleep(3_600)
        except asyncio.CancelledError:
            broken_off.set()
            raise
        return Answered()

    traffic = Traffic(endless, constant(50, 600)).start()
    while traffic.summary().sent < 2:
        pass
    summary = traffic.stop(grace_s=0.05)
    assert broken_off.is_set() and not traffic.running
    assert summary.sent + summary.unsent == 30_000


def test_late_calls_are_counted() -> None:
    async def holding_the_loop(event: Any) -> Answered:
        threading.Event().wait(0.05)
        return Answered()

    traffic = Traffic(holding_the_loop, from_list([0.0, 0.001, 0.002])).start()
    assert traffic.wait(20)
    assert traffic.summary().late >= 1 and traffic.summary().worst_late_s > 0.01


def test_a_traffic_runs_once() -> None:
    traffic = Traffic(at_once, burst(1)).start()
    assert traffic.wait(20)
    with pytest.raises(LabError, match="make another"):
        traffic.start()


def test_what_a_stop_breaks_off_is_counted_and_a_second_stop_need_not_wait_for_the_first() -> None:
    async def never(event: Any) -> Answered:
        await asyncio.sleep(3_600)
        return Answered()

    traffic = Traffic(never, constant(100, 3_600)).start()
    while traffic.summary().sent < 3:
        assert traffic.running
    traffic.stop(grace_s=3_000, wait=False)
    assert not traffic.wait(0.1)
    summary = traffic.stop(grace_s=0)
    assert summary.broken == summary.sent and summary.in_flight == 0 and not traffic.running
