"""Ten thousand random facts, likely and unlikely ones: control stands, and every invariant holds after every step."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel_runtime.control import facts
from kernel_runtime.control.controller import Controller
from kernel_runtime.control.invariants import broken
from kernel_runtime.control.lifecycle import ImpossibleFact
from kernel_runtime.control.orders import Order
from kernel_runtime.model.errors import AwsError
from kernel_runtime.model.function import Function
from tests.journal.records import record

NAMES = ("f", "g", "h")
RECORD = record()


def random_fact(chance: random.Random, controller: Controller) -> facts.Fact:
    known = list(controller.environments) or [1]
    environment_id = chance.choice(known) if chance.random() < 0.95 else chance.randrange(50)
    environment = controller.environments.get(environment_id)
    request = environment.request_id if environment is not None and chance.random() < 0.9 else f"r{chance.randrange(40)}"
    name = chance.choice(NAMES)
    return chance.choices(
        [
            facts.InvokeRequested(f"r{chance.random()}", name, chance.random() < 0.8),
            facts.EnvironmentReady(environment_id, 1.0, chance.random() < 0.9),
            facts.InvocationFinished(environment_id, request, chance.random() < 0.8, RECORD),
            facts.InvocationBroken(environment_id, request, "x"),
            facts.EnvironmentRefused(environment_id, "x"),
            facts.EnvironmentDied(environment_id),
            facts.FunctionPut(Function(name, "0", revision=chance.randrange(1, 9), reserved_concurrency=chance.choice([None, None, 0, 1, 3, 200, 950]))),
            facts.FunctionDeleted(name),
            facts.AccountLimitChanged(chance.randrange(0, 300)),
            facts.MachineMeasured(chance.choice([100, 140, 200, 10_000])),
            facts.HostLost(),
            facts.TimeReached(),
        ],
        weights=[30, 20, 20, 4, 2, 3, 3, 1, 1, 2, 0.5, 3],
    )[0]


def told(seed: int, steps: int) -> list[list[Order]]:
    chance = random.Random(seed)
    controller = Controller(account_concurrency=150, keep_alive_s=5.0)
    now, answers = 0.0, []
    for _ in range(steps):
        now += chance.choice([0.0, 0.001, 0.1, 2.0])
        fact = random_fact(chance, controller)
        try:
            answers.append(controller.step(fact, now))
        except (ImpossibleFact, AwsError):
            answers.append([])
        assert not broken(controller), (seed, fact, broken(controller))
    return answers


@pytest.mark.parametrize("seed", range(10))
def test_ten_thousand_random_facts(seed: int) -> None:
    told(seed, 1_000)


@given(st.integers(min_value=0))
@settings(max_examples=50, deadline=None)
def test_the_same_facts_give_the_same_orders(seed: int) -> None:
    assert told(seed, 60) == told(seed, 60)
