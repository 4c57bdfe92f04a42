"""The table of an environment's life, and the diagram that is drawn from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from kernel_runtime.control.lifecycle import TRANSITIONS, ImpossibleFact, after, mermaid

DESIGN = Path(__file__).parents[2] / "kernel_runtime" / "DESIGN.md"


def test_what_is_not_in_the_table_is_denied() -> None:
    with pytest.raises(ImpossibleFact, match="an environment that is gone cannot take str"):
        after("gone", "run", "fact")


def test_every_state_can_be_reached_and_left() -> None:
    reached = set(TRANSITIONS.values()) | {"initialising"}
    left = {state for state, _ in TRANSITIONS}
    assert reached == {"initialising", "busy", "idle", "empty", "gone"}
    assert left == reached - {"gone"}


def test_the_diagram_in_the_documentation_is_the_table() -> None:
    assert f"```mermaid\n{mermaid()}\n```" in DESIGN.read_text(), "put the output of kernel_runtime.control.lifecycle.mermaid() into DESIGN.md"
