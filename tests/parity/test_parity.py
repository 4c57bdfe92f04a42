"""The live engine over a scripted fleet, and the simulator: the same workload and durations, the same orders at the same times."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from kernel_runtime.control.controller import Controller
from kernel_runtime.control.facts import AliasPut, Fact, FunctionPut, ProvisionedDeleted, ProvisionedPut
from kernel_runtime.control.orders import Order, Run, Start, WakeAt
from kernel_runtime.engine.engine import Engine
from kernel_runtime.fleet.base import awaiting
from kernel_runtime.fleet.fake import FakeFleet, Script, always, virtual_time
from kernel_runtime.journal.journal import Journal
from kernel_runtime.model.arrivals import constant, poisson
from kernel_runtime.model.errors import TooManyRequestsException
from kernel_runtime.model.function import Function
from kernel_runtime.simulator.durations import Given
from kernel_runtime.simulator.simulator import Simulator

INIT_S, INVOCATION_S = 0.113, 0.271
FUNCTION = Function("f", "0", reserved_concurrency=6, timeout_s=3)

Told = list[tuple[float, list[Order]]]


def simulated(times: list[float]) -> Told:
    simulator = Simulator(Given(INIT_S, INVOCATION_S))
    simulator.put(FUNCTION)
    return told(simulator.run(((t, "f") for t in times), until_s=60.0))


def live(times: list[float]) -> Told:
    journal = Journal()
    numbers = iter(range(len(times)))

    async def body(clock: Callable[[], float]) -> None:
        engine = Engine(FakeFleet(always(INIT_S), always(INVOCATION_S)), Controller(), journal, clock=clock, new_id=lambda: f"r{next(numbers)}")
        engine.open()
        engine.put(FUNCTION)

        async def call(at: float) -> None:
            await asyncio.sleep(at)
            try:
                await awaiting(engine.invoke("f", b"{}"))
            except TooManyRequestsException:
                pass

        await asyncio.gather(*(call(at) for at in times))
        engine.close()

    virtual_time(body)
    return told(journal)


def told(journal: Journal) -> Told:
    """What was ordered and when, wake-ups of the lab's own housekeeping left out."""
    steps = [(round(e.now, 6), [o for o in e.orders if not isinstance(o, WakeAt)]) for e in journal.since(0) if not isinstance(e.fact, FunctionPut)]
    return [step for step in steps if step[1]]


@pytest.mark.parametrize(
    "times",
    [list(constant(7, 3)), list(constant(40, 4)), list(poisson(30, 5, random.Random(7).random))],
    ids=["below the limit", "above the limit", "Poisson"],
)
def test_engine_and_simulator_give_the_same_orders(times: list[float]) -> None:
    in_simulation, in_life = simulated(times), live(times)
    assert len(in_simulation) == len(times)
    assert in_simulation == in_life


CHANGES: list[tuple[float, Fact]] = [
    (0.0, FunctionPut(replace(FUNCTION, reserved_concurrency=9))),
    (0.0, FunctionPut(replace(FUNCTION, version="1"))),
    (0.0, FunctionPut(replace(FUNCTION, version="2"))),
    (0.0, AliasPut("f", "live", "1", (("2", 0.3),))),
    (0.0, ProvisionedPut("f", "live", 3)),
    (1.5007, AliasPut("f", "live", "2")),
    (2.5009, ProvisionedPut("f", "live", 5)),
    (3.5003, ProvisionedDeleted("f", "live")),
]
"""Versions behind an alias whose calls are weighted, then moved; concurrency provisioned for it, raised, deleted."""


class Staggered(Given):
    """No two inits take the same time, so that it is plain which environment was ready last."""

    def init_s(self, function: str, count: int) -> float:
        return self.init + count * 0.00013


def simulated_versions(times: list[float]) -> Told:
    simulator = Simulator(Staggered(INIT_S, INVOCATION_S), draw=random.Random(5).random)
    for at, fact in CHANGES:
        simulator.at(at, fact)
    return told(simulator.run(((t, "f:live") for t in times), until_s=60.0))


def live_versions(times: list[float]) -> Told:
    journal = Journal()
    numbers = iter(range(len(times)))

    async def body(clock: Callable[[], float]) -> None:
        loop = asyncio.get_running_loop()
        fleet = FakeFleet(lambda name, count: Script(INIT_S + count * 0.00013), always(INVOCATION_S))
        engine = Engine(
            fleet,
            Controller(),
            journal,
            clock=clock,
            new_id=lambda: f"r{next(numbers)}",
            draw=random.Random(5).random,
            carry=lambda body: provisioning.append(loop.create_task(awaiting(body))),
        )
        engine.open()

        async def change(at: float, fact: Fact) -> None:
            await asyncio.sleep(at)
            engine.tell(fact)

        async def call(at: float) -> None:
            await asyncio.sleep(at)
            try:
                await awaiting(engine.invoke("f", b"{}", "live"))
            except TooManyRequestsException:
                pass

        provisioning: list[asyncio.Task[None]] = []
        await asyncio.gather(*(change(at, fact) for at, fact in CHANGES), *(call(at) for at in times))
        await asyncio.gather(*provisioning)
        engine.close()

    virtual_time(body)
    return told(journal)


@pytest.mark.parametrize("rps", [8, 60], ids=["below the limit", "above the limit"])
def test_the_same_with_versions_and_provisioned_concurrency(rps: float) -> None:
    times = [0.001 + at for at in constant(rps, 4.5)]
    in_simulation, in_life = simulated_versions(times), live_versions(times)
    orders = [order for _, followed in in_simulation for order in followed]
    assert {order.start for order in orders if isinstance(order, Run)} == {"warm", "provisioned"}
    assert {order.version for order in orders if isinstance(order, Start)} == {"1", "2"}
    assert in_simulation == in_life
