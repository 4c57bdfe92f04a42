"""Snapshots of versions and restores from them through the engine: what a caller gets, what is billed, and when a snapshot goes."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import replace
from typing import Any

import pytest

from kernel_runtime.control.controller import Controller
from kernel_runtime.control.facts import EnvironmentDied, HostLost, InvocationFinished, SnapshotTaken
from kernel_runtime.control.invariants import broken
from kernel_runtime.engine.engine import Engine
from kernel_runtime.fleet.base import block
from kernel_runtime.fleet.fake import FakeFleet, Script, always
from kernel_runtime.journal.journal import Journal
from kernel_runtime.journal.report import log_text
from kernel_runtime.model.errors import SnapStartException, SnapStartTimeoutException
from kernel_runtime.model.function import Function
from kernel_runtime.model.invocation import Answer, InvocationRecord

F = Function("f", "0", version="1")


def engine_over(fleet: FakeFleet) -> Engine:
    engine = Engine(fleet, Controller(), Journal())
    engine.open()
    for version in ("$LATEST", "1", "2"):
        engine.put(replace(F, version=version))
    return engine


def taken(engine: Engine, version: str = "1") -> Answer:
    """How the taking of a snapshot ended."""
    told: Future[Answer] = Future()
    engine.snapshot(replace(F, version=version), told.set_result)
    return told.result(30)


def called(engine: Engine, qualifier: str = "1") -> InvocationRecord:
    return block(engine.invoke("f", b"{}", qualifier))[0]


def journaled(engine: Engine) -> list[InvocationRecord]:
    return [entry.fact.record for entry in engine.journal.since(0) if isinstance(entry.fact, InvocationFinished)]


def test_an_environment_of_a_version_with_a_snapshot_is_restored() -> None:
    fleet = FakeFleet(inits=always(3.0), restores=always(0.02))
    engine = engine_over(fleet)
    assert taken(engine).cause == "answered" and engine.has_snapshot("f", "1") and not engine.has_snapshot("f", "2")
    first, second = called(engine), called(engine)
    assert (first.start, first.init_ms, first.billed_ms, second.start) == ("restored", None, 20, "warm")
    (record,) = [entry.fact.record for entry in engine.journal.since(0) if isinstance(entry.fact, SnapshotTaken)]
    assert (record.function, record.version, record.init_ms, record.billed_ms, record.status) == ("f", "1", 3_000.0, 3_000, "success")
    assert first.restore is not None and (first.restore.duration_ms, first.restore.billed_ms, first.restore.status) == (20.0, 20, "success")
    assert called(engine, "2").start == "cold"
    engine.close()


def test_a_snapshot_serves_nobody_and_counts_for_nothing() -> None:
    fleet = FakeFleet()
    engine = engine_over(fleet)
    taken(engine)
    assert fleet.started[0] < 0 and not fleet.stopped
    assert not engine.controller.environments and not broken(engine.controller)
    engine.close()


@pytest.mark.parametrize("cause", ["exit", "timeout", "refused", "lost"])
def test_an_init_that_fails_leaves_none(cause: Any) -> None:
    fleet = FakeFleet(inits=always(0.0, cause))
    engine = engine_over(fleet)
    assert taken(engine).cause == ("refused" if cause in ("refused", "lost") else cause)
    assert fleet.stopped == fleet.started and not engine.has_snapshot("f", "1")
    engine.close()


@pytest.mark.parametrize(("cause", "error", "status"), [("exit", SnapStartException, "error"), ("timeout", SnapStartTimeoutException, "timeout")])
def test_a_restore_that_fails_ends_the_invocation_before_its_handler(cause: Any, error: type[Exception], status: str) -> None:
    scripts = iter([Script(0.0, cause), Script()])
    fleet = FakeFleet(restores=lambda name, count: next(scripts))
    engine = engine_over(fleet)
    taken(engine)
    with pytest.raises(error):
        called(engine)
    (failed,) = journaled(engine)
    assert (failed.start, failed.status, failed.duration_ms) == ("restored", status, 0.0)
    assert [line.split()[0] for line in log_text(failed).splitlines()] == ["RESTORE_START", "RESTORE_REPORT"]
    assert called(engine).start == "restored" and fleet.restarted == [1], "the next call begins with a restore in the same place"
    assert not broken(engine.controller)
    engine.close()


def test_a_process_that_has_died_is_restored_and_not_initialised_inside_the_next_call() -> None:
    deaths = iter(["exit", "answered"])
    fleet = FakeFleet(inits=always(3.0), invocations=lambda name, count: Script(0.0, next(deaths)), restores=always(0.01))  # type: ignore[arg-type]
    engine = engine_over(fleet)
    taken(engine)
    assert called(engine).status == "error"
    again = called(engine)
    assert (again.start, again.duration_ms, again.restore is not None) == ("restored", 0.0, True)
    engine.close()


def test_snapshots_go_with_their_versions() -> None:
    fleet = FakeFleet()
    engine = engine_over(fleet)
    taken(engine, "1")
    taken(engine, "2")
    engine.delete_version("f", "1")
    assert fleet.stopped == [-1] and engine.has_snapshot("f", "2")
    engine.delete("f")
    assert fleet.stopped == [-1, -2] and not engine.has_snapshot("f", "2")
    engine.close()


def test_a_version_that_was_deleted_meanwhile_keeps_none() -> None:
    engine = engine_over(fleet := FakeFleet())
    told: Future[Answer] = Future()
    engine.snapshot(replace(F, version="3"), told.set_result)
    assert told.result(30).cause == "answered" and fleet.stopped == [-1] and not fleet.snapshots
    engine.close()


def test_after_a_lost_host_they_are_made_again() -> None:
    fleet = FakeFleet()
    engine = engine_over(fleet)
    taken(engine)
    fleet.tell = engine.tell
    engine.tell(HostLost())
    taken(engine, "2")  # carried after it, by the same thread
    assert engine.has_snapshot("f", "1") and fleet.stopped == [-1]
    engine.close()


def test_calls_start_cold_once_its_process_is_dead() -> None:
    fleet = FakeFleet()
    engine = engine_over(fleet)
    taken(engine)
    engine.tell(EnvironmentDied(-1, "signal"))
    assert called(engine).start == "cold"
    engine.close()


def test_the_death_of_an_environment_that_has_just_been_ended_is_no_news() -> None:
    engine = engine_over(FakeFleet())
    engine.tell(EnvironmentDied(7))
    assert called(engine, "2").start == "cold"
    engine.close()
