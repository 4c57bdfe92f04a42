"""The engine over a scripted fleet: what a caller gets, and what control is told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from kernel_runtime.control.controller import Controller
from kernel_runtime.control.invariants import broken
from kernel_runtime.engine.engine import Engine
from kernel_runtime.fleet.base import awaiting, block
from kernel_runtime.fleet.fake import FakeFleet, Script, always, virtual_time
from kernel_runtime.journal.journal import Journal
from kernel_runtime.model.errors import LabClosed, MachineFull, ResourceNotFoundException, TooManyRequestsException, WorkerHostLost
from kernel_runtime.model.function import Function

F = Function("f", "0", timeout_s=3, reserved_concurrency=2)


def engine_over(fleet: FakeFleet, **options: object) -> Engine:
    engine = Engine(fleet, Controller(), Journal(), **options)  # type: ignore[arg-type]
    engine.open()
    engine.put(F)
    return engine


def test_cold_then_warm() -> None:
    fleet = FakeFleet()
    engine = engine_over(fleet)
    first, _ = block(engine.invoke("f", b"{}"))
    second, body = block(engine.invoke("f", b"{}"))
    assert (first.start, second.start, body, fleet.started) == ("cold", "warm", b"null", [1])


def test_a_failed_init_is_run_again_inside_the_invocation() -> None:
    fleet = FakeFleet(inits=lambda name, count: Script(0.0, "exit", b"") if count == 0 else Script())
    record, _ = block(engine_over(fleet).invoke("f", b"{}"))
    assert (record.start, record.status, record.init_ms) == ("cold", "success", None)
    assert [f.phase for f in record.init_failures] == ["init"]
    assert fleet.restarted == [1]


def test_a_second_failure_is_the_answer() -> None:
    record, body = block(engine_over(FakeFleet(inits=always(0.0, "exit"))).invoke("f", b"{}"))
    assert record.status == "error" and b"Runtime.ExitError" in body
    assert [f.phase for f in record.init_failures] == ["init", "invoke"]


def test_a_timeout_counts_the_suppressed_init_too() -> None:
    scripts = {0: Script(5.0), 1: Script(2.0)}
    fleet = FakeFleet(inits=lambda name, count: Script(2.0), invocations=lambda name, count: scripts.get(count, Script()))

    async def body(clock: Callable[[], float]) -> list[tuple[str, float]]:
        engine = engine_over(fleet, clock=clock)
        records = [(await awaiting(engine.invoke("f", b"{}")))[0] for _ in range(2)]
        return [(r.status, r.duration_ms) for r in records]

    assert virtual_time(body) == [("timeout", 3_000.0), ("timeout", 3_000.0)]


@pytest.mark.parametrize(("cause", "error"), [("refused", MachineFull), ("lost", WorkerHostLost)])
def test_a_fault_of_the_lab_is_an_exception_and_frees_the_place(cause: str, error: type[Exception]) -> None:
    fleet = FakeFleet(inits=lambda name, count: Script(0.0, cause) if count == 0 else Script())  # type: ignore[arg-type]
    engine = engine_over(fleet)
    with pytest.raises(error):
        block(engine.invoke("f", b"{}"))
    assert engine.controller.function("f").in_use == 0 and not broken(engine.controller)
    assert block(engine.invoke("f", b"{}"))[0].status == "success"


def test_throttles_and_unknown_functions_are_exceptions() -> None:
    engine = engine_over(FakeFleet())
    engine.put(Function("none", "0", reserved_concurrency=0))
    with pytest.raises(TooManyRequestsException):
        block(engine.invoke("none", b"{}"))
    with pytest.raises(ResourceNotFoundException):
        block(engine.invoke("nobody", b"{}"))


def test_a_cancelled_call_interrupts_its_environment() -> None:
    fleet = FakeFleet(invocations=always(100.0))

    async def body(clock: Callable[[], float]) -> Engine:
        engine = engine_over(fleet, clock=clock)
        call = asyncio.create_task(awaiting(engine.invoke("f", b"{}")))
        await asyncio.sleep(1)
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)
        return engine

    engine = virtual_time(body)
    assert fleet.interrupted == [1]
    assert engine.controller.function("f").in_use == 0


def test_a_closed_engine_says_so_and_closes_its_fleet() -> None:
    fleet = FakeFleet()
    engine = engine_over(fleet)
    engine.close()
    engine.close()
    assert fleet.closed
    with pytest.raises(LabClosed):
        block(engine.invoke("f", b"{}"))


def test_a_change_of_configuration_stops_what_is_idle() -> None:
    fleet = FakeFleet()
    engine = engine_over(fleet)
    block(engine.invoke("f", b"{}"))
    engine.put(Function("f", "1", revision=2))
    assert fleet.stopped == [1]
