"""CloudWatch's metrics are folds over the journal, live or simulated."""

from __future__ import annotations

from dataclasses import replace

from kernel_runtime.control import facts, orders
from kernel_runtime.journal.in_use import InUse, Sample
from kernel_runtime.journal.journal import Entry
from kernel_runtime.journal.metrics import Metrics
from kernel_runtime.model.function import Function
from kernel_runtime.simulator.durations import Given
from kernel_runtime.simulator.simulator import Simulator

from .records import WARM

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


def test_provisioned_and_what_spilled_over() -> None:
    told = [
        (facts.ProvisionedPut("f", "live", 2), []),
        (facts.InvokeRequested("a", "f", qualifier="live"), [orders.Run("a", 1, "provisioned", "1")]),
        (facts.InvokeRequested("b", "f", qualifier="live"), [orders.Start("b", 2, "f", "1")]),
    ]
    for id, start in (("a", "provisioned"), ("b", "cold")):
        record = replace(WARM, function="f", qualifier="live", version="1", request_id=id, start=start)
        told.append((facts.InvocationFinished(1, id, True, record), []))
    minutes = Metrics(0.0).fold(Entry(seq, 0.0, fact, done) for seq, (fact, done) in enumerate(told, 1))
    live = (*NAME, ("Resource", "f:live"))
    found = {(name, dimensions): statistic for (name, dimensions, _), statistic in minutes.items()}
    assert found["ProvisionedConcurrencyInvocations", live].total == found["ProvisionedConcurrencySpilloverInvocations", live].total == 1
    assert found["ProvisionedConcurrentExecutions", live].most == 1 and found["ProvisionedConcurrencyUtilization", live].most == 0.5
    assert found["ConcurrentExecutions", NAME].most == 2 and found["UnreservedConcurrentExecutions", ()].most == 1


def test_what_the_account_has_claimed() -> None:
    in_use = InUse()
    for fact in (facts.FunctionPut(Function("r", "0", reserved_concurrency=5)), facts.FunctionPut(Function("f", "0")), facts.ProvisionedPut("f", "1", 3)):
        in_use.told(fact)
    ids = iter("abcd")

    def claimed(function: str, qualifier: str = "$LATEST", provisioned: bool = False) -> list[Sample]:
        samples = in_use.began(facts.InvokeRequested(next(ids), function, qualifier=qualifier), "1" if provisioned else "$LATEST", provisioned)
        return [sample for sample in samples if sample.metric in ("ClaimedAccountConcurrency", "UnreservedConcurrentExecutions")]

    assert claimed("r") == [Sample("ClaimedAccountConcurrency", "", "", 8)], "what is reserved is claimed already"
    assert claimed("f", "1", True)[0].value == 8, "and so is what is provisioned"
    assert [sample.value for sample in claimed("f")] == [9, 1]
    in_use.told(facts.InvocationBroken(1, "c", "interrupted"))
    in_use.told(facts.ProvisionedDeleted("f", "1"))
    in_use.told(facts.FunctionDeleted("r"))
    assert [sample.value for sample in claimed("f")] == [2, 2], "a call of r is still under way"
