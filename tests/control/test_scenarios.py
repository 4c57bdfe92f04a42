"""Every rule of control as a transcript that a newcomer can read: tests/scenarios/*.txt. ``SERVERLESS_LAB_REWRITE=1 pytest`` writes down what happens now."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from .transcript import play

SCENARIOS = sorted((Path(__file__).parents[1] / "scenarios").glob("*.txt"))


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_scenario(path: Path) -> None:
    written = path.read_text()
    played = play(written)
    if os.environ.get("SERVERLESS_LAB_REWRITE"):
        path.write_text(played)
    assert played == written, f"what happens is no longer what {path.name} says; if that is meant, run SERVERLESS_LAB_REWRITE=1 pytest {__file__}"


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_the_same_facts_give_the_same_orders(path: Path) -> None:
    assert play(path.read_text()) == play(path.read_text())


def test_there_is_a_scenario_for_every_order_and_reason() -> None:
    told = "".join(path.read_text() for path in SCENARIOS)
    for words in (
        "(warm)", "(suppressed)", "(provisioned)", "start ", "provision ", "(idle)", "(replaced)", "(evicted)", "(deleted)", "(released)", "wake at",
        "machine_full", "no_such_function", "no_such_qualifier", "IN_PROGRESS", "READY", "FUNCTION_ERROR_INIT_FAILURE",
        " ConcurrentInvocationLimitExceeded", "ReservedFunctionConcurrentInvocationLimitExceeded",
        " FunctionInvocationRateLimitExceeded", "ReservedFunctionInvocationRateLimitExceeded",
    ):  # fmt: skip
        assert words in told, f"no scenario shows {words!r}"
