"""From a journal to rows: pure, incremental, bounded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from kernel_runtime.control.facts import ProvisionedPut
from kernel_runtime.journal.journal import Journal
from kernel_runtime.model.arrivals import constant
from kernel_runtime.model.function import Function
from kernel_runtime.simulator.durations import Given
from kernel_runtime.simulator.simulator import Simulator
from labext.frames import POINTS_MAX, Frames, whole
from labext.lanes import LANES_MAX, SPANS_AN_UPDATE_MAX
from labext.rows import Rows

F = Function("f", "0", reserved_concurrency=5, timeout_s=3)


def simulated(rps: float = 30, for_s: float = 4, invocation_s: float = 0.3, function: Function = F) -> Journal:
    simulator = Simulator(Given(0.1, invocation_s))
    simulator.put(function)
    return simulator.run(((t, "f") for t in constant(rps, for_s)), until_s=for_s + 1)


def updates(journal: Journal, frames: Frames, until_s: float) -> Iterator[Rows]:
    entries = journal.since(0)
    at = 0.0
    while at < until_s:
        edge = round(at + 0.1, 6)
        yield frames.fold([e for e in entries if at <= e.now < edge], edge)
        at = edge


def test_totals_are_the_journals() -> None:
    journal = simulated()
    frames = Frames("f", 0.0, 5)
    rows = list(updates(journal, frames, 5.0))
    records = list(journal.records())
    assert frames.totals.invocations == len(records)
    assert frames.totals.cold == sum(r.start == "cold" for r in records) == 5
    assert frames.totals.throttles == sum(throttles for r in rows for _, _, _, throttles, _ in r.bins) == 120 - len(records)
    assert max(in_use for r in rows for _, in_use, _, _, _ in r.bins) == 5


def test_every_environment_has_a_row_and_spans_follow_each_other() -> None:
    rows = list(updates(simulated(), Frames("f", 0.0, 5), 5.0))
    spans = [span for r in rows for span in r.spans]
    assert {lane for _, lane, _, _ in spans} == {1, 2, 3, 4, 5}
    assert all(begin <= end for _, _, begin, end in spans)
    init = [(begin, end) for state, lane, begin, end in spans if state == "init" and lane == 1]
    assert (init[0][0], init[-1][1]) == (0.0, pytest.approx(0.1))


def test_a_timeout_is_a_mark() -> None:
    journal = simulated(rps=1, for_s=1, invocation_s=9.0, function=replace(F, timeout_s=1))
    rows, frames = whole("f", journal.since(0), 5, 3.0)
    assert [state for state, *_ in rows.spans].count("killed") == 1
    assert frames.totals.errors == 1
    assert [kind for kind, _, _ in rows.points] == ["error"]


def test_an_update_is_bounded_whatever_the_rate() -> None:
    journal = simulated(rps=3_000, for_s=1, invocation_s=0.01, function=replace(F, reserved_concurrency=None))
    for rows in updates(journal, Frames("f", 0.0, 1_000), 1.2):
        assert len(rows.points) <= POINTS_MAX + 8
        assert len(rows.spans) <= SPANS_AN_UPDATE_MAX and len(rows.standing) <= 2 * LANES_MAX


def test_another_functions_calls_are_not_shown() -> None:
    frames = Frames("g", 0.0, 5)
    rows = frames.fold(simulated().since(0), 5.0)
    assert not rows.points and not rows.spans and not rows.standing and frames.totals.invocations == 0


def test_environments_beyond_the_rows_are_counted() -> None:
    journal = simulated(rps=400, for_s=0.5, invocation_s=2.0, function=replace(F, reserved_concurrency=None))
    frames = Frames("f", 0.0, 1_000)
    frames.fold(journal.since(0), 1.0)
    assert frames.lanes.hidden == 200 - LANES_MAX


def test_provisioned_inits_are_drawn_and_are_nobodys_call() -> None:
    simulator = Simulator(Given(0.5, 0.2))
    simulator.put(F)
    simulator.put(replace(F, version="1", reserved_concurrency=500))
    simulator.tell(ProvisionedPut("f", "1", 2))
    journal = simulator.run(((1.0, "f:1"), (1.0, "f:1"), (1.0, "f:1")), until_s=3.0)
    frames = Frames("f", 0.0, 5)
    rows = list(updates(journal, frames, 3.0))
    spans = [span for r in rows for span in r.spans]
    assert sorted((begin, round(end, 3)) for state, _, begin, end in spans if state == "init") == [(0.0, 0.5), (0.0, 0.5), (1.0, 1.5)]
    assert max(in_use for r in rows if r.now < 1 for _, in_use, _, _, _ in r.bins) == 0
    assert sorted(kind for r in rows for kind, _, _ in r.points) == ["cold", "provisioned", "provisioned"]
    assert (frames.limit, frames.totals.cold) == (5, 1)
