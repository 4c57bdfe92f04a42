"""The live engine over a scripted fleet, and the simulator: the same workload and durations, the same orders at the same times."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable

import pytest

from kernel_runtime.control.controller import Controller
from kernel_runtime.control.facts import FunctionPut
from kernel_runtime.control.orders import Order, WakeAt
from kernel_runtime.engine.engine import Engine
from kernel_runtime.fleet.base import awaiting
from kernel_runtime.fleet.fake import FakeFleet, always, virtual_time
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
