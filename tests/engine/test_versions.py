"""Versions, aliases and provisioned concurrency through the engine: what a caller gets, and what runs ahead of any caller."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from kernel_runtime.control.controller import Controller, ProvisionedView
from kernel_runtime.control.facts import EnvironmentReady, EnvironmentRefused
from kernel_runtime.control.invariants import broken
from kernel_runtime.engine.engine import Engine
from kernel_runtime.fleet.base import Waiting, block
from kernel_runtime.fleet.fake import FakeFleet, Script, always
from kernel_runtime.journal.journal import Journal
from kernel_runtime.journal.report import log_text
from kernel_runtime.model.errors import InvalidParameterValueException, LabClosed, ResourceNotFoundException
from kernel_runtime.model.function import Function
from kernel_runtime.model.invocation import Answer, Invocation

F = Function("f", "0", account="123456789012", region="eu-west-1")


class Listening(FakeFleet):
    """A fleet that remembers as what functions were called."""

    def __init__(self) -> None:
        super().__init__()
        self.arns: list[str] = []

    def exchange(self, environment_id: int, invocation: Invocation, timeout_s: float) -> Waiting[Answer]:
        self.arns.append(invocation.function_arn)
        return super().exchange(environment_id, invocation, timeout_s)


def engine_over(fleet: FakeFleet, **options: object) -> Engine:
    engine = Engine(fleet, Controller(), Journal(), account="123456789012", region="eu-west-1", **options)  # type: ignore[arg-type]
    engine.open()
    for version in ("$LATEST", "1", "2"):
        engine.put(replace(F, version=version))
    return engine


def test_the_arn_is_as_it_was_asked_for() -> None:
    fleet = Listening()
    engine = engine_over(fleet)
    engine.put_alias("f", "live", "2")
    records = [block(engine.invoke("f", b"{}", qualifier))[0] for qualifier in (None, "$LATEST", "1", "live")]
    arn = "arn:aws:lambda:eu-west-1:123456789012:function:f"
    assert fleet.arns == [arn, f"{arn}:$LATEST", f"{arn}:1", f"{arn}:live"]
    assert [(r.version, r.qualifier) for r in records] == [("$LATEST", ""), ("$LATEST", "$LATEST"), ("1", "1"), ("2", "live")]
    assert "START RequestId: " + records[3].request_id + " Version: 2\n" in log_text(records[3])


def test_a_weighted_alias_is_drawn_for_each_call() -> None:
    draws = iter([0.05, 0.95, 0.1])
    engine = engine_over(FakeFleet(), draw=lambda: next(draws))
    engine.put_alias("f", "live", "1", (("2", 0.1),))
    assert [block(engine.invoke("f", b"{}", "live"))[0].version for _ in range(3)] == ["2", "1", "1"]


@pytest.mark.parametrize(("name", "qualifier", "asked"), [("f", "live", "f:live"), ("g", "1", "g:1"), ("g", None, "g:$LATEST")])
def test_what_is_not_there_is_not_found(name: str, qualifier: str | None, asked: str) -> None:
    with pytest.raises(ResourceNotFoundException) as refused:
        block(engine_over(FakeFleet()).invoke(name, b"{}", qualifier))
    assert str(refused.value) == f"Function not found: arn:aws:lambda:eu-west-1:123456789012:function:{asked}"


def test_provisioned_environments_are_ready_before_the_first_call() -> None:
    fleet = FakeFleet(inits=always(0.01))
    engine = engine_over(fleet)
    engine.put_provisioned("f", "1", 3)
    assert block(engine.provisioned_settled("f", "1")) == ProvisionedView(3, 3, 3, "READY")
    assert sorted(fleet.provisioned) == [1, 2, 3]
    first, second = [block(engine.invoke("f", b"{}", "1"))[0] for _ in range(2)]
    assert (first.start, first.init_ms, first.billed_ms) == ("provisioned", 10.0, 0), "its init is told and not billed"
    assert (second.start, second.init_ms) == ("provisioned", None)
    assert len(fleet.started) == 3 and not broken(engine.controller)
    engine.close()


def test_a_failed_init_is_told_with_its_figures() -> None:
    engine = engine_over(FakeFleet(inits=always(0.0, "exit")))
    engine.put_provisioned("f", "1", 1)
    assert block(engine.provisioned_settled("f", "1")) == ProvisionedView(1, 0, 0, "FAILED", "FUNCTION_ERROR_INIT_FAILURE")
    failed = [e.fact for e in engine.journal.since(0) if isinstance(e.fact, EnvironmentReady)]
    assert [(f.ok, f.failure and (f.failure.phase, f.failure.error_type)) for f in failed] == [(False, ("init", "Runtime.ExitError"))]
    engine.close()


def test_what_this_machine_cannot_start_is_told_and_stopped() -> None:
    fleet = FakeFleet(inits=lambda name, count: Script(0.0, "refused"))
    engine = engine_over(fleet)
    engine.put_provisioned("f", "1", 1)
    view = block(engine.provisioned_settled("f", "1"))
    assert view is not None and view.status == "FAILED" and "this machine" in str(view.reason)
    assert fleet.stopped == [1] and not engine.controller.environments
    assert any(isinstance(e.fact, EnvironmentRefused) for e in engine.journal.since(0))
    engine.close()


def test_an_alias_that_moves_takes_its_environments_along() -> None:
    fleet = FakeFleet()
    engine = engine_over(fleet)
    engine.put_alias("f", "live", "1")
    engine.put_provisioned("f", "live", 2)
    block(engine.provisioned_settled("f", "live"))
    engine.put_alias("f", "live", "2")
    block(engine.provisioned_settled("f", "live"))
    record, _ = block(engine.invoke("f", b"{}", "live"))
    assert (record.start, record.version, sorted(fleet.stopped)) == ("provisioned", "2", [1, 2])
    engine.delete_provisioned("f", "live")
    assert engine.provisioned("f", "live") is None and sorted(fleet.stopped) == [1, 2, 3, 4]
    engine.close()


def test_a_refused_number_changes_nothing() -> None:
    engine = engine_over(FakeFleet())
    seq = engine.journal.seq
    with pytest.raises(InvalidParameterValueException, match="unpublished function versions"):
        engine.put_provisioned("f", "$LATEST", 1)
    assert engine.provisioned("f", "$LATEST") is None and engine.journal.seq == seq


def test_closing_ends_those_who_wait() -> None:
    others = set(threading.enumerate())
    engine = engine_over(FakeFleet(inits=always(100.0)))
    engine.put_provisioned("f", "1", 1)
    waiting = engine.provisioned_settled("f", "1")
    next(waiting)
    threads = {thread.name for thread in set(threading.enumerate()) - others}
    engine.close()
    with pytest.raises(LabClosed):
        block(waiting)
    assert "serverless-lab-background" in threads
    assert "serverless-lab-background" not in {thread.name for thread in set(threading.enumerate()) - others}
