"""CloudWatch's metrics are folds over the journal, live or simulated."""

from __future__ import annotations

from kernel_runtime.journal.metrics import Metrics
from kernel_runtime.model.function import Function
from kernel_runtime.simulator.durations import Given
from kernel_runtime.simulator.simulator import Simulator

NAME = (("FunctionName", "f"),)


def journal_of(calls: int, reserved: int):  # type: ignore[no-untyped-def]
    simulator = Simulator(Given(0.1, 0.5))
    simulator.put(Function("f", "0", reserved_concurrency=reserved, timeout_s=3))
    return simulator.run(((0.0, "f") for _ in range(calls)), until_s=5)


def test_invocations_throttles_and_concurrency() -> None:
    minutes = Metrics(wall_s=1_200.0).fold(journal_of(5, 3).since(0))
    totals = {(name, dimensions): statistic.total for (name, dimensions, _), statistic in minutes.items()}
    assert totals["Invocations", NAME] == 3 and totals["Errors", NAME] == 0 and totals["Throttles", NAME] == 2
    concurrent = next(statistic for (name, dimensions, _), statistic in minutes.items() if (name, dimensions) == ("ConcurrentExecutions", NAME))
    assert concurrent.most == 3
    assert totals["Invocations", ()] == totals["Invocations", (*NAME, ("Resource", "f"))] == 3


def test_piece_by_piece_is_the_same_as_at_once() -> None:
    entries = journal_of(8, 4).since(0)
    whole, pieces = Metrics(0.0).fold(entries), Metrics(0.0)
    counts: dict[object, int] = {}
    for entry in entries:
        for key, statistic in pieces.fold([entry]).items():
            counts[key] = counts.get(key, 0) + statistic.count
    assert counts == {key: statistic.count for key, statistic in whole.items()}


def test_finest_only() -> None:
    minutes = Metrics(0.0, finest_only=True).fold(journal_of(2, 2).since(0))
    assert {dimensions for name, dimensions, _ in minutes if name == "Invocations"} == {(*NAME, ("Resource", "f"))}
