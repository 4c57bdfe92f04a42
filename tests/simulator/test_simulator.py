"""The virtual-time driver."""

from __future__ import annotations

import random
import statistics

import pytest

from kernel_runtime.control.facts import AliasPut, InvocationFinished, ProvisionedPut
from kernel_runtime.control.invariants import broken
from kernel_runtime.control.orders import Start, Stop, Throttle
from kernel_runtime.model.arrivals import constant
from kernel_runtime.model.function import Function
from kernel_runtime.simulator.durations import Given, Published
from kernel_runtime.simulator.simulator import Simulator


def test_littles_law_decides_how_many_environments_there_are() -> None:
    simulator = Simulator(Given(init=0.1, invocation=0.5))
    simulator.put(Function("f", "0"))
    journal = simulator.run((t, "f") for t in constant(20, 30))
    records = list(journal.records())
    starts = [o for e in journal.since(0) for o in e.orders if isinstance(o, Start)]
    assert len(records) == 600
    assert 10 <= len(starts) <= 13
    assert sum(r.start == "cold" for r in records) == len(starts)


def test_idle_environments_end_after_their_keep_alive() -> None:
    simulator = Simulator(Given(0.1, 0.1), keep_alive_s=60)
    simulator.put(Function("f", "0"))
    journal = simulator.run([(0.0, "f"), (0.0, "f")])
    stops = [(e.now, o.why) for e in journal.since(0) for o in e.orders if isinstance(o, Stop)]
    assert stops == [(pytest.approx(60.2), "idle")] * 2
    assert not broken(simulator.controller)


def test_above_the_limit_calls_are_throttled() -> None:
    simulator = Simulator(Given(0.0, 1.0), account_concurrency=5)
    simulator.put(Function("f", "0"))
    journal = simulator.run((t, "f") for t in constant(8, 1))
    assert sum(isinstance(o, Throttle) for e in journal.since(0) for o in e.orders) == 3


def test_a_timeout_leaves_a_dead_process() -> None:
    simulator = Simulator(Given(0.0, 5.0))
    simulator.put(Function("f", "0", timeout_s=2))
    journal = simulator.run([(0.0, "f")])
    finished = [e.fact for e in journal.since(0) if isinstance(e.fact, InvocationFinished)]
    assert [(f.alive, f.record.status, f.record.duration_ms) for f in finished] == [(False, "timeout", 2_000.0)]


def test_published_cold_starts_have_their_median_and_their_heavy_tail() -> None:
    durations = Published("python3.13", random.Random(3).random)
    drawn = sorted(durations.init_s("f", n) for n in range(4_000))
    assert 0.08 < statistics.median(drawn) < 0.11
    assert drawn[int(len(drawn) * 0.99)] > 1.5 * statistics.median(drawn)


def test_provisioned_concurrency_takes_cold_starts_away() -> None:
    simulator = Simulator(Given(0.5, 0.1))
    simulator.put(Function("f", "0"))
    simulator.put(Function("f", "0", version="1"))
    simulator.tell(ProvisionedPut("f", "1", 3))
    journal = simulator.run((1.0 + t, "f:1") for t in constant(20, 5))
    assert {r.start for r in journal.records()} == {"provisioned"}
    assert {(r.version, r.qualifier, r.billed_ms, r.init_ms) for r in journal.records()} == {("1", "1", 100, None)}
    assert not broken(simulator.controller)


def test_a_weighted_alias_sends_its_part_of_the_calls() -> None:
    simulator = Simulator(Given(0.0, 0.01))
    for version in ("$LATEST", "1", "2"):
        simulator.put(Function("f", "0", version=version))
    simulator.tell(AliasPut("f", "live", "1", (("2", 0.1),)))
    simulator.at(50.0, AliasPut("f", "live", "2"))
    records = list(simulator.run((t, "f:live") for t in constant(20, 100)).records())
    assert 60 < sum(r.version == "2" for r in records[:1_000]) < 140
    assert {r.version for r in records[1_001:]} == {"2"}
