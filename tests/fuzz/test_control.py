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
from kernel_runtime.control.orders import Order, Provision, Run, Stop
from kernel_runtime.model.errors import AwsError
from kernel_runtime.model.function import Function
from kernel_runtime.model.invocation import SnapshotRecord
from tests.journal.records import record

NAMES = ("f", "g", "h")
VERSIONS = ("$LATEST", "1", "2", "3")
ALIASES = ("live", "beta", "gone")
QUALIFIERS = (*VERSIONS, *ALIASES)
RECORD = record()
SNAPSHOT = SnapshotRecord("f", "1", 0.0, 100.0, 100, 128)


def random_fact(chance: random.Random, controller: Controller) -> facts.Fact:
    known = list(controller.environments) or [1]
    environment_id = chance.choice(known) if chance.random() < 0.95 else chance.randrange(50)
    environment = controller.environments.get(environment_id)
    request = environment.request_id if environment is not None and chance.random() < 0.9 else f"r{chance.randrange(40)}"
    name, version, qualifier = chance.choice(NAMES), chance.choice(VERSIONS), chance.choice(QUALIFIERS)
    reserved = chance.choice([None, None, None, None, 0, 3, 20, 40, 950])
    weights = ((chance.choice(VERSIONS), chance.random()),) if chance.random() < 0.5 else ()
    return chance.choices(
        [
            facts.InvokeRequested(f"r{chance.random()}", name, chance.random() < 0.8, qualifier, chance.random()),
            facts.EnvironmentReady(environment_id, 1.0, chance.random() < 0.9),
            facts.InvocationFinished(environment_id, request, chance.random() < 0.8, RECORD),
            facts.InvocationBroken(environment_id, request, "x"),
            facts.EnvironmentRefused(environment_id, "x"),
            facts.EnvironmentDied(environment_id),
            facts.FunctionPut(Function(name, "0", revision=chance.randrange(1, 9), reserved_concurrency=reserved)),
            facts.FunctionPut(Function(name, "0", revision=chance.choice([1, 1, 1, 2]), version=version, reserved_concurrency=reserved)),
            facts.FunctionDeleted(name),
            facts.VersionDeleted(name, version),
            facts.AliasPut(name, chance.choice(ALIASES), version, weights),
            facts.AliasDeleted(name, chance.choice(ALIASES)),
            facts.ProvisionedPut(name, qualifier, chance.choice([0, 1, 2, 3, 10, 30, 400])),
            facts.ProvisionedDeleted(name, qualifier),
            facts.AccountLimitChanged(chance.randrange(0, 300)),
            facts.MachineMeasured(chance.choice([100, 200, 10_000, 10_000])),
            facts.HostLost(),
            facts.SnapshotTaken(SNAPSHOT),
            facts.TimeReached(),
        ],
        weights=[40, 25, 20, 3, 2, 3, 2, 4, 0.3, 1, 4, 1, 6, 3, 0.5, 2, 0.4, 1, 3],
    )[0]


def beginning(name: str) -> list[facts.Fact]:
    """Two published versions and an alias, so that random facts have something to meet."""
    put = [facts.FunctionPut(Function(name, "0", version=version)) for version in ("$LATEST", "1", "2")]
    return [*put, facts.AliasPut(name, "live", "1")]


def told(seed: int, steps: int) -> list[list[Order]]:
    chance = random.Random(seed)
    controller = Controller(account_concurrency=150, keep_alive_s=5.0)
    now, answers = 0.0, []
    for fact in (made for name in NAMES for made in beginning(name)):
        controller.step(fact, now)
    for _ in range(steps):
        now += chance.choice([0.0, 0.001, 0.1, 2.0])
        fact = random_fact(chance, controller)
        provisioned = {number for number, environment in controller.environments.items() if environment.standby is not None}
        try:
            answers.append(controller.step(fact, now))
            assert not any(isinstance(o, Stop) and o.why in ("evicted", "idle") and o.environment_id in provisioned for o in answers[-1])
        except (ImpossibleFact, AwsError):
            answers.append([])
        assert not broken(controller), (seed, fact, broken(controller))
    return answers


@pytest.mark.parametrize("seed", range(10))
def test_ten_thousand_random_facts(seed: int) -> None:
    told(seed, 1_000)


def test_random_facts_come_to_provisioned_concurrency_too() -> None:
    orders = [order for seed in range(6) for answer in told(seed, 500) for order in answer]
    assert any(isinstance(order, Provision) for order in orders)
    assert any(isinstance(order, Run) and order.start == "provisioned" for order in orders)
    assert any(isinstance(order, Stop) and order.why == "released" for order in orders)


@given(st.integers(min_value=0))
@settings(max_examples=50, deadline=None)
def test_the_same_facts_give_the_same_orders(seed: int) -> None:
    assert told(seed, 60) == told(seed, 60)
